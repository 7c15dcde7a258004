"""Tries, inside the box, what must fail there. What succeeds lowers the level that the box is said to have.

A child of its own tries it before the zygote imports what it needs for plays, so that it costs nobody a wait: first
what namespaces prevent, then, behind the same fences as a submission, everything else. The trusted side decides.
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

from grader.box import fence as harden
from grader.box import kernel
from grader.box.fence import Fence
from grader.wire.lines import decode, dumps

Row = list[Any]
"""The lowest level that promises it to fail, what was tried, whether it failed, and how."""
Try = tuple[str, Callable[[], object]]

_MEMORY = 256 << 20
_ENVIRONMENT = {"PATH", "LANG", "PYTHONHASHSEED", "MALLOC_ARENA_MAX", "PWD", "TMPDIR", "LC_CTYPE", ""}
_ELSEWHERE = ("192.0.2.1", 9)
"""An address that belongs to nobody (RFC 5737)."""


class _Possible(Exception):
    """Something could be done, with what came of it."""


def begin(fence: Fence, probes: dict[str, Any]) -> tuple[int, int]:
    """Start trying; returns the process and the descriptor on which it reports."""
    ours, theirs = os.pipe()
    process = os.fork()
    if process == 0:
        _report(theirs, fence, probes)
    os.close(theirs)
    return process, ours


def end(process: int, reports: int) -> list[Row]:
    """Wait for what was found. Its last attempt is to become another program: silence after it means success."""
    with open(reports, "rb") as file:
        rows: list[Row] = [decode(line) for line in file]
    os.waitpid(process, 0)
    return rows


def _report(descriptor: int, fence: Fence, probes: dict[str, Any]) -> NoReturn:
    try:
        # Not through descriptor 0: it is the control socket until here.
        harden.take_descriptors(descriptor, descriptor, descriptor)
        for level, attempts in _groups(fence, probes):
            for what, attempt in attempts:
                os.write(harden.MESSAGES, dumps([level, what, *_outcome(attempt)]))
    except BaseException as error:
        failed = f"put up the fences: {type(error).__name__}: {error}"[:300]
        os.write(harden.MESSAGES, dumps([min(fence.level, 2), "run without fences", False, failed]))
    os._exit(0)


def _groups(fence: Fence, probes: dict[str, Any]) -> Iterator[tuple[int, list[Try]]]:
    if fence.level >= 3:
        yield 3, _outside(probes)
    harden.die_with_parent(os.getppid())
    if fence.level >= 1:
        harden.set_limits({"memory": _MEMORY, "cpu": 10})
        yield 1, [("take more memory than it is given", _more_memory), ("raise its limits", _raise_limits)]
    fence.put_up()
    if fence.level >= 2:
        yield 2, _behind_fences(probes)


def _outcome(attempt: Callable[[], object]) -> tuple[bool, str]:
    try:
        result = attempt()
    except _Possible as possible:
        return False, str(possible)[:200]
    except (OSError, ValueError, MemoryError) as error:
        return True, getattr(error, "strerror", None) or type(error).__name__
    if hasattr(result, "close"):
        result.close()
    return False, "it was possible"


# ---- what is tried ---------------------------------------------------------------------------------------------------


def _outside(probes: dict[str, Any]) -> list[Try]:
    """With nothing but namespaces in the way."""
    return [
        *_files(probes, "before the fences, "),
        ("before the fences, see processes that are not of this box", _see_processes),
        ("before the fences, read an environment that is not the box's own", _read_environments),
        ("before the fences, connect to another computer", _connect),
    ]


def _behind_fences(probes: dict[str, Any]) -> list[Try]:
    """As a submission would. The last one would not come back."""
    parent = os.getppid()
    return [
        *_files(probes, ""),
        ("list the processes of this computer", lambda: os.listdir("/proc")),
        ("read the environment of the process that started it", lambda: open(f"/proc/{parent}/environ", "rb")),
        ("read the memory of the process that started it", lambda: open(f"/proc/{parent}/mem", "rb")),
        ("send a signal to the process that started it", lambda: os.kill(parent, 0)),
        ("send a signal to everybody", lambda: os.kill(-1, 0)),
        ("read the limits of the process that started it", lambda: resource.prlimit(parent, resource.RLIMIT_CPU)),
        ("connect to another computer", _connect),
        ("make a datagram socket", lambda: socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)),
        ("make a user namespace", lambda: kernel.unshare(kernel.CLONE_NEWUSER)),
        ("start a process", _fork),
        ("run a program", lambda: os.execv(sys.executable, [sys.executable, "-c", ""])),
    ]


def _files(probes: dict[str, Any], when: str) -> list[Try]:
    tries: list[Try] = [(f"{when}read {path}", partial(open, path, "rb")) for path in probes["secrets"]]
    tries.append((f"{when}list {probes['home']}", partial(_list, probes["home"], set(probes["names"]))))
    return tries + [(f"{when}write into {path}", partial(_write, path)) for path in probes["places"]]


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
