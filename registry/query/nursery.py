"""The process that forks workers: small, single-threaded, everything a worker needs imported.

A web process has many threads, and a fork of such a process may inherit a lock that nobody will
ever release. So it starts this one, once, as a new program, and asks it for workers over a control
socket: one message with the connection's descriptor and the release to open brings one worker,
whose pid and pidfd go back. The nursery ends with the web process (the control socket closes, or
the web process's pidfd becomes readable, whichever comes first), and its workers die with it.
"""

from __future__ import annotations

import gc
import os
import select
import signal
import socket
import sys
from typing import Final, NoReturn

from registry.query import confinement, worker

MESSAGE: Final = 1 << 16


def _child(end: int, warm: str, memory_bytes: int, query_bytes: int) -> NoReturn:
    """Be a worker; never come back."""
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        worker.serve(socket.socket(fileno=end), warm, memory_bytes, query_bytes)
    finally:
        os._exit(0)


def _fork(control: socket.socket, keep: int, warm: str, sizes: tuple[int, int]) -> None:
    """Fork one worker on the connection ``keep`` and answer with its pid and pidfd."""
    me = os.getpid()
    pid = os.fork()
    if pid == 0:
        confinement.die_with(me)
        os.closerange(3, keep)
        os.closerange(keep + 1, 1024)
        _child(keep, warm, *sizes)
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        control.send(b"0")
        return
    try:
        socket.send_fds(control, [str(pid).encode()], [handle])
    finally:
        os.close(handle)


def main(control_fd: int, parent: int, memory_bytes: int, query_bytes: int) -> None:
    """Fork a worker for each message on the control socket, until the web process is gone."""
    confinement.ignore_terminal()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel reaps the workers
    try:
        watched = os.pidfd_open(parent)
    except ProcessLookupError:
        return
    if os.getppid() != parent:
        return
    control = socket.socket(fileno=control_fd)
    poll = select.poll()
    poll.register(watched, select.POLLIN)
    poll.register(control_fd, select.POLLIN)
    gc.freeze()
    while not any(fd == watched for fd, _ in poll.poll()):
        message, descriptors, _, _ = socket.recv_fds(control, MESSAGE, 1)
        if not message:
            return
        _fork(control, descriptors[0], message[1:].decode(), (memory_bytes, query_bytes))
        os.close(descriptors[0])


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
