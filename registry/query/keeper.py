"""The thread that keeps a pool's workers: starts them ahead of need, and minds the clock."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from typing import Final

from registry.query import frames
from registry.query.model import QueryLimits
from registry.query.roster import POLL_SECONDS, Roster

_TICK_SECONDS: Final = 0.1
_RETRY_SECONDS: Final = 0.5
_NICER: Final = 10
#: Starts the nursery with this process's own search path, whatever the environment says.
_PROGRAM: Final = (
    "import sys, json; sys.path[:] = json.loads(sys.argv[1]);"
    " from registry.query.nursery import main; main(*map(int, sys.argv[2:]))"
)


class Worker:
    """A worker process as the web process sees it: a connection and a handle to kill it by.

    The handle is a pidfd: it cannot come to mean another process.
    """

    __slots__ = ("_gone", "_handle", "_lock", "end", "thread")

    def __init__(self, end: socket.socket, handle: int) -> None:
        self.end = end
        self.thread = 0
        self._handle = handle
        self._gone = False
        self._lock = threading.Lock()

    def _signal(self, number: int) -> None:
        with self._lock:
            if not self._gone:
                with contextlib.suppress(ProcessLookupError):
                    signal.pidfd_send_signal(self._handle, number)

    def kill(self) -> None:
        """Kill the process, whatever it does."""
        self._signal(signal.SIGKILL)

    def pause(self) -> None:
        """Make it stand still."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    def lower_priority(self) -> None:
        """Let everything else go first; on Linux a priority is a thread's."""
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self.thread, _NICER)

    def discard(self) -> None:
        """Kill it and give the descriptors back."""
        self.kill()
        with self._lock:
            if not self._gone:
                self._gone = True
                os.close(self._handle)
                self.end.close()


class _Nursery:
    """The nursery process and the control socket to it."""

    def __init__(self, limits: QueryLimits) -> None:
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        arguments = (theirs.fileno(), os.getpid(), limits.memory_bytes, limits.query_bytes)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-c", _PROGRAM, json.dumps(sys.path), *map(str, arguments)],
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env={**os.environ, "MALLOC_ARENA_MAX": "2"},
                start_new_session=True,
            )

    def fork(self, warm: str) -> Worker:
        """Return a new worker that opens the release now; raise OSError where there is none."""
        ours, theirs = frames.pair()
        try:
            with theirs:
                socket.send_fds(self.control, [b"+" + warm.encode()], [theirs.fileno()])
            answer, handles, _, _ = socket.recv_fds(self.control, 64, 1)
            if not answer or not handles:
                raise ConnectionResetError
        except OSError:
            ours.close()
            raise
        frames.wake_every(ours, POLL_SECONDS)
        return Worker(ours, handles[0])

    def close(self) -> None:
        """End it; it takes its workers along."""
        self.control.close()
        self._process.kill()
        self._process.wait()


class Keeper:
    """Keeps the roster full and its deadlines kept, from a thread of its own."""

    def __init__(self, size: int, limits: QueryLimits) -> None:
        self.roster: Roster[Worker] = Roster(size, limits, self.wake)
        #: The release that new workers open before they are asked.
        self.warm = ""
        self._limits = limits
        self._event = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._event_lock = threading.Lock()
        self._nursery: _Nursery | None = None
        self._starting: dict[int, Worker] = {}
        self._retry_at = 0.0
        self._thread = threading.Thread(target=self._run, name="query-keeper", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Have the thread look now."""
        with self._event_lock:
            if self._event >= 0:
                os.eventfd_write(self._event, 1)

    def _run(self) -> None:
        while not self.roster.closed:
            self._hire()
            at = self.roster.tick()
            self._sleep(at)
        for worker in self._starting.values():
            worker.discard()
        if self._nursery is not None:
            self._nursery.close()

    def _sleep(self, at: float | None) -> None:
        """Wait for a worker that starts, for a wake-up, or for the next deadline."""
        poll = select.poll()
        for fd in (self._event, *self._starting):
            poll.register(fd, select.POLLIN)
        now = time.monotonic()
        seconds = _TICK_SECONDS if at is None else max(0.0, min(_TICK_SECONDS, at - now))
        endless = self.roster.dozing and not self._starting and self._retry_at <= now
        for fd, _ in poll.poll(None if endless else seconds * 1000 + 1):
            if fd == self._event:
                with contextlib.suppress(BlockingIOError):
                    os.eventfd_read(self._event)
            else:
                self._started(self._starting.pop(fd))

    def _hire(self) -> None:
        if time.monotonic() < self._retry_at:
            return
        self._retry_at = 0.0
        while not self._retry_at and self.roster.hire():
            try:
                if self._nursery is None:
                    self._nursery = _Nursery(self._limits)
                worker = self._nursery.fork(self.warm)
            except OSError:
                self._start_over()
            else:
                self._starting[worker.end.fileno()] = worker

    def _start_over(self) -> None:
        """Give up this nursery (killed, most likely by the kernel); try another soon."""
        self.roster.lost()
        self._retry_at = time.monotonic() + _RETRY_SECONDS
        if self._nursery is not None:
            self._nursery.close()
            self._nursery = None

    def _started(self, worker: Worker) -> None:
        try:
            inbox = frames.Inbox()
            while (said := inbox.next()) is None:
                inbox.feed(worker.end.recv(inbox.most))
            worker.thread = int(said[1])
        except (frames.EndedError, OSError):
            worker.discard()
            self.roster.lost()
            self._retry_at = time.monotonic() + _RETRY_SECONDS
        else:
            self.roster.add(worker)

    def close(self) -> None:
        """Kill all workers and end the thread."""
        self.roster.close()
        self.wake()
        self._thread.join()
        with self._event_lock:
            if self._event >= 0:
                os.close(self._event)
                self._event = -1
