"""``faces serve``: gunicorn as a library, with the registry's own log and manners.

Each web process has its own query pool, made after the fork and closed when the process ends.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
from pathlib import Path
from typing import Any, Final

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.http.errors import LimitRequestHeaders, LimitRequestLine
from gunicorn.workers.gthread import ThreadWorker

from registry.errors import ConfigurationError, RegistryError
from registry.query.pool import QueryPool
from registry.releases.archive import Archive
from registry.settings import Settings
from registry.texts import Text
from registry.web.access_log import JsonLogger
from registry.web.app import create_app
from registry.web.headers import POLICY
from registry.web.site import query_limits

_BACKLOG: Final = 1024
_KEEP_ALIVE_SECONDS: Final = 5
#: Requests that are under way when the server is told to stop may take so long to finish.
_GRACE_SECONDS: Final = 30
_LONGEST_LINE: Final = 8190
_LAST: Final = b"!"


def serve(settings: Settings, data_dir: Path) -> None:
    """Serve the registry until SIGTERM or SIGINT; requests under way are finished first.

    Prints one line when requests can be answered. Raises NotFoundError when there is no registry,
    ConfigurationError when the address cannot be listened on.
    """
    Archive(data_dir).current()
    with _listener(settings) as listener:
        _Application(settings, data_dir, listener).run()


def _listener(settings: Settings) -> socket.socket:
    """Bind before anything else, so that a taken port is one clear error."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((settings.host, settings.port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise ConfigurationError(
            Text(
                "The server cannot listen on {host}, port {port}: {reason}.",
                host=settings.host,
                port=str(settings.port),
                reason=error.strerror or str(error),
            ),
            remedy=Text("Stop what uses it, or choose another with --port."),
        ) from error
    return listener


class _Announcement:
    """Prints the line once, from the last of the web processes to be ready.

    Each reads one byte from a pipe that holds one for each; who reads the last one speaks. A
    process that replaces a dead one later finds the pipe empty and stays silent.
    """

    def __init__(self, listener: socket.socket, settings: Settings, data_dir: Path) -> None:
        host, port = listener.getsockname()[:2]
        self._place = f"http://{f'[{host}]' if ':' in host else host}:{port}/"
        self._data_dir = data_dir
        self._tokens, writer = os.pipe()
        os.set_blocking(self._tokens, False)
        os.write(writer, b"." * (settings.web_processes - 1) + _LAST)
        os.close(writer)

    def one_more(self) -> None:
        """Note that one more web process is ready."""
        if os.read(self._tokens, 1) == _LAST:
            number = Archive(self._data_dir).current_number()
            sys.stdout.write(f"FACES Registry is ready at {self._place} (release {number})\n")
            sys.stdout.flush()


class _Application(BaseApplication):  # type: ignore[misc]
    """The registry as gunicorn wants it."""

    def __init__(self, settings: Settings, data_dir: Path, listener: socket.socket) -> None:
        self._settings = settings
        self._data_dir = data_dir
        self._listener = listener
        self._announcement = _Announcement(listener, settings, data_dir)
        self._pool: QueryPool | None = None
        super().__init__()

    def load_config(self) -> None:
        """Configure gunicorn; nothing is read from files or the environment."""
        values: dict[str, Any] = {
            "bind": [f"fd://{self._listener.detach()}"],
            "workers": self._settings.web_processes,
            "threads": self._settings.web_threads,
            "worker_class": _Worker,
            "logger_class": JsonLogger,
            "backlog": _BACKLOG,
            "keepalive": _KEEP_ALIVE_SECONDS,
            "graceful_timeout": _GRACE_SECONDS,
            "limit_request_line": _LONGEST_LINE,
            "control_socket_disable": True,
            "post_worker_init": lambda _: self._announcement.one_more(),
            "worker_exit": lambda _server, _worker: self._close(),
        }
        for name, value in values.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Make the application in a web process, with a pool of its own."""
        self._pool = QueryPool(self._settings.query_workers, query_limits(self._settings))
        return create_app(self._settings, self._data_dir, self._pool)

    def run(self) -> None:
        """Run until told to stop."""
        _Arbiter(self).run()

    def _close(self) -> None:
        if self._pool is not None:
            self._pool.close()


class _Arbiter(Arbiter):  # type: ignore[misc]
    """gunicorn's parent process; Ctrl-C stops it as gently as SIGTERM does."""

    def handle_int(self) -> None:
        """Finish the requests under way, then end."""
        self.handle_term()


class _Worker(ThreadWorker):  # type: ignore[misc]
    """gunicorn's web process with threads."""

    def init_signals(self) -> None:
        """Take Ctrl-C, which a terminal sends to every process, as the parent's SIGTERM."""
        super().init_signals()
        signal.signal(signal.SIGINT, self.handle_exit)
        signal.siginterrupt(signal.SIGINT, False)  # noqa: FBT003 — the name says it

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Exception) -> None:
        """Answer what never became a request of the application, in plain words."""
        super().handle_error(req, _Silenced(client, exc), addr, exc)


class _Silenced:
    """A client's socket that sends our words where gunicorn sends a page of its own."""

    def __init__(self, client: socket.socket, error: Exception) -> None:
        self._client = client
        self._error = error

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def send(self, content: bytes) -> int:
        """Send our answer and claim that all was sent."""
        self.sendall(content)
        return len(content)

    def sendall(self, content: bytes) -> None:
        """Send a plain answer of the status that gunicorn chose."""
        first = content.partition(b"\r\n")[0]
        words = _words(self._error).encode()
        head = (
            f"Connection: close\r\nContent-Type: text/plain; charset=utf-8\r\n"
            f"Content-Length: {len(words)}\r\nX-Content-Type-Options: nosniff\r\n"
            f"Content-Security-Policy: {POLICY}\r\nCache-Control: no-store\r\n\r\n"
        )
        self._client.sendall(first + b"\r\n" + head.encode() + words)


def _words(error: Exception) -> str:
    """Say in both languages, since nothing is known of the client, what is wrong."""
    if isinstance(error, LimitRequestLine):
        text = Text("The address is too long. Send long queries by POST.")
    elif isinstance(error, LimitRequestHeaders):
        text = Text("The headers of the request are too long.")
    elif isinstance(error, (RegistryError, OSError)):
        text = Text("Something went wrong on our side.")
    else:
        text = Text("The request is not HTTP as it should be.")
    return f"{text.to('fr')}\n{text.to('en')}\n"
