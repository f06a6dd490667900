"""Releases: complete or not there at all, exact patches, history that can be undone."""

from __future__ import annotations

import contextlib
import itertools
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.errors import BusyError, IntegrityError, InvalidDataError, NotFoundError, UsageError
from registry.progress import Progress
from registry.publishing.reindex import reindex
from registry.publishing.restore import difference, roll_back
from registry.publishing.verify import verify
from registry.releases import archive, patch
from registry.releases.archive import Archive
from registry.releases.changed import Changed, touches
from registry.releases.checksum import Checksum
from registry.releases.writer import Writer
from registry.settings import Settings
from support import BASE, contribute, initiative

SETTINGS = Settings()


def statements(release: archive.Release) -> set[str]:
    return {str(quad) for quad in release.graphs.quads()}


def apply(before: set[str], changes: list[patch.Change]) -> set[str]:
    after = set(before)
    for operation, statement in changes:
        if operation == patch.ADDED:
            assert statement not in after
            after.add(statement)
        else:
            after.remove(statement)
    return after


def restore(data_dir: Path, number: int) -> None:
    with Writer(data_dir) as writer:
        releases = Archive(data_dir)
        roll_back(
            writer, releases, SETTINGS, number, message="", author="tests", progress=Progress()
        )


def test_an_import_is_one_release_and_the_old_one_stays(data_dir: Path) -> None:
    before = Archive(data_dir).current()
    outcome = contribute(data_dir, "jardins", initiative("a") + initiative("b"))
    after = Archive(data_dir).current()
    assert (before.number, after.number) == (1, 2)
    assert outcome.manifest == after.manifest
    assert after.manifest.parent == 1
    changes = list(patch.read(after.folder / archive.PATCH))
    assert apply(statements(before), changes) == statements(after)
    assert after.manifest.statements == len(statements(after))
    assert verify(Archive(data_dir), SETTINGS, Progress()).faults == []


def test_importing_again_replaces_the_source_and_nothing_else(data_dir: Path) -> None:
    contribute(data_dir, "jardins", initiative("a") + initiative("b"))
    contribute(data_dir, "autre", initiative("c"))
    contribute(data_dir, "jardins", initiative("b", "Nouveau nom"))
    index = Archive(data_dir).current().index
    found = {hit.iri.rpartition("/")[2]: hit.label for hit in browse(index)}
    assert found == {"b": "Nouveau nom", "c": "Initiative c"}


def browse(index: archive.Index) -> tuple[archive.Index, ...]:
    return index.browse("initiative", "fr", offset=0, limit=50).hits


def test_the_same_import_twice_makes_one_release(data_dir: Path) -> None:
    contribute(data_dir, "jardins", initiative("a"))
    assert contribute(data_dir, "jardins", initiative("a")).manifest is None
    assert Archive(data_dir).current_number() == 2


def test_a_triple_of_two_sources_is_one_in_the_default_graph(data_dir: Path) -> None:
    contribute(data_dir, "une", initiative("a"))
    contribute(data_dir, "deux", initiative("a"))
    count = "SELECT (COUNT(*) AS ?n) WHERE { <https://w3id.org/faces/id/initiative/a> ?p ?o }"
    assert number(data_dir, count) == 4
    contribute(data_dir, "une", initiative("b"))
    assert number(data_dir, count) == 4
    contribute(data_dir, "deux", initiative("b"))
    assert number(data_dir, count) == 0
    assert verify(Archive(data_dir), SETTINGS, Progress()).faults == []


def number(data_dir: Path, query: str) -> int:
    ((value,),) = Archive(data_dir).current().graphs.select(query)
    return int(value.value)


def test_a_violation_refuses_the_whole_import(data_dir: Path) -> None:
    nameless = "<id/initiative/x> a faces:Initiative .\n"
    with pytest.raises(InvalidDataError) as refusal:
        contribute(data_dir, "jardins", initiative("a") + nameless)
    paths = {finding.path for finding in refusal.value.report.of("Violation")}
    assert "http://www.w3.org/2000/01/rdf-schema#label" in paths
    assert Archive(data_dir).current_number() == 1
    assert not (data_dir / "releases" / ".staging").exists()


def test_a_dry_run_changes_nothing(data_dir: Path) -> None:
    outcome = contribute(data_dir, "jardins", initiative("a"), dry_run=True)
    assert outcome.added > 0
    assert Archive(data_dir).current_number() == 1


def test_removing_what_another_source_points_to_is_refused(data_dir: Path) -> None:
    contribute(data_dir, "jardins", initiative("a"))
    link = (
        '<id/membership/m> a org:Membership ; rdfs:label "Adhésion"@fr ;'
        " org:member <id/initiative/a> ; org:organization <id/network/mesclun> .\n"
    )
    contribute(data_dir, "liens", link)
    with pytest.raises(InvalidDataError) as refusal:
        contribute(data_dir, "jardins", initiative("b"))
    (finding,) = refusal.value.report.of("Violation")
    assert finding.focus.endswith("/membership/m")
    assert finding.value.endswith("/initiative/a")


