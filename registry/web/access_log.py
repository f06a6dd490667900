"""One JSON line on stderr for each request, and for each fault of the server.

Neither what people search for nor the text of a query is written: the path without parameters,
and a hash by which equal queries can be counted. The text comes with the setting ``log_queries``.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import sys
import traceback
from typing import TYPE_CHECKING, Any, Final

from gunicorn.glogging import Logger

if TYPE_CHECKING:
    from a2wsgi.asgi_typing import HTTPScope

ENDPOINT: Final = "/sparql"
_CHATTER: Final = logging.WARNING
_encode: Final = json.JSONEncoder(ensure_ascii=False, default=str).encode


def write(record: dict[str, Any]) -> None:
    """Write a line at once, so that lines of several processes do not mix."""
    sys.stderr.write(_encode(record) + "\n")
    sys.stderr.flush()


def now() -> str:
    """Return the time in UTC, to the millisecond."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class JsonHandler(logging.Handler):
    """Writes the records of Python's logging as such lines, tracebacks included."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record."""
        line: dict[str, Any] = {
            "time": now(),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
        }
        if record.exc_info and record.exc_info[0]:
            line["traceback"] = "".join(traceback.format_exception(*record.exc_info))
        write(line)


class JsonLogger(Logger):  # type: ignore[misc]
    """gunicorn's logger: its words only when something is wrong."""

    def setup(self, cfg: Any) -> None:
        """Send errors to our handler; leave all else out."""
        self.cfg = cfg
        for log in (self.error_log, logging.getLogger("registry.web")):
            log.handlers = [JsonHandler()]
            log.setLevel(_CHATTER)
            log.propagate = False


def outcome(notes: dict[str, Any], status: int) -> str:
    """Say in a word what came of a query: answered, unchanged, or the code of its problem."""
    word = notes.get("broken") or notes.get("problem")
    if word:
        return str(word)
    return {200: "answered", 304: "unchanged"}.get(status, "other")


def request(
    scope: HTTPScope, notes: dict[str, Any], status: int, sent: int, seconds: float
) -> None:
    """Write the line of a request; a status of 0 is that of a client that did not wait for one."""
    write(
        {
            "time": now(),
            "method": scope["method"],
            "path": scope["path"],
            "status": status or None,
            "bytes": sent,
            "ms": round(seconds * 1000, 1),
            **notes,
            **({"outcome": outcome(notes, status)} if scope["path"] == ENDPOINT else {}),
        }
    )
