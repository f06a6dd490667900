"""Says in plain words what an RDF parser found wrong."""

from __future__ import annotations

import re
from typing import Final

from registry.errors import InputError
from registry.texts import Text

_PLACE = re.compile(
    r"^Parser error at line \d+(?: column \d+| between columns \d+ and (?:column )?\d+"
    r"| column \d+ and line \d+ column \d+)?: "
)

_ADDRESS = Text("A complete address without spaces, such as <https://example.org/id/1>.")


def _said(message: str) -> tuple[Text, Text | None]:
    """Return what is wrong and what would be right, for what the parser said."""
    if found := re.search(r"The prefix (\S*) has not been declared", message):
        return (
            Text("The prefix “{value}” is used without being declared.", value=found[1]),
            Text("A line “@prefix {value} <…> .” at the top of the file.", value=found[1]),
        )
    if found := re.search(r"^(.+?) is not a valid (?:RDF|subject|predicate|object)", message):
        return (
            Text("“{value}” cannot stand here.", value=found[1]),
            Text("An address between < and >, a prefixed name or a text between quotation marks."),
        )
    for pattern, what, expected in _EXPLANATIONS:
        if re.search(pattern, message, re.IGNORECASE):
            return what, expected
    if re.search("IRI|Invalid (?:port|IP|percent|host)", message):
        return Text("An address (IRI) is not valid: {message}.", message=message), _ADDRESS
    return Text("The file is not well formed: {message}.", message=message), None


#: What the parser says → what is wrong, what would be right.
_EXPLANATIONS: Final = (
    (
        "Invalid UTF-8",
        Text("The file is not in UTF-8."),
        Text("A text file saved with the encoding UTF-8."),
    ),
    (
        "Line jumps are not allowed in string literals",
        Text("A text between simple quotation marks runs over the end of its line."),
        Text("The text on one line, or between triple quotation marks."),
    ),
    (
        "Unexpected end|missing end tag|not closed",
        Text("The file ends in the middle of a statement."),
        Text("A complete file: its end may have been lost in a transfer."),
    ),
    (
        "LoadDocumentCallback",
        Text("The file points to a JSON-LD context elsewhere, and the registry never fetches one."),
        Text("The context itself in the file, under “@context”."),
    ),
    (
        "XML namespaces are required",
        Text("This is XML, but not RDF/XML."),
        Text("A file whose outermost element is rdf:RDF."),
    ),
)


def explain(error: SyntaxError, file: str, line: int | None) -> InputError:
    """Return the parser's error with its place and in plain words; ``line`` if it gives none."""
    message = _PLACE.sub("", error.msg or str(error))
    what, expected = _said(message)
    place = [file]
    if error.lineno or line:
        place.append(str(error.lineno or line))
    if error.lineno and error.offset:
        place.append(str(error.offset))
    return InputError(what, where=":".join(place), expected=expected)
