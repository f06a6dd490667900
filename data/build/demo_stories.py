"""What is planted by hand: organisations, networks, and a few records for each of the 25 questions.

The records that are filled in at random (demo_filling.py) keep away from here: see its first lines.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from demo_model import Record, count, date, text
from demo_words import PROJECTS
from demo_world import Checked, Period, Words, World, concepts


@dataclass
class Cast:
    """The actors that the stories and the filling share."""

    org: dict[str, Record] = field(default_factory=dict)
    net: dict[str, Record] = field(default_factory=dict)
    ini: dict[str, Record] = field(default_factory=dict)
    methods: list[Record] = field(default_factory=list)
    programme: Record | None = None


def plant(world: World) -> Cast:
    """Make all planted records."""
    cast = Cast()
    _organizations(world, cast)
    _networks(world, cast)
    _programme_and_methods(world, cast)
    _initiatives(world, cast)
    _memberships(world, cast)
    _accompaniments(world, cast)
    _poolings(world, cast)
    _cooperations(world, cast)
    _claims(world, cast)
    _records_to_check(world, cast)
    _name_by_key(world, cast)
    return cast


def _name_by_key(world: World, cast: Cast) -> None:
    """Write the names that the code gives in what is told as the keys that readers see."""
    keys = {name: one.key for name, one in (cast.org | cast.net | cast.ini).items()}
    world.told = [
        (question, one, re.sub(r"`(\w+)`", lambda found: f"`{keys[found[1]]}`", why))
        for question, one, why in world.told
    ]


ORGANIZATIONS = {
    # name in the code: French, what it does in French and English, territory, legal form
    "chamber": (
        "Chambre régionale de démonstration",
        "Tient la liste, inventée, des entreprises de l’ESS de la région.",
        "Keeps the made-up list of the region’s ESS enterprises.",
        "region-93", "association",
    ),
    "authority": (
        "Service des agréments de démonstration",
        "Délivre, dans ces données seulement, les agréments d’entreprise solidaire (ESUS).",
        "Grants ESUS agreements, in these data only.",
        "region-93", "other",
    ),
    "eclaircie": (
        "Cabinet L’Éclaircie",
        "Bureau d’experts en gestion et modèle économique.",
        "Consultancy in management and economic models.",
        "commune-13001", "ess-company",
    ),
    "guichet": (
        "Le Guichet Conseil",
        "Experts-comptables et juristes au service d’associations.",
        "Accountants and lawyers for associations.",
        "commune-06088", "cooperative",
    ),
    "quille": (
        "La Quille Études",
        "Études et plans d’affaires pour des projets collectifs.",
        "Studies and business plans for collective projects.",
        "commune-83137", "scop",
    ),
    "amers": (
        "Les Amers",
        "Accompagne des collectifs par la coopération et l’enquête ; membre des Balises.",
        "Accompanies groups through cooperation and inquiry; a member of Les Balises.",
        "commune-13055", "association",
    ),
    "lampisterie": (
        "La Lampisterie",
        "Forme et accompagne les équipes bénévoles et salariées ; membre des Balises.",
        "Trains and accompanies teams of volunteers and employees; a member of Les Balises.",
        "commune-84007", "scic",
    ),
    "estive": (
        "L’Estive coopérative",
        "Accompagne les projets de montagne ; membre des Balises.",
        "Accompanies projects in the mountains; a member of Les Balises.",
        "commune-05061", "scic",
    ),
    "maison": (
        "Maison des Associations de Sous-les-Platanes",
        "Abrite des collectifs sans existence juridique.",
        "Shelters groups without legal existence.",
        "commune-13004", "association",
    ),
    "tournesol": (
        "Fonds du Tournesol bleu",
        "Gère des fonds mutuels entre associations employeuses.",
        "Manages mutual funds among employing associations.",
        "commune-84007", "mutual",
    ),
    "escarcelle": (
        "Fondation de l’Escarcelle",
        "Soutient la recherche menée avec des habitants.",
        "Supports research led with inhabitants.",
        "commune-13055", "foundation",
    ),
    "lieux": (
        "Agence des Lieux Partagés de démonstration",
        "Experts du montage immobilier des lieux partagés.",
        "Experts in property arrangements of shared places.",
        "commune-83050", "ess-company",
    ),
}  # fmt: skip


def _organizations(world: World, cast: Cast) -> None:
    for name, (label, french, english, place, form) in ORGANIZATIONS.items():
        record = world.organization(Words(label, french, english, label), place, form)
        world.contact(record, "public-page")
        cast.org[name] = record


NETWORKS = {
    # name in the code: French, in French and English, territory, kinds, themes
    "tresse": (
        "La Tresse",
        "Réseau territorial d’initiatives solidaires de Marseille.",
        "Territorial network of solidarity initiatives in Marseille.",
        "commune-13055", ["territorial"], ["local-development", "fair-trade"],
    ),
    "baous": (
        "Baous et Vallons",
        "Réseau territorial des Alpes-Maritimes.",
        "Territorial network of the Alpes-Maritimes.",
        "departement-06", ["territorial"], ["local-development", "housing"],
    ),
    "filet": (
        "Le Filet des Marais",
        "Réseau territorial informel du pays d’Arles.",
        "Informal territorial network around Arles.",
        "epci-241300417", ["territorial"], ["food", "solidarity-garden"],
    ),
    "passeurs": (
        "Les Passeurs du Lac",
        "Collectif informel d’initiatives autour de Serre-Ponçon.",
        "Informal group of initiatives around Serre-Ponçon.",
        "epci-200067742", ["territorial"], ["local-development"],
    ),
    "racines": (
        "Racines partagées",
        "Réseau régional des jardins solidaires.",
        "Regional network of solidarity gardens.",
        "region-93", ["thematic"], ["solidarity-garden", "food"],
    ),
    "boucle": (
        "La Boucle du Réemploi",
        "Réseau régional des ressourceries et recycleries.",
        "Regional network of reuse and repair centres.",
        "region-93", ["thematic"], ["reuse", "environment"],
    ),
    "quai": (
        "Quai Équitable",
        "Collectif des boutiques de commerce équitable des Bouches-du-Rhône.",
        "Group of fair-trade shops of the Bouches-du-Rhône.",
        "departement-13", ["thematic"], ["fair-trade", "international-solidarity"],
    ),
    "semaines": (
        "Les Semaines de la Fabrique solidaire",
        "Réseau qui se réunit autour d’un événement annuel d’une ville à l’autre.",
        "Network that gathers around a yearly event from town to town.",
        "region-93", ["event"], ["popular-education"],
    ),
    "quinzaine": (
        "La Quinzaine des Échanges justes",
        "Collectif varois qui prépare chaque printemps une quinzaine.",
        "Group in the Var that prepares a fortnight each spring.",
        "departement-83", ["event"], ["fair-trade"],
    ),
    "balises": (
        "Les Balises",
        "Réseau régional d’accompagnateurs : méthodes, outils pédagogiques, pratique partagée.",
        "Regional network of accompanists: methods, pedagogic tools, shared practice.",
        "region-93", ["accompanists"], [],
    ),
    "cercle": (
        "Le Cercle des Coopératives ouvertes",
        "Coopératives qui se reconnaissent dans les mêmes valeurs.",
        "Cooperatives that recognise themselves in the same values.",
        "region-93", ["affinity"], [],
    ),
    "alliance": (
        "L’Alliance du Mistral solidaire",
        "Réseau territorial régional, qui réunit initiatives et réseaux locaux.",
        "Regional territorial network, which brings together initiatives and local networks.",
        "region-93", ["territorial"], ["local-development"],
    ),
}  # fmt: skip
HOSTS = {"filet": "maison", "quai": "escarcelle", "quinzaine": "quille", "passeurs": ""}


def _networks(world: World, cast: Cast) -> None:
    for name, (label, french, english, place, kinds, themes) in NETWORKS.items():
        host = HOSTS.get(name)
        record = world.network(
            Words(label, french, english, label),
            place,
            kinds,
            themes,
            host=cast.org[host] if host else None,
            formal=host is None,
        )
        cast.net[name] = record
        if host:
            world.tell(7, record, f"informal, hosted by `{cast.org[host].key}`")
        elif host == "":
            world.tell(7, record, "informal, its host is not known")
        else:
            world.contact(record, "organisation-consent")
    net, org = cast.net, cast.org
    facilitations = (
        ("tresse", ["amers"], "2014", "", "facilitated by an accompanist"),
        ("baous", ["guichet", "lampisterie"], "2018-01", "", "facilitated by two organisations"),
        ("racines", ["lampisterie"], "2016", "", "facilitated"),
        ("balises", ["amers"], "2021-09-01", "", "facilitated by one of its members"),
        ("semaines", ["alliance"], "2019", "", "facilitated by another network"),
        ("alliance", ["escarcelle"], "2012", "2017", "first facilitation, ended"),
        ("alliance", ["amers"], "2018", "", "facilitated again, by another carrier"),
        ("boucle", ["eclaircie"], "2013", "2019-06-30", "ended: not facilitated today"),
    )
    for name, carriers, start, end, why in facilitations:
        record = world.facilitate(
            net[name], [org.get(one) or net[one] for one in carriers], Period(start, end)
        )
        world.tell(6, record, why)
    _events(world, cast)


def _events(world: World, cast: Cast) -> None:
    editions = (
        ("semaines", "13055", "2019-10-07", "2019-10-13"),
        ("semaines", "84007", "2021-10-04", "2021-10-10"),
        ("semaines", "13055", "2022-10-03", "2022-10-09"),
        ("semaines", "13055", "2024-10", "2024-10"),
        ("semaines", "06088", "2025-10-06", "2025-10-12"),
        ("quinzaine", "83137", "2023-05-08", "2023-05-21"),
        ("quinzaine", "83069", "2024-05", "2024-05"),
        ("quinzaine", "83137", "2025-05-12", "2025-05-25"),
    )
    names = {"13055": "Marseille", "84007": "Avignon", "06088": "Nice"}
    names |= {"83137": "Toulon", "83069": "Hyères"}
    for name, place, start, end in editions:
        network = cast.net[name]
        label = f"{network.name.removeprefix('Les ').removeprefix('La ')} {start[:4]}"
        record = world.event(
            Words(
                f"{label}, {names[place]}",
                f"Édition {start[:4]} : ateliers ouverts, débats et marché d’initiatives.",
                f"Edition of {start[:4]}: open workshops, debates and a market of initiatives.",
                f"{label}, {names[place]}",
            ),
            place,
            Period(start, end),
            [network],
        )
        record.say("faces:eventNetwork", network.iri)
        world.tell(8, record, f"an edition of `{network.key}` in {names[place]}, {start[:4]}")
    fair = world.event(
        Words(
            "Forum d’un Jour, Gap 2023",
            "Rencontre sans lendemain : elle n’est l’édition d’aucun réseau.",
            "A single meeting: it is an edition of no network.",
            "Forum d’un Jour, Gap 2023",
        ),
        "05061",
        Period("2023-06-17", "2023-06-17"),
        [cast.org["estive"]],
    )
    world.tell(8, fair, "an edition of no network: never in the answer")


def _programme_and_methods(world: World, cast: Cast) -> None:
    programme = world.add(
        "programme",
        "pro",
        Words(
            "Passerelles 2021-2024",
            "Programme inventé d’accompagnement croisé entre pairs, réseaux et experts.",
            "Made-up programme of accompaniment that brings peers, networks and experts together.",
            "Passerelles 2021-2024",
        ),
        Checked(),
    )
    programme.say("faces:carrier", cast.net["alliance"].iri)
    programme.say("faces:involves", cast.net["balises"].iri, cast.net["tresse"].iri)
    programme.say(
        "faces:approach", *concepts("accompaniment-approach", ["peer", "accompanist-network"])
    )
    programme.say("dcterms:spatial", cast.net["alliance"].one("dcterms:spatial"))
    programme.say("faces:startDate", date("2021"))
    programme.say("faces:endDate", date("2024"))
    cast.programme = programme
    methods = (
        ("La Carte des liens", "Carte faite ensemble de ce qui relie un projet à son territoire.",
         "A map made together of what ties a project to its territory.",
         ["environment", "local-development"], "consolidation", ["amers"]),
        ("Le Bilan d’objets", "Suivre les objets pour comprendre ce que vaut une ressourcerie.",
         "Following objects to understand what a reuse centre is worth.",
         ["reuse"], "development", ["lampisterie", "boucle"]),
        ("Le Compte à trois pôles", "Dire ses ressources marchandes, non marchandes et bénévoles.",
         "Stating one’s market, non-market and volunteer resources.",
         [], "consolidation", ["balises"]),
        ("La Veillée de gouvernance", "Trois soirées pour revoir qui décide de quoi.",
         "Three evenings to review who decides what.",
         ["popular-education", "culture"], "consolidation", ["lampisterie"]),
        ("Le Banc d’essai", "Éprouver une idée en un mois, avec ses premiers usagers.",
         "Trying an idea out in a month, with its first users.",
         ["food", "shared-places"], "emergence", ["amers", "estive"]),
        ("La Saison au jardin", "Calendrier commun des cultures, des chantiers et des adhérents.",
         "A common calendar of crops, works and members.",
         ["solidarity-garden"], "development", ["racines"]),
        ("Le Passage de témoin", "Préparer le départ des fondateurs sur deux ans.",
         "Preparing the founders’ departure over two years.",
         [], "transmission", ["estive"]),
        ("Le Diagnostic des murs", "Lire un bâtiment et ses charges avant de s’y engager.",
         "Reading a building and its costs before committing to it.",
         ["shared-places", "housing"], "creation", ["lieux"]),
    )  # fmt: skip
    for label, french, english, themes, target, developers in methods:
        actors = [cast.org.get(one) or cast.net[one] for one in developers]
        record = world.method(Words(label, french, english, label), themes, target, actors)
        cast.methods.append(record)
        said = ", ".join(themes) or "no theme"
        by = ", ".join(f"`{one.key}`" for one in actors)
        world.tell(18, record, f"{said}; developed by {by}")


#: name in the code: French, commune, themes, form, precision, stages, description fr, en
_S = [("2015", "emergence"), ("2017", "development"), ("2023", "consolidation")]
INITIATIVES: dict[str, tuple[str, str, list[str], str, str, list[tuple[str, str]], str, str]] = {
    "rives": ("La Ressourcerie des Deux Rives", "84007", ["reuse", "environment"], "association",
              "exact", [("2011", "creation"), ("2015", "development"), ("2021", "consolidation")],
              "Collecte et revend meubles et vélos des deux côtés du Rhône.",
              "Collects and resells furniture and bicycles on both sides of the Rhône."),
    "sorgue": ("Le Jardin de la Sorgue Vive", "84054", ["solidarity-garden"], "association",
               "exact", [("2012", "emergence"), ("2020", "consolidation")],
               "Jardin d’insertion le long de la Sorgue, soixante paniers par semaine.",
               "Work-integration garden along the Sorgue, sixty boxes a week."),
    "pas": ("L’Épicerie du Pas Léger", "13055", ["food", "fair-trade"], "cooperative", "exact",
            [("2014-05", "creation"), ("2022-03", "consolidation")],
            "Épicerie coopérative tenue par ses trois cents membres.",
            "Cooperative grocery run by its three hundred members."),
    "pedalier": ("Le Pédalier fou", "13001", ["mobility"], "association", "street",
                 [("2013", "creation"), ("2019", "consolidation"), ("2023", "development")],
                 "Atelier de vélos ; revenu en développement après la perte de son local.",
                 "Bicycle workshop; back in development after it lost its premises."),
    "galets": ("La Manufacture des Galets", "06088", ["work-integration"], "scic", "exact",
               [("2016", "creation"), ("2018", "development"), ("2024", "consolidation")],
               "Couture et blanchisserie d’insertion.", "Work-integration sewing and laundry."),
    "claire": ("La Maison Claire-Voie", "06069", ["housing"], "cooperative", "street",
               [("2017", "emergence"), ("2021", "development")],
               "Habitat partagé entre générations.", "Housing shared between generations."),
    "salins": ("Le Potager des Salins", "13004", ["solidarity-garden", "food"], "association",
               "exact", [("2013", "creation"), ("2018", "development"), ("2023", "consolidation")],
               "Jardin collectif et cuisine de quartier.",
               "Collective garden and neighbourhood kitchen."),
    "crau": ("Les Semis de la Crau", "13097", ["solidarity-garden"], "association", "street", _S,
             "Pépinière partagée de plants paysans.", "Shared nursery of farm seedlings."),
    "fournil": ("Le Fournil buissonnier", "04019", ["food"], "informal", "commune",
                [("2022", "emergence"), ("2024", "creation")],
                "Four banal remis en route par une vingtaine d’habitants.",
                "Village oven put back to work by some twenty inhabitants."),
    "remise": ("La Remise aux Outils", "04112", ["reuse"], "association", "street",
               [("2012", "creation"), ("2016", "development"), ("2025", "consolidation")],
               "Prêt d’outils et atelier de réparation.", "Tool library and repair workshop."),
    "garlaban": ("Les Ateliers du Grand Chapeau", "13005", ["work-integration"], "association",
                 "exact", [("2010", "creation"), ("2014", "development")],
                 "Menuiserie d’insertion.", "Work-integration carpentry."),
    "passage": ("La Cantine du Passage bleu", "13055", ["food"], "scop", "exact",
                [("2017", "creation"), ("2020", "development")],
                "Cantine à prix selon le revenu.", "Canteen at prices according to income."),
    "rade": ("La Filature de la Rade", "83137", ["shared-places"], "scic", "exact",
             [("2015", "creation"), ("2020", "development")],
             "Ateliers partagés dans une ancienne voilerie.",
             "Shared workshops in a former sail loft."),
    "clavier": ("Le Clavier d’Argile", "13055", ["digital"], "association", "exact",
                [("2016", "creation"), ("2021", "development")],
                "Entraide numérique de quartier.", "Neighbourhood digital help."),
    "arenes": ("Le Hangar aux Voix", "06088", ["culture", "shared-places"], "association",
               "exact", [("2012", "creation"), ("2019", "development")],
               "Salle de répétition et café associatif.", "Rehearsal room and community café."),
    "mimosa": ("La Boutique du Mimosa", "06029", ["fair-trade"], "association", "exact",
               [("2011", "creation"), ("2017", "development")],
               "Boutique de commerce équitable.", "Fair-trade shop."),
    "sept": ("La Conserverie des Sept Clochers", "84003", ["food"], "scic", "street",
             [("2016", "emergence"), ("2018", "creation"), ("2021", "development")],
             "Conserverie mobile de village en village.",
             "Mobile cannery from village to village."),
    "ocres": ("Le Comptoir aux Ocres", "84089", ["fair-trade"], "association", "exact",
              [("2013", "creation"), ("2019", "development")],
              "Comptoir de produits équitables et locaux.", "Fair and local products."),
    "merle": ("La Cabane au Merle", "83050", ["popular-education"], "association", "exact",
              [("2014", "creation"), ("2020", "development")],
              "Ateliers d’écriture et université populaire.",
              "Writing workshops and popular university."),
    "verdiere": ("Le Sentier des Restes", "83116", ["environment"], "association", "street",
                 [("2015", "creation"), ("2021", "development")],
                 "Éducation à la nature et jardin-école.", "Nature education and school garden."),
    "camargue": ("La Cantine des Tamaris", "13108", ["food"], "association", "street",
                 [("2016", "creation"), ("2022", "development")],
                 "Cuisine partagée et conserverie.", "Shared kitchen and cannery."),
    "ubaye": ("La Navette des Cimes", "05023", ["mobility"], "scic", "exact",
              [("2016", "emergence"), ("2017", "creation"), ("2018-06", "development"),
               ("2020-09", "consolidation")],
              "Trajets partagés entre villages de montagne.",
              "Rides shared between mountain villages."),
    "lavande": ("La Halle aux Lavandes", "84087", ["shared-places"], "association", "exact",
                [("2018", "creation"), ("2020", "development"), ("2023-04", "development")],
                "Café et marché associatifs.", "Community café and market."),
    "phare": ("Le Phare des Ondes", "83061", ["culture"], "association", "exact",
              [("2013", "creation"), ("2019", "consolidation"), ("2022-10", "development")],
              "Radio associative et studio.", "Community radio and studio."),
    "ventoux": ("Les Toits du Géant", "84031", ["energy"], "cooperative", "exact",
                [("2012", "emergence"), ("2014", "creation"), ("2019", "consolidation")],
                "Centrale citoyenne : douze toits d’écoles.",
                "Citizen power plant: the roofs of twelve schools."),
    "lac": ("La Grange aux Mille Clous", "05046", ["shared-places", "reuse"], "association",
            "exact", [("2014", "emergence"), ("2017", "development"), ("2021", "consolidation")],
            "Atelier partagé de réparation et de bois.", "Shared repair and wood workshop."),
    "soin1": ("La Bastide aux Tisanes", "83023", ["health-care"], "scic", "exact", _S,
              "Centre de santé coopératif.", "Cooperative health centre."),
    "soin2": ("L’Infusoir", "06083", ["health-care"], "association", "street",
              [("2019", "creation"), ("2022", "development")],
              "Maison d’entraide entre malades et soignants.",
              "House of mutual help between patients and carers."),
    "soin3": ("La Maisonnée du Col", "05065", ["health-care"], "association", "street",
              [("2020", "creation")],
              "Visites à domicile par des bénévoles formés.", "Home visits by trained volunteers."),
    "caddie": ("La Recyclerie du Caddie vert", "84137", ["reuse"],
               "association", "exact", [("2014", "creation"), ("2019", "development")],
               "Collecte auprès des habitants et des magasins.",
               "Collection from inhabitants and shops."),
    "simple": ("L’Atelier des Simples", "04088", ["environment"], "association", "exact",
               [("2015", "creation"), ("2022", "development")],
               "Cueillette et culture de plantes médicinales.",
               "Picking and growing of medicinal plants."),
    "tuiles": ("Le Chantier des Tuiles rondes", "84035", ["work-integration"], "association",
               "exact", [("2010", "creation"), ("2016", "development"), ("2022", "consolidation")],
               "Chantiers d’insertion dans le bâti ancien.",
               "Work-integration projects in old buildings."),
    "gousset": ("Le Gousset du Verdon", "04039", ["solidarity-finance"], "association", "exact",
                [("2014", "creation"), ("2019", "development")],
                "Épargne et prêts de proximité.", "Local savings and loans."),
    "signal": ("Le Signal ouvert", "06155", ["digital"], "scic", "exact",
               [("2024", "creation"), ("2025", "development")],
               "Hébergeur de proximité sur logiciels libres.",
               "Local hosting on free software."),
    "voiles": ("La Voilerie des Communs", "13056", ["work-integration"], "ess-company", "exact",
               [("2017", "creation"), ("2021", "development")],
               "Sacs cousus dans des voiles usées.", "Bags sewn from worn sails."),
    "tablees": ("Les Tablées d’En-Haut", "05070", ["food"], "informal", "commune",
                [("2023", "emergence")],
                "Repas de village, chaque mois, sans association derrière.",
                "A village meal each month, with no association behind it."),
    "causerie": ("La Causerie des Platanes", "83118", ["popular-education"], "association", "exact",
               [("2018", "creation"), ("2023", "development")],
               "Conversations et entraide dans la langue de chacun.",
               "Conversations and mutual help in everyone’s language."),
    "vieux": ("Le Théâtre de l’Ancre sèche", "83126", ["culture"], "association", "exact",
              [("2009", "creation"), ("2015", "development")],
              "Théâtre d’habitants.", "Theatre made by inhabitants."),
    "pre1": ("L’Atelier du Pré-Vert", "84106", ["environment"], "association", "street",
             [("2018", "creation")],
             "Éducation à l’environnement.", "Environmental education."),
    "pre2": ("L’atelier du pré vert", "84106", ["environment"], "association", "commune",
             [("2018", "creation")],
             "Animations nature pour les écoles.", "Nature activities for schools."),
    "faubourg1": ("La Recyclerie du Faubourg", "83042", ["reuse"],
                  "association", "exact", [("2017", "creation")],
                  "Recyclerie de quartier.", "Neighbourhood reuse centre."),
    "faubourg2": ("Recyclerie du Faubourg", "83042", ["reuse"], "association", "street",
                  [("2017", "creation"), ("2022", "development")],
                  "Réemploi et petite réparation.", "Reuse and small repairs."),
    "muette": ("La Place muette", "06033", ["local-development"], "association", "street",
               [("2021", "creation")],
               "Conciergerie de quartier.", "Neighbourhood concierge service."),
    "ferme": ("Le Garage fermé", "05061", ["mobility"], "association", "commune",
              [("2009", "creation"), ("2014", "consolidation")],
              "Garage solidaire, fermé en 2020.", "Solidarity garage, closed in 2020."),
}  # fmt: skip


def _initiatives(world: World, cast: Cast) -> None:
    for name, (
        label,
        place,
        themes,
        form,
        precision,
        stages,
        french,
        english,
    ) in INITIATIVES.items():
        record = world.initiative(
            Words(label, french, english, label),
            place,
            themes,
            stages,
            precision=precision,
            checked=Checked(),
        )
        record.say("faces:legalForm", f"legal-form:{form}")
        record.say("faces:foundingDate", date(stages[0][0][:4]))
        cast.ini[name] = record
    ini = cast.ini
    ini["ferme"].say("adms:status", "record-status:ended")
    world.resources(ini["rives"], "2019", {"public-funding": 60, "sales": 25, "volunteering": 15})
    world.resources(ini["rives"], "2025", {"public-funding": 40, "sales": 35, "volunteering": 25})
    world.resources(
        ini["sorgue"],
        "2024",
        {"sales": 55, "public-funding": 15, "donations": 15, "membership-fees": 5, "in-kind": 10},
    )
    world.resources(ini["pas"], "2025", {"sales": 90, "volunteering": None})
    world.tell(20, ini["rives"], "two declarations: that of 2025 counts (40, 35, 25), not 2019")
    world.tell(20, ini["sorgue"], "declaration of 2024: five kinds")
    world.tell(20, ini["pas"], "sales 90; volunteering declared without a share")
    french, english = PROJECTS[0]
    ini["rives"].say("faces:associativeProject", text(french, "fr"), text(english, "en"))
    ini["rives"].say(
        "faces:economicModel",
        text("Revente, subventions et bénévolat, à parts voisines.", "fr"),
        text("Resale, grants and volunteering, in similar parts.", "en"),
    )
    ini["rives"].say("faces:volunteers", count(35))
    ini["rives"].say("faces:employees", count(6))
    for name, difficulties in {
        "soin1": ["isolation", "volunteer-retention"],
        "soin2": ["isolation", "volunteer-retention", "funder-demands"],
        "soin3": ["isolation"],
    }.items():
        ini[name].say("faces:difficulty", *concepts("difficulty", difficulties))
        world.tell(
            21,
            ini[name],
            f"health-care, a theme of planted records only: {', '.join(difficulties)}",
        )


def _memberships(world: World, cast: Cast) -> None:
    net, ini, org = cast.net, cast.ini, cast.org
    members = {
        "tresse": ["pas", "passage", "clavier", "escarcelle"],
        "baous": ["galets", "claire", "arenes", "mimosa", "soin2", "signal", "muette"],
        "filet": ["salins", "crau", "camargue"],
        "passeurs": ["lac", "soin3"],
        "racines": ["salins", "crau", "sorgue"],
        "boucle": ["rives", "lac", "caddie", "faubourg1"],
        "quai": ["pas", "ocres"],
        "semaines": ["passage", "causerie", "merle"],
        "quinzaine": ["rade", "mimosa"],
        "balises": ["amers", "lampisterie", "estive"],
        "cercle": ["pas", "passage", "ventoux", "ubaye", "sept"],
        "alliance": ["tresse", "baous", "racines", "rives", "garlaban", "rade", "tuiles"],
    }
    for name, actors in members.items():
        for position, actor in enumerate(actors):
            who = ini.get(actor) or org.get(actor) or net[actor]
            role = "board" if position == 0 else "member"
            role = "accompanist" if name == "balises" else role
            record = world.member(
                who, net[name], Period(str(2012 + 2 * (position % 6))), role, Checked()
            )
            if name in {"filet", "passeurs"}:
                world.tell(4, record, f"`{who.key}` in `{net[name].key}`: planted members only")
    for actor, name, start, end, why in (
        ("remise", "boucle", "2013", "2018", "left its only network in 2018: isolated today"),
        ("sorgue", "filet", "2014", "2016-12", "left this network; still in another"),
    ):
        record = world.member(ini[actor], net[name], Period(start, end), "member", Checked())
        world.tell(5, record, why)
    world.tell(5, ini["fournil"], "has never been a member of any network")
    world.tell(4, net["filet"], f"shares two present members with `{net['racines'].key}`")
    world.tell(9, net["tresse"], "covers Marseille (13055) at the level of the commune")
    world.tell(9, net["filet"], "covers Arles (13004), Tarascon and Saint-Martin-de-Crau: EPCI")
    world.tell(9, net["passeurs"], "covers Embrun (05046) and Chorges: EPCI")
    world.tell(9, net["baous"], "covers Nice (06088) and all communes of the Alpes-Maritimes")
    world.tell(9, net["alliance"], "covers every commune, at the level of the region")
    world.tell(10, ini["fournil"], "Barcelonnette (04019): no local territorial network")
    world.tell(10, ini["salins"], "Arles (13004): covered by its EPCI’s network, not in the answer")


def _accompaniments(world: World, cast: Cast) -> None:
    net, ini, org = cast.net, cast.ini, cast.org
    experts = ["expert"]
    planted: list[tuple[int, str, str, list[str], list[str], str, str, str, str]] = [
        # question, name in the code, accompanied, accompaniers, approaches, stage, start, end, why
        (1, "", "sorgue", ["eclaircie"], experts, "consolidation", "2025-02-03", "",
         "accompanied today by an expert: by no network, but by somebody"),
        (1, "", "pas", ["balises"], ["accompanist-network"], "consolidation", "2024-09", "",
         "accompanied today by a network: not in the answer"),
        (2, "", "galets", ["guichet"], experts, "development", "2017", "2018",
         "first of two accompaniments of Nice’s `galets`, both by experts"),
        (2, "", "galets", ["quille", "guichet"], experts, "consolidation", "2023-01", "2024-06",
         "second one, by two experts together"),
        (2, "", "claire", ["guichet"], experts, "development", "2020", "2021",
         "by an expert, but see the next: not experts only"),
        (2, "", "claire", ["arenes"], ["peer"], "development", "2021", "",
         "by a peer: the initiative is not accompanied by experts only"),
        (3, "", "remise", ["eclaircie"], experts, "consolidation", "2023", "2024",
         "département 04, consolidation: expert"),
        (3, "", "gousset", ["quille"], experts, "consolidation", "2025-03", "",
         "département 04, consolidation: expert"),
        (3, "", "simple", ["gousset"], ["peer"], "consolidation", "2024", "2025-06",
         "département 04, consolidation: peer"),
        (3, "", "simple", ["estive"], ["accompanist-network", "trade"], "consolidation", "2025-09",
         "", "département 04, consolidation: two approaches, it counts in each"),
        (15, "a", "ocres", ["sept"], ["peer"], "development", "2022-01", "2022-12",
         "`sept` accompanies `ocres` …"),
        (15, "b", "sept", ["ocres"], ["peer"], "consolidation", "2023-01", "2023-12",
         "… and `ocres` accompanies `sept`, in return as the source says"),
        (15, "", "verdiere", ["merle"], ["peer"], "development", "2021", "2021",
         "`merle` accompanies `verdiere` …"),
        (15, "", "merle", ["verdiere"], ["peer"], "development", "2023", "",
         "… and `verdiere` accompanies `merle`, without its being said that it is in return"),
        (15, "", "crau", ["salins"], ["peer", "trade"], "development", "2019", "2020",
         "`salins` accompanies `crau` …"),
        (15, "", "camargue", ["crau"], ["peer"], "development", "2021", "2022",
         "… and `crau` accompanies `camargue`, a member of the same network as `salins`"),
        (16, "c", "ubaye", ["estive"], ["accompanist-network"], "consolidation", "2019-03",
         "2020-02", "12 months; development before, consolidation after: changed"),
        (16, "", "lavande", ["lieux"], experts, "consolidation", "2021", "2022",
         "24 months; development before and after: unchanged"),
        (16, "", "phare", ["quille"], experts, "scale-up", "2022-01-15", "2022-06-30",
         "6 months touched; consolidation before, development after: changed, backwards"),
        (17, "", "lac", ["eclaircie"], experts, "consolidation", "2018", "2020",
         "between emergence (2014) and consolidation (2021)"),
        (17, "", "lac", ["boucle"], ["trade"], "scale-up", "2022-05", "",
         "after consolidation (2021): did not lead to it"),
        (19, "", "arenes", ["lampisterie"], ["accompanist-network"], "consolidation", "2020-10",
         "2021-09", "a member of `baous`, accompanied by a member of `balises`"),
        (19, "", "camargue", ["balises"], ["accompanist-network"], "creation", "2016", "2016",
         "a member of `filet`, accompanied by `balises` itself"),
        (19, "", "rade", ["amers"], ["accompanist-network"], "development", "2018", "2019",
         "accompanied by a member of `balises`; its territorial network is the regional one"),
    ]  # fmt: skip
    made: dict[str, Record] = {}
    for question, name, accompanied, accompaniers, approaches, target, start, end, why in planted:
        record = world.accompany(
            ini[accompanied],
            [ini.get(one) or org.get(one) or net[one] for one in accompaniers],
            approaches,
            target,
            Period(start, end),
            Checked(),
        )
        made[name] = record
        world.tell(question, record, why)
    made["b"].say("faces:reciprocates", made["a"].iri)
    made["c"].say("faces:method", cast.methods[6].iri)
    made["c"].say("faces:need", *concepts("difficulty", ["skills-and-organisation"]))
    made["c"].say("faces:format", "accompaniment-format:individual")
    world.tell(1, ini["rives"], "consolidation, accompanied by nobody today")
    world.tell(1, ini["pedalier"], "was in consolidation in 2019, back in development: not in it")
    world.tell(1, ini["ferme"], "in consolidation, but the record has ended: not in it")
    world.tell(
        17, ini["ubaye"], "emergence 2016, consolidation 2020, after the accompaniment of 16"
    )
    world.tell(17, ini["ventoux"], "emergence 2012, consolidation 2019, never accompanied")
    world.tell(17, ini["sorgue"], "emergence 2012, consolidation 2020; accompanied only since 2025")


def _poolings(world: World, cast: Cast) -> None:
    net, ini, org = cast.net, cast.ini, cast.org
    planted: list[tuple[tuple[int, ...], str, str, list[str], list[str], str, str, str, str]] = [
        ((11, 14), "Emploi partagé du Grand Chapeau", "Shared jobs of the Grand Chapeau",
         ["working-time"], ["garlaban", "passage", "rade"], "garlaban", "2021", "",
         "staff; Aubagne and Marseille are within 30 km of the old port, Toulon is not;"
         " carried by an initiative: stands alone"),
        ((11, 14), "Compétences en réseau", "Skills in a network", ["skills"],
         ["clavier", "pas"], "tresse", "2018", "2022-12",
         "staff, ended in 2022: not in question 11 today; carried by a network"),
        ((12, 14), "Locaux du Hangar", "Premises of the Hangar", ["premises"],
         ["arenes", "claire"], "baous", "2020-03", "", "premises in Nice; carried by a network"),
        ((12, 14), "Camion commun des recycleries", "Common lorry of the reuse centres",
         ["logistics", "equipment"], ["rives", "caddie", "lac"], "boucle", "2019", "",
         "logistics and equipment; carried by a network"),
        ((12, 14), "Presse à pommes voyageuse", "Travelling apple press", ["equipment"],
         ["sept", "tablees"], "", "2023", "", "equipment; no carrier: stands alone"),
        ((13, 14), "Caisse de secours du Tournesol bleu", "Blue sunflower relief fund",
         ["mutual-fund"], ["rives", "salins", "sept", "ocres"], "tournesol", "2017-01-01", "",
         "covers four initiatives; carried by an organisation: stands alone"),
        ((13, 14), "Caisse des jardins", "Gardens’ fund", ["mutual-fund"],
         ["salins", "crau", "sorgue"], "racines", "2020", "",
         "covers three gardens; carried by a network"),
        ((13, 14), "Caisse du bon secours", "Good help fund", ["risk"],
         ["garlaban", "tuiles"], "", "2011", "2019", "shared risk until 2019: ended"),
    ]  # fmt: skip
    for questions, french, english, kinds, participants, carrier, start, end, why in planted:
        record = world.pool(
            Words(french, "", "", english),
            kinds,
            [ini[one] for one in participants],
            Period(start, end),
            (ini.get(carrier) or org.get(carrier) or net[carrier]) if carrier else None,
            Checked(),
        )
        for question in questions:
            world.tell(question, record, why)


def _cooperations(world: World, cast: Cast) -> None:
    net, ini, org = cast.net, cast.ini, cast.org
    planted = [
        ("Marché de collecte des encombrants", "Tender for bulky waste", "joint-tender",
         ["rives", "caddie", "boucle"], "2022", "2025", "reuse",
         "three answered a tender together, a network among them"),
        ("Recherche-action « Manger près d’ici »", "Action research “Eating nearby”",
         "action-research", ["salins", "crau", "camargue", "escarcelle"], "2023-09", "", "food",
         "action research under way, with a foundation"),
        ("Cantines communes : réponse groupée", "Joint canteens tender", "joint-tender",
         ["passage", "garlaban"], "2024-02", "2024-04", "food", "tender answered, over"),
        ("Sensibilisation au commerce équitable", "Raising awareness of fair trade", "awareness",
         ["mimosa", "ocres"], "2021", "", "fair-trade", "awareness: not in the answer"),
    ]  # fmt: skip
    for french, english, kind, participants, start, end, theme, why in planted:
        record = world.cooperate(
            Words(french, "", "", english),
            kind,
            [ini.get(one) or org.get(one) or net[one] for one in participants],
            Period(start, end),
            theme,
            Checked(),
        )
        world.tell(22, record, why)


def _claims(world: World, cast: Cast) -> None:
    ini, org = cast.ini, cast.org
    planted = [
        ("simple", "association", "chamber", "", "", "legally ESS as an association"),
        ("tuiles", "esus", "authority", "2023-02-01", "2028-01-31", "ESUS, valid"),
        ("tuiles", "association", "chamber", "", "", "and as an association"),
        ("gousset", "esus", "authority", "2016-05-01", "2021-04-30", "ESUS, expired in 2021"),
        ("signal", "cooperative", "chamber", "", "", "SCIC: as a cooperative"),
        ("signal", "esus", "authority", "2025-06-15", "2027-06-14",
         "ESUS for two years (company under three years old), valid"),
        ("voiles", "ess-company", "chamber", "2022", "", "commercial company registered ESS"),
        ("voiles", "esus", "escarcelle", "2024-01", "2026-10-31",
         "ESUS as a foundation says it, expired on 31 October 2026"),
    ]  # fmt: skip
    for name, ground, claimant, start, end, why in planted:
        world.claim(ini[name], ground, org[claimant], Period(start, end))
        world.tell(23, ini[name], why)
    world.tell(23, ini["tablees"], "informal: nobody claims that it is legally ESS")


def _records_to_check(world: World, cast: Cast) -> None:
    ini = cast.ini

    def redate(record: Record, verified: str | None, modified: str | None) -> None:
        for predicate, value in (("faces:verifiedOn", verified), ("dcterms:modified", modified)):
            if value is not None:
                record.facts = [fact for fact in record.facts if fact[0] != predicate]
                record.say(predicate, date(value))

    redate(ini["causerie"], None, "2026-10-12")
    world.tell(24, ini["causerie"], "changed on 12 October 2026")
    fresh = world.accompany(
        ini["causerie"],
        [cast.net["balises"]],
        ["accompanist-network"],
        "consolidation",
        Period("2026-10-05"),
        Checked("2026-11-02", "2026-11-02"),
    )
    world.tell(24, fresh, "changed on 2 November 2026")
    redate(ini["vieux"], "2023-05-10", None)
    world.tell(25, ini["vieux"], "last verified on 10 May 2023")
    redate(ini["muette"], "", None)
    world.tell(25, ini["muette"], "never verified")
    for name in ("causerie", "vieux", "tuiles"):
        world.contact(ini[name], "" if name == "vieux" else "organisation-consent")
    world.tell(25, ini["vieux"], "an e-mail address without a basis")
    world.tell(25, ini["pre1"], "same name in the same commune as the next, but for its typography")
    world.tell(25, ini["pre2"], "same name as the one before")
    world.tell(25, ini["faubourg1"], "near the next in the same commune, but not the same name")
    world.tell(25, ini["faubourg2"], "near-equal to the one before: “La” is missing")
