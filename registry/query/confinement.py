"""What a worker process may not do, said to the kernel: Linux only, through ctypes.

It dies with its parent, takes a bounded amount of memory, leaves no core file, writes into no log,
and opens no socket: should a SERVICE ever get past the scan, it reaches nothing.
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import signal
import struct
from typing import Final

_PR_SET_PDEATHSIG: Final = 1
_PR_SET_NO_NEW_PRIVS: Final = 38
_PR_SET_SECCOMP: Final = 22
_SECCOMP_MODE_FILTER: Final = 2
_ALLOW: Final = 0x7FFF0000
_REFUSE: Final = 0x00050000 | 13  # SECCOMP_RET_ERRNO | EACCES
#: machine → (its AUDIT_ARCH, number of the system call socket)
_MACHINES: Final = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}

_libc = ctypes.CDLL(None, use_errno=True)


def die_with(parent: int) -> None:
    """Have this process killed when its parent dies; end it now if that has happened already."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(0)


def ignore_terminal() -> None:
    """Leave Ctrl-C and polite ends to the web process, which ends its workers itself."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def limit_memory(more: int) -> None:
    """Let the address space grow by so many bytes from what it is now, and no further."""
    with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123 - lean start
        pages = int(file.read().split()[0])
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    wanted = pages * resource.getpagesize() + more
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_AS, (wanted, hard))


def leave_no_core() -> None:
    """Write no core file of a gigabyte when a query runs out of memory."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def be_silent() -> None:
    """Leave the log to the web process: the engine's last words are no line of it."""
    os.dup2(1, 2)  # the nursery's standard output is /dev/null


def _instruction(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
    return struct.pack("HBBI", code, yes, no, value)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_char_p))


def forbid_sockets() -> bool:
    """Refuse ``socket(2)`` to this thread and those it starts; False where that is not possible."""
    machine = _MACHINES.get(platform.machine())
    if machine is None:
        return False
    architecture, number = machine
    load, equal, give = 0x20, 0x15, 0x06
    code = b"".join(
        (
            _instruction(load, 4),  # the architecture of the call
            _instruction(equal, architecture, 0, 2),
            _instruction(load, 0),  # its number
            _instruction(equal, number, 1, 0),
            _instruction(give, _ALLOW),
            _instruction(give, _REFUSE),
        )
    )
    program = _Program(len(code) // 8, code)
    if _libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        return False
    return not _libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0)
