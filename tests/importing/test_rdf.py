from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from importing.samples import lines, rdf, triples
from registry.errors import InputError
from registry.formats import INPUT_FORMATS

TURTLE = """<a> <p> "1" .
<a> <p> "2" ,
    "3" ;
    <q> <o> .

<b> <p> "4" ; # a comment
    <q> \"\"\"long
text\"\"\" .
"""
TRIG = '<g> {\n<a> <p> "1" .\n<a> <p> "2" .\n}\n<h> {\n<a> <p> "3" .\n}\n'
RDF_XML = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    xmlns:e="http://e/">
<rdf:Description rdf:about="a">
<e:p>1</e:p>
<e:p>2</e:p>

<e:q rdf:resource="o"/>
</rdf:Description>
</rdf:RDF>
"""


def write(tmp_path: Path, name: str, text: str | bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def refused(tmp_path: Path, name: str, text: str | bytes) -> InputError:
    path = write(tmp_path, name, text)
    with pytest.raises(InputError) as raised:
        list(rdf(path).statements())
    assert str(path) in (raised.value.where or "")
    return raised.value


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("x.ttl", TURTLE, [1, 2, 3, 4, 6, 8]),
        ("x.ttl", "\ufeff" + TURTLE, [1, 2, 3, 4, 6, 8]),
        ("x.nt", '<a:a> <a:p> "1" .\n\n# c\n<a:a> <a:p> "2" .', [1, 4]),
        ("x.nq", '<a:a> <a:p> "1" <a:g> .\n<a:a> <a:p> "2" .\n', [1, 2]),
        ("x.trig", TRIG, [2, 3, 6]),
        ("x.rdf", RDF_XML, [4, 5, 7]),
        ("x.jsonld", '{"@id": "a",\n"http://e/p": "1",\n"http://e/q": "2"}', [None, None]),
        ("x.jsonld", '\ufeff{"@id": "a", "http://e/p": "1"}', [None]),
        ("X.TTL", TURTLE.replace("\n", "\r\n"), [1, 2, 3, 4, 6, 8]),
    ],
)
def test_statements_know_their_line(
    tmp_path: Path, name: str, text: str | bytes, expected: object
) -> None:
    path = write(tmp_path, name, text)
    assert [line for line, _ in lines(rdf(path))] == expected


def test_a_line_longer_than_the_parser_reads_at_once_is_one_line(tmp_path: Path) -> None:
    path = write(tmp_path, "x.ttl", f'<a> <p> "{"x" * 9000}" .\n<a> <p> "y" .\n')
    assert [line for line, _ in lines(rdf(path))] == [1, 2]


def test_relative_iris_are_resolved_against_the_base(tmp_path: Path) -> None:
    path = write(tmp_path, "x.ttl", "<id/a> <id/p> <#o> .")
    b = "https://registre.example/"
    assert triples(rdf(path)) == [f"<{b}id/a> <{b}id/p> <{b}#o> ."]


@pytest.mark.parametrize("name", ["x.ttl.gz", "x.ttl"])
def test_gzip_is_known_by_its_content(tmp_path: Path, name: str) -> None:
    path = write(tmp_path, name, gzip.compress(TURTLE.encode()))
    assert len(triples(rdf(path))) == 6


def test_a_name_in_gz_that_is_not_packed_is_read_all_the_same(tmp_path: Path) -> None:
    assert len(triples(rdf(write(tmp_path, "x.ttl.gz", TURTLE)))) == 6


def test_graph_names_are_dropped_and_said_once(tmp_path: Path) -> None:
    files = rdf(write(tmp_path, "x.trig", TRIG))
    list(files.statements())
    list(files.statements())
    (problem,) = files.problems()
    assert (problem.reason, problem.value, problem.fatal) == ("graph-names-dropped", "3", False)


def test_every_input_format_has_a_name(tmp_path: Path) -> None:
    for form in INPUT_FORMATS:
        rdf(tmp_path / f"x.{form.extension}")
        rdf(tmp_path / f"x.{form.extension}.gz")
    with pytest.raises(InputError) as raised:
        rdf(tmp_path / "x.xlsx")
    assert all(f".{f.extension}" in str(raised.value) for f in INPUT_FORMATS)


@pytest.mark.parametrize(
    ("name", "text", "where", "words"),
    [
        ("x.ttl", "<a> <p> ex:c .", ":1:9", "prefix “ex:”"),
        ("x.ttl", "<a> <p>\n <c d> .", ":2:2", "address"),
        ("x.ttl", "\n<a> <p> .", ":2:9", "cannot stand here"),
        ("x.ttl", "<a> <p> <c>", ":1:12", "middle of a statement"),
        ("x.ttl", '<a> <p> "x\n" .', ":1:11", "quotation marks"),
        ("x.nt", b'<a:a> <a:p> "\xff" .', ":1:14", "UTF-8"),
        ("x.nt", "<a> <a:p> <a:o> .", ":1:1", "address"),
        ("x.ttl", "<a> <p> <b> .\n<a> <p> <<( <a> <p> <b> )>> .", ":2", "RDF 1.2"),
        ("x.ttl", "<a> <p> <b> {| <q> 1 |} .", ":1", "RDF 1.2"),
        ("x.ttl", '<a> <p> "x"@en--ltr .', ":1", "RDF 1.2"),
        ("x.jsonld", '{"@context": "http://e/c.jsonld", "p": "1"}', ":1", "never fetches"),
        ("x.jsonld", '{"a":', ":1:6", "middle"),
        ("x.rdf", "<html><body/></html>", ":1", "not RDF/XML"),
        ("x.ttl", "", "", "no statement"),
        ("x.ttl", "# only a comment\n", "", "no statement"),
        ("x.jsonld", "{}", "", "no statement"),
        ("x.ttl", gzip.compress(TURTLE.encode() * 99, mtime=0)[:-20], "", "gzip"),
        ("x.ttl", gzip.compress(TURTLE.encode(), mtime=0)[:12] + b"junk" * 9, "", "gzip"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_place(
    tmp_path: Path, name: str, text: str | bytes, where: str, words: str
) -> None:
    error = refused(tmp_path, name, text)
    assert error.where.endswith(name + where)
    assert words in str(error)


def test_files_that_are_not_there(tmp_path: Path) -> None:
    (tmp_path / "folder.ttl").mkdir()
    for name, words in (("none.ttl", "does not exist"), ("folder.ttl", "folder")):
        with pytest.raises(InputError, match=words):
            list(rdf(tmp_path / name).statements())


def test_entities_made_of_entities_are_refused_before_the_parser_unfolds_them(
    tmp_path: Path,
) -> None:
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE r [<!ENTITY e0 "x">{levels}]>{RDF_XML.replace("1", "&e11;")}'
    assert "entities" in str(refused(tmp_path, "x.rdf", bomb))
    late = f"<!--{'x' * (1 << 20)}-->{bomb}"
    assert "entities" in str(refused(tmp_path, "x.rdf", late))


def test_entities_that_abbreviate_namespaces_are_fine(tmp_path: Path) -> None:
    text = '<!DOCTYPE r [<!ENTITY o "http://o/">]>' + RDF_XML.replace('"o"', '"&o;x"')
    assert any("<http://o/x>" in t for t in triples(rdf(write(tmp_path, "x.rdf", text))))