def test_shortcuts_are_derived_and_go_with_their_relationship(data_dir: Path) -> None:
    link = (
        '<id/membership/m> a org:Membership ; rdfs:label "Adhésion"@fr ;'
        " org:member <id/initiative/a> ; org:organization <id/network/mesclun> .\n"
    )
    count = (
        "SELECT (COUNT(*) AS ?n) WHERE { <https://w3id.org/faces/id/initiative/a> org:memberOf ?o }"
    )
    contribute(data_dir, "jardins", initiative("a") + link)
    assert number(data_dir, count) == 1
    contribute(data_dir, "jardins", initiative("a"))
    assert number(data_dir, count) == 0


def test_rolling_back_says_what_the_old_release_said(data_dir: Path) -> None:
    contribute(data_dir, "jardins", initiative("a"))
    contribute(data_dir, "jardins", initiative("b"))
    restore(data_dir, 2)
    releases = Archive(data_dir)
    assert releases.current_number() == 4
    assert releases.current().manifest.restores == 2
    assert statements(releases.current()) == statements(releases.release(2))
    assert [h.label for h in browse(releases.current().index)] == ["Initiative a"]
    assert verify(releases, SETTINGS, Progress()).faults == []
    with pytest.raises(UsageError):
        restore(data_dir, 4)
    with pytest.raises(NotFoundError):
        restore(data_dir, 9)


def test_differences_lead_from_any_release_to_any_other(data_dir: Path) -> None:
    contribute(data_dir, "jardins", initiative("a"))
    contribute(data_dir, "jardins", initiative("b"))
    contribute(data_dir, "jardins", initiative("a"))
    releases = Archive(data_dir)
    for old in releases.numbers():
        for new in releases.numbers():
            changes = list(difference(releases, old, new))
            before, after = statements(releases.release(old)), statements(releases.release(new))
            assert apply(before, changes) == after


def test_verify_sees_every_kind_of_damage(data_dir: Path) -> None:
    contribute(data_dir, "jardins", initiative("a"))
    folder = Archive(data_dir).current().folder
    index = folder / archive.INDEX
    whole = index.read_bytes()
    index.write_bytes(whole.replace(b"Initiative a", b"Initiative z"))
    faults = {Path(f.where).name for f in verify(Archive(data_dir), SETTINGS, Progress()).faults}
    assert archive.INDEX in faults
    index.write_bytes(whole)
    (folder / archive.PATCH).write_bytes(b"")
    with pytest.raises(IntegrityError):
        verify(Archive(data_dir), SETTINGS, Progress())


def changed(data_dir: Path, record: str) -> list[int]:
    """Return the releases that say that they changed the record."""
    found, unknown = Archive(data_dir).following(BASE + record, newest=9)
    assert unknown == []
    return found


def test_each_release_notes_the_records_that_its_patch_changes(data_dir: Path) -> None:
    stage = (
        "; faces:stageStatement <id/initiative/a#stage> . <id/initiative/a#stage> a"
        " faces:StageStatement ; faces:stage <vocab/stage/creation> ;"
        ' faces:attestedOn "{}"^^xsd:gYear'
    )
    contribute(data_dir, "jardins", initiative("a") + initiative("b"))
    contribute(data_dir, "jardins", initiative("a", "Nouveau nom") + initiative("b"))
    contribute(data_dir, "jardins", initiative("a", "Nouveau nom"))
    for year in (2011, 2012):
        contribute(data_dir, "jardins", initiative("a", "Nouveau nom", stage.format(year)))
    restore(data_dir, 2)
    with Writer(data_dir) as writer:
        reindex(
            writer, Archive(data_dir), SETTINGS, message="", author="tests", progress=Progress()
        )
    contribute(data_dir, "jardins", initiative("a"))
    assert changed(data_dir, "id/initiative/b") == [9, 7, 4, 2]
    assert changed(data_dir, "id/initiative/a") == [7, 6, 5, 3, 2]  # 6: a part of it alone
    assert changed(data_dir, "id/network/mesclun") == [1]
    assert changed(data_dir, "id/initiative/x") == []
    assert (Archive(data_dir).folder(8) / archive.CHANGED).stat().st_size == 0  # reindexed
    assert verify(Archive(data_dir), SETTINGS, Progress()).faults == []


