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
from typing import Any, Final

from gunicorn.glogging import Logger

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
    """gunicorn's logger: our line for each request, its own words only when something is wrong."""

    def setup(self, cfg: Any) -> None:
        """Send errors to our handler; leave all else out."""
        self.cfg = cfg
        for log in (self.error_log, logging.getLogger("registry.web")):
            log.handlers = [JsonHandler()]
            log.setLevel(_CHATTER)
            log.propagate = False

    def access(self, resp: Any, req: Any, environ: dict[str, Any], request_time: Any) -> None:
        """Write the line of a request."""
        status = str(resp.status).partition(" ")[0]
        record = {
            "time": now(),
            "method": environ.get("REQUEST_METHOD"),
            "path": _readable(environ.get("PATH_INFO") or str(getattr(req, "path", ""))),
            "status": int(status) if status.isdigit() else None,
            "bytes": getattr(resp, "sent", 0),
            "ms": round(request_time.total_seconds() * 1000, 1),
            "release": environ.get("faces.release"),
            "client": environ.get("REMOTE_ADDR"),
        }
        for name in ("query", "problem", "broken"):
            if f"faces.{name}" in environ:
                record[name] = environ[f"faces.{name}"]
        write(record)


def _readable(path: str) -> str:
    """Return a path as text: WSGI hands bytes over as Latin-1 (PEP 3333)."""
    return path.encode("latin-1", "replace").decode("utf-8", "replace")
