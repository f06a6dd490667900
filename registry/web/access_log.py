"""One JSON line on stderr for each request, and for each fault of the server.

Neither what people search for nor the text of a query is written: the path without parameters,
and a hash by which equal queries can be counted.
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

_CHATTER: Final = logging.WARNING


def write(record: dict[str, Any]) -> None:
    """Write a line at once, so that lines of several processes do not mix."""
    line = json.dumps(record, ensure_ascii=False, default=str)
    sys.stderr.write(line + "\n")
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


def request(
    scope: HTTPScope, notes: dict[str, Any], status: int, sent: int, seconds: float
) -> None:
    """Write the line of a request; a status of 0 is that of a client that did not wait for one."""
    client = scope["client"]
    write(
        {
            "time": now(),
            "method": scope["method"],
            "path": scope["path"],
            "status": status or None,
            "bytes": sent,
            "ms": round(seconds * 1000, 1),
            "client": client[0] if client else None,
            **notes,
        }
    )
