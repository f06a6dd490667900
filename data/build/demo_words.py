"""Words that the names and descriptions of made-up initiatives are composed of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ThemeWords:
    """What initiatives of a theme are called, and what they do, in French and English."""

    nouns: tuple[str, ...]
    does: tuple[tuple[str, str], ...]
    #: Where an initiative of this theme tends to earn money.
    sells: tuple[str, str]


THEMES = {
    "environment": ThemeWords(
        ("Les Veilleurs", "L’Herbier", "La Sentinelle", "Le Sentier"),
        (
            (
                "veille sur les rivières et les haies, avec des relevés faits par les habitants",
                "watches over rivers and hedges, with surveys made by the inhabitants",
            ),
            (
                "emmène écoles et familles découvrir la nature ordinaire",
                "takes schools and families to discover everyday nature",
            ),
        ),
        ("des sorties et des études", "outings and surveys"),
    ),
    "reuse": ThemeWords(
        ("La Ressourcerie", "La Recyclerie", "La Remise", "L’Établi"),
        (
            (
                "collecte, répare et revend à petit prix meubles, vélos et vaisselle",
                "collects, repairs and resells furniture, bicycles and crockery at low prices",
            ),
            (
                "tient une boutique de réemploi et des ateliers de réparation",
                "runs a reuse shop and repair workshops",
            ),
        ),
        ("la revente d’objets", "the resale of objects"),
    ),
    "energy": ThemeWords(
        ("Les Toits", "La Centrale", "L’Éolienne", "Le Soleil"),
        (
            (
                "équipe des toits de panneaux solaires financés par les habitants",
                "fits roofs with solar panels that the inhabitants finance",
            ),
            (
                "visite les logements froids et prête des outils de mesure",
                "visits cold homes and lends measuring tools",
            ),
        ),
        ("la vente d’électricité", "the sale of electricity"),
    ),
    "food": ThemeWords(
        ("L’Épicerie", "Le Fournil", "La Conserverie", "La Cantine", "Le Panier"),
        (
            (
                "cuisine et distribue des produits locaux à prix selon le revenu",
                "cooks and distributes local products at prices according to income",
            ),
            (
                "transforme les surplus des maraîchers avec des habitants du quartier",
                "processes the surplus of market gardeners with people of the neighbourhood",
            ),
        ),
        ("la vente de produits", "the sale of products"),
    ),
    "solidarity-garden": ThemeWords(
        ("Le Jardin", "Les Semis", "Le Potager", "La Serre"),
        (
            (
                "cultive un jardin collectif ouvert à tous et partage les récoltes",
                "grows a collective garden open to all and shares the harvest",
            ),
            (
                "forme au maraîchage des personnes éloignées de l’emploi",
                "trains people far from employment in market gardening",
            ),
        ),
        ("les paniers de légumes", "vegetable boxes"),
    ),
    "fair-trade": ThemeWords(
        ("Le Comptoir", "La Boutique", "L’Échoppe", "Le Troc"),
        (
            (
                "vend du café, du thé et de l’artisanat achetés à des coopératives",
                "sells coffee, tea and crafts bought from cooperatives",
            ),
            (
                "fait connaître le commerce équitable dans les écoles et les marchés",
                "makes fair trade known in schools and markets",
            ),
        ),
        ("la boutique", "the shop"),
    ),
    "international-solidarity": ThemeWords(
        ("La Passerelle", "Les Deux Ports", "L’Escale"),
        (
            (
                "relie des écoles d’ici et d’ailleurs autour de projets d’accès à l’eau",
                "links schools from here and elsewhere around projects of access to water",
            ),
            (
                "accueille et oriente les nouveaux arrivants avec des habitants",
                "welcomes and guides newcomers together with inhabitants",
            ),
        ),
        ("des formations", "training"),
    ),
    "culture": ThemeWords(
        ("Le Théâtre", "La Fanfare", "Le Cinéma", "L’Atelier"),
        (
            (
                "monte des spectacles avec les habitants et les joue dans les villages",
                "stages shows with inhabitants and plays them in the villages",
            ),
            (
                "programme des films et des concerts à prix libre",
                "shows films and concerts at a free price",
            ),
        ),
        ("la billetterie", "tickets"),
    ),
    "popular-education": ThemeWords(
        ("L’École", "La Cabane", "Les Colporteurs", "La Causerie"),
        (
            (
                "anime des ateliers d’écriture et des débats dans les quartiers",
                "runs writing workshops and debates in the neighbourhoods",
            ),
            (
                "organise des rencontres où chacun apprend et enseigne",
                "organises meetings where everyone learns and teaches",
            ),
        ),
        ("des ateliers", "workshops"),
    ),
    "work-integration": ThemeWords(
        ("Le Chantier", "La Blanchisserie", "La Menuiserie", "Les Ateliers"),
        (
            (
                "emploie et forme des personnes au chômage depuis longtemps",
                "employs and trains people who have long been unemployed",
            ),
            (
                "mène des chantiers d’insertion dans le bâti ancien et les espaces verts",
                "runs work-integration projects in old buildings and green spaces",
            ),
        ),
        ("des chantiers", "works"),
    ),
    "housing": ThemeWords(
        ("La Maison", "Le Toit", "Le Hameau", "L’Habitat"),
        (
            (
                "conçoit un habitat partagé avec ses futurs habitants",
                "designs shared housing with its future inhabitants",
            ),
            (
                "remet en état des logements vides et les loue à petit loyer",
                "restores empty homes and lets them at low rents",
            ),
        ),
        ("les loyers", "rents"),
    ),
    "mobility": ThemeWords(
        ("Le Rayon", "Le Garage", "La Navette", "Le Vélo"),
        (
            (
                "répare des voitures et des vélos à prix solidaire",
                "repairs cars and bicycles at a solidarity price",
            ),
            (
                "organise des trajets partagés entre villages",
                "organises shared rides between villages",
            ),
        ),
        ("les réparations", "repairs"),
    ),
    "health-care": ThemeWords(
        ("La Bastide", "L’Infusoir", "La Maisonnée"),
        (
            (
                "réunit soignants et habitants dans un centre de santé coopératif",
                "brings carers and inhabitants together in a cooperative health centre",
            ),
        ),
        ("les consultations", "consultations"),
    ),
    "solidarity-finance": ThemeWords(
        ("La Tirelire", "La Cagnotte", "Le Gousset"),
        (
            (
                "collecte l’épargne des habitants pour prêter aux projets voisins",
                "collects the inhabitants’ savings to lend to neighbouring projects",
            ),
            (
                "fait circuler une monnaie locale entre commerces et associations",
                "circulates a local currency among shops and associations",
            ),
        ),
        ("les intérêts des prêts", "interest on loans"),
    ),
    "digital": ThemeWords(
        ("La Souris", "Le Clavier", "L’Antenne", "Le Signal"),
        (
            (
                "aide chacun dans ses démarches en ligne et reconditionne des ordinateurs",
                "helps everyone with online procedures and refurbishes computers",
            ),
            (
                "héberge sites et messageries d’associations sur des logiciels libres",
                "hosts web sites and mail of associations on free software",
            ),
        ),
        ("des services en ligne", "online services"),
    ),
    "shared-places": ThemeWords(
        ("La Halle", "Le Hangar", "Le Café", "La Grange", "La Filature"),
        (
            (
                "partage bureaux, ateliers et café associatif dans un ancien bâtiment",
                "shares offices, workshops and a community café in an old building",
            ),
            (
                "ouvre un lieu où se croisent artisans, associations et voisins",
                "opens a place where craftspeople, associations and neighbours meet",
            ),
        ),
        ("la location d’espaces", "the letting of spaces"),
    ),
    "local-development": ThemeWords(
        ("La Fabrique", "Le Pays", "Le Bureau", "La Place"),
        (
            (
                "aide les habitants à monter des projets utiles à leur village",
                "helps inhabitants set up projects useful to their village",
            ),
            (
                "anime une conciergerie et un marché de producteurs",
                "runs a concierge service and a producers’ market",
            ),
        ),
        ("des prestations", "services"),
    ),
}

#: What follows the noun: whimsical on purpose, so that names sound true and are nobody’s.
COMPLEMENTS = (
    "des Sept Marmites", "du Vent tourné", "de la Lune rousse", "des Trois Hiboux",
    "de l’Heure bleue", "du Grand Détour", "de la Pie voleuse", "des Mille Mains",
    "du Pont dormant", "des Grillons d’hiver", "du Figuier bavard", "de l’Ânesse grise",
    "du Chemin creux", "des Petits Cailloux", "de la Bonne Pâte", "du Dernier Tram",
    "des Voisins d’en face", "de la Source cachée", "du Loup coiffé", "de l’Olive ronde",
    "des Passe-murailles", "du Merle rieur", "de la Roue carrée", "des Herbes hautes",
    "du Banc public", "de la Cour commune", "des Longues Tables", "du Mistral perdant",
    "de l’Arbre à bottes", "des Quatre Chemins bleus", "du Sac à malices", "de la Marelle",
    "des Lendemains", "du Tilleul penché", "de l’Écho", "des Belles Mécaniques",
    "du Coquelicot têtu", "de la Tortue pressée", "des Oies libres", "du Nouveau Cadran",
    "de l’Amandier fou", "des Grains de sel", "du Puits partagé", "de la Ficelle",
    "des Ricochets", "du Cabanon ouvert", "de l’Ourse rousse", "des Lucioles",
    "du Fil retrouvé", "de l’Archipel vert", "des Bras ouverts", "du Pas de côté",
)  # fmt: skip

SECOND = (
    (
        "Les décisions se prennent en assemblée, une voix par personne.",
        "Decisions are taken in assembly, one voice per person.",
    ),
    (
        "Bénévoles et salariés s’y partagent les tâches.",
        "Volunteers and employees share the tasks.",
    ),
    (
        "Le projet est né d’un groupe de voisins.",
        "The project was born of a group of neighbours.",
    ),
    (
        "Il s’adresse d’abord aux habitants du quartier.",
        "It is first of all for the people of the neighbourhood.",
    ),
    (
        "Une vingtaine d’associations y ont leurs habitudes.",
        "Some twenty associations are regulars.",
    ),
)

PROJECTS = (
    (
        "Rendre aux habitants la capacité d’agir sur leur quartier, par des chantiers décidés et"
        " menés ensemble.",
        "Giving inhabitants the capacity to act on their neighbourhood, through works decided and"
        " led together.",
    ),
    (
        "Réunir des personnes d’âges et de conditions différents autour d’une activité utile.",
        "Bringing together people of different ages and conditions around a useful activity.",
    ),
    (
        "Transmettre des savoir-faire, sans condition de revenu ni de diplôme.",
        "Passing on skills, without condition of income or diploma.",
    ),
)
