"""Every sentence exists in French and in English, with the same values in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.extract import extract
from babel.messages.pofile import read_po

from registry.texts import Text, unbroken

PACKAGE = Path(__file__).parent.parent / "registry"
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def sentences() -> Iterator[tuple[str, str]]:
    """Yield each English sentence of the code, the templates and the help, with its place."""
    sources = [(p, "python") for p in PACKAGE.rglob("*.py")]
    sources += [(p, "jinja2.ext:babel_extract") for p in PACKAGE.rglob("*.html")]
    for path, method in sources:
        options = {"encoding": "utf-8"}
        keywords = {"Text": None, "_": None}
        for line, message, _, _ in extract(
            method, BytesIO(path.read_bytes()), keywords=keywords, options=options
        ):
            message_id = message if isinstance(message, str) else message[0]
            yield message_id, f"{path}:{line}"


def catalogue() -> dict[str, str]:
    with (PACKAGE / "locale" / "fr.po").open("rb") as file:
        messages = read_po(file, locale="fr")
    assert not [m.id for m in messages if m.fuzzy and m.id]
    return {str(m.id): str(m.string) for m in messages if m.id}


def test_every_sentence_has_its_french() -> None:
    french = catalogue()
    found = list(sentences())
    assert len(found) > 100
    missing = {sentence: place for sentence, place in found if not french.get(sentence)}
    assert missing == {}


def test_translations_keep_the_values() -> None:
    for english, french in catalogue().items():
        assert set(_PLACEHOLDER.findall(english)) == set(_PLACEHOLDER.findall(french)), english


def test_no_translation_is_left_over() -> None:
    used = {sentence for sentence, _ in sentences()} | set(help_texts())
    assert set(catalogue()) - used == set()


def help_texts() -> Iterator[str]:
    """Yield what the command line shows as help: it is translated when it is shown."""
    import click

    from registry.cli.app import cli

    context = click.Context(cli)
    commands = [cli, *(cli.get_command(context, name) for name in cli.list_commands(context))]
    for command in commands:
        assert command is not None
        yield from (part.strip() for part in (command.help or "").split("\n\n"))
        yield command.get_short_help_str(10_000)
        for parameter in command.get_params(context):
            if isinstance(parameter, click.Option) and parameter.help:
                yield parameter.help
    yield from ("Options", "Commands", "Usage: ")


def test_help_is_in_french_too() -> None:
    french = catalogue()
    assert [t for t in help_texts() if t and not french.get(t)] == []


def test_values_are_written_as_the_language_does() -> None:
    assert Text("There is no release {number}.", number=1234).to("en").endswith("1,234.")
    assert "1\u202f234" in Text("There is no release {number}.", number=1234).to("fr")


def test_numbers_are_written_as_the_language_has_it() -> None:
    text = Text("The query ran for {seconds} s, its limit, and was stopped.", seconds=28.77)
    assert ("28.77" in text.to("en"), "28,77" in text.to("fr")) == (True, True)


def test_no_line_breaks_before_a_french_mark() -> None:
    """Neither in the sentences of the catalogue nor in the pages to read."""
    assert (
        unbroken("« Qui ? » : 5 %, ?x ; a :b")
        == "«\u00a0Qui\u00a0?\u00a0»\u00a0: 5\u00a0%, ?x\u00a0; a :b"
    )
    assert Text("Error in “{label}”", label="x").to("fr") == "Erreur dans «\u00a0x\u00a0»"
    pages = list((PACKAGE / "web" / "templates" / "prose").glob("*.fr.html"))
    assert len(pages) >= 4
    for path in pages:
        code = r"<pre.*?</pre>|<code.*?</code>|<[^>]*>|\{%.*?%\}|\{\{.*?\}\}"
        for text in re.split(code, path.read_text(encoding="utf-8"), flags=re.DOTALL):
            assert unbroken(text) == text, path.name