def test_verify_sees_a_damaged_list_of_changed_records(data_dir: Path) -> None:
    contribute(data_dir, "jardins", initiative("a"))
    path = Archive(data_dir).current().folder / archive.CHANGED
    noted = path.read_bytes()
    path.write_bytes(noted[8:])
    faults = [f.what.to("en") for f in verify(Archive(data_dir), SETTINGS, Progress()).faults]
    assert faults == [
        "A file is not the one that was written.",
        "The list of changed records does not follow from the patch.",
    ]
    path.unlink()
    faults = [f.what.to("en") for f in verify(Archive(data_dir), SETTINGS, Progress()).faults]
    assert faults == ["A file is missing."]
    assert Archive(data_dir).following(f"{BASE}id/initiative/a", newest=2) == ([], [2])


@given(st.sets(st.text("abcé", max_size=5)), st.text("abcé", max_size=5))
def test_looking_a_record_up_finds_what_was_noted(records: set[str], asked: str) -> None:
    noted = Changed()
    for record in records:
        noted.note(f"<{BASE}{record}#part> <p:p> <o:o> <g:g>")
        noted.note(f"<{BASE}{record}> <p:p> <o:o> <g:g>")
    with tempfile.NamedTemporaryFile() as file:
        file.write(noted.file())
        file.flush()
        assert touches(Path(file.name), BASE + asked) == (asked in records)
        assert all(touches(Path(file.name), BASE + record) for record in records)


def test_reindexing_mends_the_index_in_a_new_release(data_dir: Path) -> None:
    path = Archive(data_dir).current().folder / archive.INDEX
    path.write_bytes(path.read_bytes()[:5000])
    with Writer(data_dir) as writer:
        reindex(
            writer, Archive(data_dir), SETTINGS, message="", author="tests", progress=Progress()
        )
    assert Archive(data_dir).current_number() == 2
    assert verify(Archive(data_dir), SETTINGS, Progress()).faults == []


def test_an_index_of_another_form_is_said_and_mended(data_dir: Path) -> None:
    path = Archive(data_dir).current().folder / archive.INDEX
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version = 99")
    with pytest.raises(IntegrityError, match="reindex"):
        Archive(data_dir).current().index.counts()
    with pytest.raises(IntegrityError, match="reindex"):
        contribute(data_dir, "jardins", initiative("a"))
    assert Archive(data_dir).current_number() == 1
    with Writer(data_dir) as writer:
        reindex(
            writer, Archive(data_dir), SETTINGS, message="", author="tests", progress=Progress()
        )
    contribute(data_dir, "jardins", initiative("a"))
    assert len(browse(Archive(data_dir).current().index)) == 1
    restore(data_dir, 1)  # whose index is of that other form still
    assert not browse(Archive(data_dir).current().index)
    assert verify(Archive(data_dir), SETTINGS, Progress()).faults == []


def test_one_writer_at_a_time(data_dir: Path) -> None:
    with Writer(data_dir), pytest.raises(BusyError) as busy, Writer(data_dir):
        pass
    assert str(os.getpid()) in busy.value.what.to("en").replace(",", "")


def test_the_lock_of_a_killed_writer_is_free(data_dir: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from registry.releases.writer import Writer\n"
        "with Writer(Path(sys.argv[1])) as writer:\n"
        "    writer.stage(); print('locked', flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", script, str(data_dir)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "locked\n"
        with pytest.raises(BusyError), Writer(data_dir):
            pass
        holder.send_signal(signal.SIGKILL)
    assert (data_dir / "releases" / ".staging").exists()
    with Writer(data_dir, wait_seconds=5):
        assert not (data_dir / "releases" / ".staging").exists()


def test_a_writer_waits_as_long_as_it_is_told(data_dir: Path) -> None:
    start = time.monotonic()
    with Writer(data_dir), pytest.raises(BusyError), Writer(data_dir, wait_seconds=0.3):
        pass
    assert time.monotonic() - start >= 0.3


def test_there_is_no_registry_in_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        Archive(tmp_path).current()


quads = st.sets(st.integers(0, 30).map(lambda n: f"<s:{n}> <p:p> <o:o> <g:g>"))


@given(st.lists(quads, min_size=1, max_size=6))
def test_net_changes_lead_from_the_first_state_to_the_last(states: list[set[str]]) -> None:
    patches = []
    for old, new in itertools.pairwise(states):
        changes = [(patch.REMOVED, q) for q in old - new] + [(patch.ADDED, q) for q in new - old]
        patches.append(changes)
    net = list(patch.net(patches))
    assert apply(states[0], net) == states[-1]
    assert apply(states[-1], list(patch.inverse(net))) == states[0]
    assert len(net) == len(states[0] ^ states[-1])


@given(quads, quads)
def test_the_checksum_depends_on_the_set_alone(one: set[str], other: set[str]) -> None:
    straight, detour = Checksum(), Checksum()
    for statement in one:
        straight.add(statement)
    for statement in sorted(other, reverse=True):
        detour.add(statement)
    for statement in other:
        detour.remove(statement)
    for statement in sorted(one):
        detour.add(statement)
    assert straight.hex() == detour.hex()
    assert (straight.hex() == Checksum().hex()) == (not one)
