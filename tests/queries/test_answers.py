"""Each saved query gives the answer that was worked out from the records without SPARQL.

``data/demo/README.md`` holds these answers. ``data/build/demo_answers.py`` works them out from the
plain records that the demonstration data are written from; it reads no RDF and runs no query. They
are read here as text, so that what is compared is what people read.
"""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

import pytest

from registry import resources
from registry.releases.archive import Archive
from registry.saved_queries import bind, saved_queries
from registry.store import Graphs, Term

BASE = "https://w3id.org/faces/"
#: The day on which the answers were worked out.
TODAY = "2026-11-15"
QUERIES = {query.number: query for query in saved_queries(BASE)}
Rows = list[dict[str, str]]

KEY = re.compile(r"`(demo-[a-z]+-\d+)`")
SECTION = re.compile(r"^## (\d+)\. ", re.MULTILINE)


@pytest.fixture(scope="session")
def graphs(demo_dir: Path) -> Graphs:
    return Archive(demo_dir).current().graphs


def told(number: int) -> list[str]:
    """The lines of the README that answer a question in full."""
    text = (resources.folder("data/demo") / "README.md").read_text(encoding="utf-8")
    parts = SECTION.split(text)
    section = dict(zip(map(int, parts[1::2]), parts[2::2], strict=True))[number]
    whole = section.partition("\n## ")[0].partition("In all:")[2]
    return [line[2:] for line in whole.splitlines() if line.startswith("- ")]


def by_head(number: int) -> dict[str, str]:
    """The same, each line by what stands before its colon."""
    return {head: rest.strip() for head, _, rest in (t.partition(": ") for t in told(number))}


def named(number: int, *kinds: str) -> set[str]:
    """The records of these kinds (all, where none is given) that the full answer names."""
    keys = {key for line in told(number) for key in KEY.findall(line)}
    return {key for key in keys if not kinds or key.split("-")[1] in kinds}


def asked(graphs: Graphs, number: int, **values: str) -> Rows:
    """The rows of a saved query, IRIs by their last part."""
    rows = graphs.rows(bind(QUERIES[number], values), prefixes={})
    return [{name: _short(term) for name, term in row.items()} for row in rows]


def _short(term: Term) -> str:
    value = getattr(term, "value", "")
    return value.rpartition("/")[2] if value.startswith(BASE) else value


def found(rows: Rows, *columns: str) -> set[str]:
    return {row[c] for row in rows for c in columns if row.get(c, "").startswith("demo-")}


@pytest.mark.parametrize(
    ("number", "columns"),
    [
        (1, ("initiative",)),
        (2, ("initiative",)),
        (5, ("initiative",)),
        (6, ("network", "carrier")),
        (7, ("network", "host")),
        (8, ("network", "member")),
        (13, ("fund", "carrier", "covered")),
        (14, ("pooling",)),
        (15, ("accompaniment", "return", "network")),
        (16, ("accompaniment", "initiative")),
        (17, ("initiative", "accompaniment")),
        (19, ("member", "network", "accompaniment", "accompanist")),
        (22, ("cooperation", "participant")),
        (23, ("initiative",)),
    ],
)
def test_the_records_of_an_answer(graphs: Graphs, number: int, columns: tuple[str, ...]) -> None:
    expected = named(number)
    assert len(expected) >= 3
    assert found(asked(graphs, number), *columns) >= expected
    kinds = {key.split("-")[1] for key in expected}
    answer = {key for key in found(asked(graphs, number), *columns) if key.split("-")[1] in kinds}
    # An initiative may accompany another: question 17 names those that moved on.
    assert answer == expected


def test_01_tells_nobody_from_others(graphs: Graphs) -> None:
    rows = asked(graphs, 1)
    nobody = {row["initiative"] for row in rows if row["accompanied"] == "false"}
    expected = by_head(1)
    assert nobody == set(KEY.findall(expected["By nobody"]))
    others = {row["initiative"] for row in rows} - nobody
    assert others == set(KEY.findall(expected["By others than networks"]))


def test_02_by_departement(graphs: Graphs) -> None:
    answer = defaultdict(set)
    for row in asked(graphs, 2):
        answer[row["departement"].removeprefix("departement-")].add(row["initiative"])
    assert answer == {code: set(KEY.findall(keys)) for code, keys in by_head(2).items()}


def test_03_counts_and_shares(graphs: Graphs) -> None:
    answer = {
        (row["territory"].removeprefix("departement-"), row["stage"], row["approach"]): (
            int(row["accompaniments"]),
            round(float(row["share"]), 1),
        )
        for row in asked(graphs, 3)
    }
    expected = {}
    for head, rest in by_head(3).items():
        code, stage, _ = head.split(", ")
        for approach, count, share in re.findall(r"([a-z-]+) (\d+) \((\d+\.\d) %\)", rest):
            expected[code, stage, approach] = (int(count), float(share))
    assert answer == expected


