"""``faces serve``: gunicorn keeps the web processes, uvicorn speaks HTTP in each.

Each web process has its own query pool, made after the fork and closed when the process ends.
"""

from __future__ import annotations

import ctypes
import gc
import logging
import os
import resource
import socket
import sys
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Final

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from uvicorn_worker import UvicornWorker

from registry.errors import ConfigurationError
from registry.query.pool import QueryPool
from registry.releases.archive import Archive
from registry.settings import Settings
from registry.texts import Text
from registry.web.access_log import JsonLogger
from registry.web.asgi import Application
from registry.web.connection import MOST_CONNECTIONS, Connection, Crowd
from registry.web.metrics import Metrics
from registry.web.site import query_limits
from registry.web.theme import FOLDER, Theme

_BACKLOG: Final = 1024
_KEEP_ALIVE_SECONDS: Final = 5
#: Requests that are under way when the server is told to stop may take so long to finish.
_GRACE_SECONDS: Final = 30
#: New objects between two rounds of the collector, which Python has after 700.
_OBJECTS_BETWEEN: Final = 10_000
#: Descriptors of a web process: its connections, and files.
_DESCRIPTORS: Final = 2 * MOST_CONNECTIONS
_M_ARENA_MAX: Final = -8
_ARENAS: Final = 2
_LAST: Final = b"!"


def serve(settings: Settings, data_dir: Path) -> None:
    """Serve the registry until SIGTERM or SIGINT; requests under way are finished first.

    Prints one line when requests can be answered. Raises NotFoundError when there is no registry,
    ConfigurationError when the address cannot be listened on, or a theme cannot be used.
    """
    Archive(data_dir).current()
    Theme.read(data_dir / FOLDER)  # told here, once, what is wrong with it
    _allow_descriptors()
    with _listener(settings) as listener:
        _Server(settings, data_dir, listener).run()


def _allow_descriptors() -> None:
    """Have as many as all connections need, as far as the system allows: often 1024 by default."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _DESCRIPTORS if hard == resource.RLIM_INFINITY else min(_DESCRIPTORS, hard)
    if 0 <= soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _share_memory() -> None:
    """Have the threads of this process take memory from few places: what one leaves, others use.

    Otherwise glibc keeps up to sixteen times what a single thread ever had (mallopt(3)).
    """
    ctypes.CDLL(None).mallopt(_M_ARENA_MAX, _ARENAS)


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


class _Server(BaseApplication):  # type: ignore[misc]
    """The registry as gunicorn wants it."""

    def __init__(self, settings: Settings, data_dir: Path, listener: socket.socket) -> None:
        self.settings = settings
        self._data_dir = data_dir
        self._listener = listener
        self._announcement = _Announcement(listener, settings, data_dir)
        self._pool: QueryPool | None = None
        self.metrics = Metrics(settings.web_processes)
        self._process = 0
        super().__init__()

    def load_config(self) -> None:
        """Configure gunicorn; nothing is read from files or the environment."""
        values: dict[str, Any] = {
            "bind": [f"fd://{self._listener.detach()}"],
            "workers": self.settings.web_processes,
            "worker_class": _Worker,
            "logger_class": JsonLogger,
            "backlog": _BACKLOG,
            "keepalive": _KEEP_ALIVE_SECONDS,
            "graceful_timeout": _GRACE_SECONDS,
            "control_socket_disable": True,
            "pre_fork": self._seat,
            "post_worker_init": lambda _: self._announcement.one_more(),
            "worker_exit": lambda _server, _worker: self._close(),
        }
        for name, value in values.items():
            self.cfg.set(name, value)

    def load(self) -> Application:
        """Make the application in a web process, with a pool of its own."""
        _share_memory()
        self._pool = QueryPool(self.settings.query_workers, query_limits(self.settings))
        self.metrics.be(self._process)
        application = Application(self.settings, self._data_dir, self._pool, self.metrics)
        application.preload()
        # What is there by now stays: the collector would hold all requests up to look through it.
        gc.collect()
        gc.freeze()
        # A page makes some thousand objects and drops them: looked through less often, a tenth
        # of its processor time.
        gc.set_threshold(_OBJECTS_BETWEEN)
        return application

    def _seat(self, server: Arbiter, worker: Any) -> None:
        """Give a web process that is about to be forked a row of the metrics that is free."""
        taken = {each.process for each in server.WORKERS.values()}
        free = (n for n in range(self.settings.web_processes) if n not in taken)
        worker.process = self._process = next(free, 0)

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


class _Worker(UvicornWorker):  # type: ignore[misc]
    """gunicorn's web process with an event loop."""

    CONFIG_KWARGS: ClassVar[dict[str, Any]] = {
        "loop": "registry.web.accepting:Loop",
        "ws": "none",
        "lifespan": "off",
        "access_log": False,
        "server_header": False,
        "proxy_headers": False,
    }

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.config.http = partial(
            Connection, crowd=Crowd(self.app.settings), numbers=self.app.metrics
        )
        # What goes wrong in a request is logged where it is known what it was.
        logging.getLogger("uvicorn.error").disabled = True
