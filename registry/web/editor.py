"""What the page tells the editor of the query page, which reads it from the text field."""

from __future__ import annotations

from typing import Final

from registry.texts import Text
from registry.web.site import Visit

#: What the editor says by itself, mostly to who listens: its own words → ours.
_PHRASES: Final = {
    "Completions": Text("Suggestions"),
    "Diagnostics": Text("Mistakes"),
    "Selection deleted": Text("Selection deleted"),
}

#: Line and column of a mistake, and what it is.
Mistake = tuple[int, int, str]


def editor(view: Visit, mistake: Mistake | None) -> dict[str, object]:
    """Return where the editor finds what it proposes, what to underline, and its words."""
    language = view.language
    line, column, text = mistake or (0, 0, "")
    return {
        "addresses": {
            "terms": f"/sparql/terms?lang={language}",
            "names": f"/sparql/names?lang={language}",
        },
        "fault": {"line": line, "column": column, "text": text} if mistake else None,
        "phrases": {words: text.to(language) for words, text in _PHRASES.items()},
    }