def test_04_shared_members(graphs: Graphs) -> None:
    shared = {}
    for line in told(4):
        one, other = KEY.findall(line)[:2]
        shared[frozenset((one, other))] = int(line.partition(": ")[2].split()[0])
    rows = asked(graphs, 4)
    pairs = {frozenset((row["network"], row["other"])): int(row["shared"]) for row in rows}
    demo = {pair: n for pair, n in pairs.items() if all(k.startswith("demo-") for k in pair)}
    assert demo
    assert {pair: n for pair, n in shared.items() if pair in demo} == demo
    assert all(demo.get(pair, 0) == n for pair, n in shared.items() if n)


@pytest.mark.parametrize("commune", ["13055", "13004", "05046", "06088"])
def test_09_networks_of_a_commune(graphs: Graphs, commune: str) -> None:
    line = next(rest for head, rest in by_head(9).items() if commune in head)
    rows = asked(graphs, 9, commune=f"territory/commune-{commune}")
    answer = {(r["network"], r["territory"]) for r in rows if r["network"].startswith("demo-")}
    assert answer == set(re.findall(r"`(demo-net-\d+)` \(([a-z]+-\d+)\)", line))


@pytest.mark.parametrize("level", ["commune", "epci"])
def test_10_places_without_a_network(graphs: Graphs, level: str) -> None:
    line = next(line for line in told(10) if f"at the level {level}," in line)
    rows = asked(graphs, 10, level=level)
    answer = {row["territory"]: int(row["initiatives"]) for row in rows}
    expected = {k: int(n) for k, n in re.findall(rf"({level}-\w+) \((\d+)\)", line)}
    assert len(expected) == int(line.split()[0])
    assert answer == expected


def test_11_distances(graphs: Graphs) -> None:
    told_distances = dict(re.findall(r"`(demo-ini-\d+)`.* about (\d+\.\d) km", "\n".join(told(11))))
    answer = {row["initiative"]: float(row["distance"]) for row in asked(graphs, 11)}
    assert answer.keys() == told_distances.keys()
    for key, kilometres in told_distances.items():
        # On a sphere there, on the ellipsoid here.
        assert answer[key] == pytest.approx(float(kilometres), rel=0.01, abs=0.2)


def test_12_poolings_of_means(graphs: Graphs) -> None:
    answer = found(asked(graphs, 12), "pooling", "participant")
    assert answer == named(12, "poo", "ini", "org")


@pytest.mark.parametrize("theme", ["environment", "food", "reuse"])
def test_18_methods_for_a_theme(graphs: Graphs, theme: str) -> None:
    answer = found(asked(graphs, 18, theme=theme), "accompanist", "method")
    assert answer >= set(KEY.findall(by_head(18)[theme]))


def test_20_mix_of_resources(graphs: Graphs) -> None:
    answer = {
        row["kind"]: (int(row["initiatives"]), *(round(float(row[n]), 1) for n in NUMBERS))
        for row in asked(graphs, 20)
    }
    expected = {}
    for kind, line in by_head(20).items():
        count, *numbers = (float(n) for n in re.findall(r"\d+(?:\.\d+)?", line))
        expected[kind] = (int(count), *numbers)
    assert answer == expected


NUMBERS = ("mean", "least", "greatest")


def test_21_difficulties_by_theme(graphs: Graphs) -> None:
    answer = {(r["theme"], r["difficulty"]): int(r["initiatives"]) for r in asked(graphs, 21)}
    expected = {
        (theme, difficulty): int(count)
        for theme, line in by_head(21).items()
        for difficulty, count in re.findall(r"([a-z-]+) (\d+)", line)
    }
    assert answer == expected


def test_23_grounds_and_agreements(graphs: Graphs) -> None:
    rows = asked(graphs, 23, day=TODAY)
    expected = by_head(23)
    for ground in ("association", "cooperative", "ess-company", "esus"):
        keys = {row["initiative"] for row in rows if row["ground"] == ground}
        assert keys == set(KEY.findall(expected[ground]))
    agreements = [row for row in rows if row["ground"] == "esus"]
    valid = {row["initiative"] for row in agreements if row["valid"] == "true"}
    assert valid == set(KEY.findall(expected["ESUS valid"]))


def test_24_changes_since_a_day(graphs: Graphs) -> None:
    for line in told(24)[:2]:
        day, count = re.findall(r"\d{4}-\d\d-\d\d|\d+(?= records)", line)
        rows = asked(graphs, 24, since=day)
        assert len(found(rows, "record")) == int(count)
        assert {row["source"] for row in rows if row["record"].startswith("demo-")} == {"demo"}
    assert named(24) == found(rows, "record")


def test_25_records_to_check(graphs: Graphs) -> None:
    rows = asked(graphs, 25, day=TODAY)
    expected = by_head(25)
    old = next(rest for head, rest in expected.items() if head.startswith("141 not verified"))
    answer = found(rows, "record")
    assert set(KEY.findall(old)) <= answer
    assert set(KEY.findall(expected["E-mail without a basis"])) <= answer
    duplicates = {frozenset((r["record"], r["other"])) for r in rows if r.get("other")}
    assert frozenset(("demo-ini-039", "demo-ini-040")) in duplicates
    assert len(duplicates) <= 2
    assert found(rows, "record", "other") == named(25) | {"demo-ini-039", "demo-ini-040"}
