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

#: What the parser says → what is wrong, what would be right. The first that fits wins.
_EXPLANATIONS: Final = (
    (
        r"The prefix (?P<value>\S*) has not been declared",
        "The prefix “{value}” is used without being declared.",
        "A line “@prefix {value} <…> .” at the top of the file.",
    ),
    (
        r"Invalid IRI|No scheme found in an absolute IRI|Invalid (?:port|IP|percent|host)",
        "An address (IRI) is not valid: {message}.",
        "A complete address without spaces, such as <https://example.org/id/1>.",
    ),
    (
        r"Invalid UTF-8|invalid utf-8",
        "The file is not in UTF-8.",
        "A text file saved with the encoding UTF-8.",
    ),
    (
        r"Line jumps are not allowed in string literals",
        "A text between simple quotation marks runs over the end of its line.",
        "The text on one line, or between triple quotation marks.",
    ),
    (
        r"Unexpected end|unexpected end|missing end tag|not closed",
        "The file ends in the middle of a statement.",
        "A complete file: its end may have been lost in a transfer.",
    ),
    (
        r"LoadDocumentCallback",
        "The file points to a JSON-LD context elsewhere, and the registry never fetches one.",
        "The context itself in the file, under “@context”.",
    ),
    (
        r"XML namespaces are required|rdf:RDF",
        "This is XML, but not RDF/XML.",
        "A file whose outermost element is rdf:RDF.",
    ),
    (
        r"(?P<value>.+?) is not a valid RDF (?P<role>subject|predicate|object)",
        "“{value}” cannot stand here.",
        "An address between < and >, a prefixed name or a text between quotation marks.",
    ),
)


def explain(error: SyntaxError, file: str, line: int | None) -> InputError:
    """Return the parser's error with its place and in plain words; ``line`` if it gives none."""
    message = _PLACE.sub("", error.msg or str(error))
    place = [file]
    number = error.lineno or line
    if number:
        place.append(str(number))
        if error.lineno and error.offset:
            place.append(str(error.offset))
    what = Text("The file is not well formed: {message}.", message=message)
    expected = None
    for pattern, sentence, better in _EXPLANATIONS:
        found = re.search(pattern, message)
        if found:
            values = {"message": message, **found.groupdict()}
            what, expected = Text(sentence, **values), Text(better, **values)
            break
    return InputError(what, where=":".join(place), expected=expected)
