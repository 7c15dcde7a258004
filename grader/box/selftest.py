"""Probes: things that must fail inside the box, tried there. One that succeeds lowers the level of the box.

A child of its own tries them while the zygote imports what it needs for plays, so that no play waits for them: first
what namespaces prevent, then, behind the same fence as a submission, everything else. The trusted side decides about
the level. To try one more thing, add a line to ``_outside`` or ``_behind_fences``.
"""

from __future__ import annotations

import mmap
import os
import resource
import socket
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NoReturn

from grader.box import kernel
from grader.box.fence import MESSAGES, Fence, die_with_parent, lower_limits, take_descriptors
from grader.wire.lines import decode, dumps
from grader.wire.orders import Targets

Row = list[Any]
"""The lowest level that promises to prevent it, what was tried, whether it was prevented, and how."""
Probe = tuple[str, Callable[[], object]]

_MEMORY = 256 << 20
_CPU_SECONDS = 10
_ENVIRONMENT = {"PATH", "LANG", "PYTHONHASHSEED", "MALLOC_ARENA_MAX", "PWD", "TMPDIR", "LC_CTYPE", ""}
_ELSEWHERE = ("192.0.2.1", 9)
"""An address that no computer has (RFC 5737)."""


class _Possible(Exception):
    """A probe has succeeded; the message says what came of it."""


def begin(fence: Fence, targets: Targets) -> tuple[int, int]:
    """Start a child that tries everything; returns the process and the descriptor on which it reports."""
    ours, theirs = os.pipe()
    process = os.fork()
    if process == 0:
        _report(theirs, fence, targets)
    os.close(theirs)
    return process, ours


def end(process: int, reports: int) -> list[Row]:
    """Wait for the reports. The last probe is to become another program: if its report is missing, it has succeeded."""
    with open(reports, "rb") as file:
        rows: list[Row] = [decode(line) for line in file]
    os.waitpid(process, 0)
    return rows


def _report(descriptor: int, fence: Fence, targets: Targets) -> NoReturn:
    try:
        # Not through descriptor 0: it is the control socket until here.
        take_descriptors(descriptor, descriptor, descriptor)
        for level, probes in _groups(fence, targets):
            for what, probe in probes:
                os.write(MESSAGES, dumps([level, what, *_outcome(probe)]))
    except BaseException as error:
        failed = f"put up the fences: {type(error).__name__}: {error}"[:300]
        os.write(MESSAGES, dumps([min(fence.level, 2), "run without fences", False, failed]))
    os._exit(0)


def _groups(fence: Fence, targets: Targets) -> Iterator[tuple[int, list[Probe]]]:
    """The probes by level. What each level is made of is put up in between, so they must be tried as they come."""
    if fence.level >= 3:
        yield 3, _outside(targets)
    die_with_parent(os.getppid())
    if fence.level >= 1:
        lower_limits(memory=_MEMORY, cpu=_CPU_SECONDS)
        yield 1, [("take more memory than it is given", _more_memory), ("raise its limits", _raise_limits)]
    fence.put_up()
    if fence.level >= 2:
        yield 2, _behind_fences(targets)


def _outcome(probe: Callable[[], object]) -> tuple[bool, str]:
    """Whether what the probe tries was prevented, and how."""
    try:
        result = probe()
    except _Possible as possible:
        return False, str(possible)[:200]
    except (OSError, ValueError, MemoryError) as error:
        return True, getattr(error, "strerror", None) or type(error).__name__
    if hasattr(result, "close"):
        result.close()
    return False, "it was possible"


# ---- the probes ------------------------------------------------------------------------------------------------------


def _outside(targets: Targets) -> list[Probe]:
    """What namespaces alone must prevent."""
    return [
        *_files(targets, " with namespaces alone"),
        ("see processes of other boxes or programs with namespaces alone", _see_processes),
        ("read the environment of another program with namespaces alone", _read_environments),
        ("connect to another computer with namespaces alone", _connect),
    ]


def _behind_fences(targets: Targets) -> list[Probe]:
    """What a submission must not be able to do. The last one ends the self-test if it succeeds."""
    parent = os.getppid()
    return [
        *_files(targets, ""),
        ("list the processes of this computer", lambda: os.listdir("/proc")),
        ("read the environment of the process that started it", lambda: open(f"/proc/{parent}/environ", "rb")),
        ("read the memory of the process that started it", lambda: open(f"/proc/{parent}/mem", "rb")),
        ("send a signal to the process that started it", lambda: os.kill(parent, 0)),
        ("send a signal to all processes", lambda: os.kill(-1, 0)),
        ("read the limits of the process that started it", lambda: resource.prlimit(parent, resource.RLIMIT_CPU)),
        ("connect to another computer", _connect),
        ("make a datagram socket", lambda: socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)),
        ("make a user namespace", lambda: kernel.unshare(kernel.CLONE_NEWUSER)),
        ("start a process", _fork),
        ("run a program", lambda: os.execv(sys.executable, [sys.executable, "-c", ""])),
    ]


def _files(targets: Targets, how: str) -> list[Probe]:
    return [
        *((f"read {path}{how}", partial(open, path, "rb")) for path in targets["secrets"]),
        (f"list {targets['home']}{how}", partial(_list, targets["home"], set(targets["known"]))),
        *((f"write into {path}{how}", partial(_write, path)) for path in targets["folders"]),
    ]


def _list(folder: str, known: set[str]) -> None:
    if not set(os.listdir(folder)) - known:
        raise OSError(0, "there is nothing in it")


def _write(folder: str) -> None:
    path = os.path.join(folder, f".grade-selftest-{os.getpid()}")
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    os.unlink(path)


def _see_processes() -> None:
    known = {"1", str(os.getpid()), str(os.getppid())}
    others = [name for name in os.listdir("/proc") if name.isdigit() and name not in known]
    if others:
        raise _Possible(f"saw {len(others)}")
    raise OSError(0, "there are none")


def _read_environments() -> None:
    with open("/proc/1/environ", "rb") as file:
        names = {entry.partition(b"=")[0].decode(errors="replace") for entry in file.read().split(b"\0")}
    if names - _ENVIRONMENT:
        raise _Possible(f"saw {', '.join(sorted(names - _ENVIRONMENT))}")
    raise OSError(0, "there is none")


def _connect() -> None:
    with socket.socket() as connection:
        connection.setblocking(False)
        try:
            connection.connect(_ELSEWHERE)
        except BlockingIOError:
            raise _Possible("the connection was on its way") from None


def _fork() -> None:
    process = os.fork()
    if process == 0:
        os._exit(0)
    os.waitpid(process, 0)


def _more_memory() -> None:
    mmap.mmap(-1, 4 * _MEMORY).close()


def _raise_limits() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
