"""Child processes that never outlive their parent, even when it is killed."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
from multiprocessing.context import ForkServerContext

_PR_SET_PDEATHSIG = 1


def context(*preload: str) -> ForkServerContext:
    """Return a context whose children are forked from a small single-threaded server.

    Forking from a process that has database threads would copy locks without their owners. The
    server ends when this process does, whatever ended it.
    """
    server = multiprocessing.get_context("forkserver")
    server.set_forkserver_preload(list(preload))
    return server


def die_with_parent() -> None:
    """Ask the kernel to kill this process when the fork server ends (prctl(2), Linux)."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() == 1:  # it ended before we asked
        os._exit(1)
