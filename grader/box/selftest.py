"""Probes: things that must fail inside the box, tried there. One that succeeds lowers the level of the box.

A child of its own tries them while the zygote imports what it needs for plays, so that no play waits for them: first
what namespaces prevent, then, behind the same fence as a submission, everything else. A child of that child tries what
stays forbidden behind the fence of the needs, which leaves more system calls open. The trusted side decides about the
level. To try one more thing, add a line to ``_outside``, ``_behind_fences`` or ``_with_needs``.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import resource
import signal
import socket
import struct
import sys
from collections.abc import Callable, Iterator
from errno import ENOSYS, EPERM
from functools import partial
from typing import Any, NoReturn

from grader.box import kernel, seccomp
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
_HERE = ("127.0.0.1", 9)
_NEEDS = ("loopback", "processes")

_UNLISTED = {
    "x86_64": {"rt_sigqueueinfo": 129, "timer_create": 222, "mq_notify": 244, "pidfd_send_signal": 424},
    "aarch64": {"rt_sigqueueinfo": 138, "timer_create": 107, "mq_notify": 184, "pidfd_send_signal": 424},
}
"""Calls that send a signal, or have the kernel send one. ``seccomp`` has no numbers for what it never allows."""
_F_SETSIG, _F_SETOWN_EX = 10, 15
_FIOASYNC, _FIOSETOWN, _SIOCSPGRP = 0x5452, 0x8901, 0x8902
_ABSENT, _SOCKET = b"/nowhere/socket", 0o140600
"""A path in a folder that is not there, so that the kernel itself answers with another error than a filter."""
_CLONE_PARENT = 0x8000
_SCTP, _MPTCP = 132, 262
_TCP_FASTOPEN, _TCP_FASTOPEN_CONNECT, _TCP_ULP, _SO_ATTACH_FILTER = 23, 30, 31, 26
_MSG_FASTOPEN = 0x20000000


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
            _try(level, probes)
    except BaseException as error:
        failed = f"put up the fences: {type(error).__name__}: {error}"[:300]
        os.write(MESSAGES, dumps([min(fence.level, 2), "run without fences", False, failed]))
    os._exit(0)


def _try(level: int, probes: list[Probe]) -> None:
    for what, probe in probes:
        os.write(MESSAGES, dumps([level, what, *_outcome(probe)]))


def _groups(fence: Fence, targets: Targets) -> Iterator[tuple[int, list[Probe]]]:
    """The probes by level. What each level is made of is put up in between, so they must be tried as they come."""
    if fence.level >= 3:
        yield 3, _outside(targets)
    die_with_parent(os.getppid())
    if fence.level >= 1:
        lower_limits(memory=_MEMORY, cpu=_CPU_SECONDS)
        yield 1, [("take more memory than it is given", _more_memory), ("raise its limits", _raise_limits)]
    if fence.level >= 2:
        _try_with_needs(fence)
    fence.put_up()
    if fence.level >= 2:
        yield 2, _behind_fences(targets)


def _try_with_needs(fence: Fence) -> None:
    """Have a child put up the fence of the needs and try what these must not open; raises OSError if it cannot."""
    process = os.fork()
    if process == 0:
        try:
            fence.put_up(_NEEDS)
            _try(2, _with_needs(fence))
            os._exit(0)
        finally:
            os._exit(1)
    if os.waitpid(process, 0)[1] != 0:
        raise OSError(0, "the probes behind the fence of the needs were cut short")


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
        ("make a pair of datagram sockets", _asked(socket.socketpair, socket.AF_UNIX, socket.SOCK_DGRAM)),
        ("make a user namespace", lambda: kernel.unshare(kernel.CLONE_NEWUSER)),
        *_signals(parent),
        ("start a process", _fork),
        ("start a process by the call for threads", partial(_clone, signal.SIGCHLD)),
        ("start a process by a call whose flags no filter sees", _clone3),
        ("run a program", lambda: os.execv(sys.executable, [sys.executable, "-c", ""])),
    ]


def _signals(parent: int) -> list[Probe]:
    """Ways to a signal beside ``kill``: nearly all of them ask the kernel to send it when something happens."""
    ours, theirs = socket.socketpair()
    owner = struct.pack("=ii", 1, parent)  # F_OWNER_PID
    unlisted, calls = _UNLISTED[os.uname().machine], seccomp.PROCESSORS[os.uname().machine].calls
    return [
        ("signal a thread of the parent by tkill", _asked(kernel.call, calls["tkill"], parent, 0)),
        ("signal a thread of the parent by tgkill", _asked(kernel.call, calls["tgkill"], parent, parent, 0)),
        ("have the parent signalled by F_SETOWN", _asked(fcntl.fcntl, ours, fcntl.F_SETOWN, parent)),
        ("have the parent signalled by F_SETOWN_EX", _asked(fcntl.fcntl, ours, _F_SETOWN_EX, owner)),
        ("choose the signal by F_SETSIG", _asked(fcntl.fcntl, ours, _F_SETSIG, signal.SIGKILL)),
        ("turn signals on by O_ASYNC", _asked(fcntl.fcntl, theirs, fcntl.F_SETFL, os.O_ASYNC)),
        ("have signals sent by F_SETLEASE", _asked(fcntl.fcntl, ours, fcntl.F_SETLEASE, fcntl.F_RDLCK)),
        ("have signals sent by F_NOTIFY", _asked(fcntl.fcntl, ours, fcntl.F_NOTIFY, fcntl.DN_CREATE)),
        ("have the parent signalled by FIOSETOWN", _asked(fcntl.ioctl, ours, _FIOSETOWN, struct.pack("=i", parent))),
        ("have the parent signalled by SIOCSPGRP", _asked(fcntl.ioctl, ours, _SIOCSPGRP, struct.pack("=i", parent))),
        ("turn signals on by FIOASYNC", _asked(fcntl.ioctl, theirs, _FIOASYNC, struct.pack("=i", 1))),
        ("change the signal of its parent's death", _asked(kernel.prctl, kernel.PR_SET_PDEATHSIG, signal.SIGURG)),
        ("have signals sent by a timer", _asked(kernel.call, unlisted["timer_create"], 1, None, bytes(8))),
        ("have signals sent by a message queue", _asked(kernel.call, unlisted["mq_notify"], -1, None)),
        ("queue a signal", _asked(kernel.call, unlisted["rt_sigqueueinfo"], parent, 0, _siginfo())),
        ("send a signal to a descriptor", _asked(kernel.call, unlisted["pidfd_send_signal"], -1, 0, None, 0)),
        ("start a process whose end sends another signal", partial(_clone, signal.SIGURG)),
    ]


def _with_needs(fence: Fence) -> list[Probe]:
    """What a submission must not be able to do either if its exercise needs the loopback or processes."""
    parent = os.getppid()
    tcp = socket.socket()
    calls = seccomp.PROCESSORS[os.uname().machine].calls
    probes: list[Probe] = [
        ("connect by MPTCP", _asked(socket.socket, socket.AF_INET, socket.SOCK_STREAM, _MPTCP)),
        ("connect by MPTCP and IPv6", _asked(socket.socket, socket.AF_INET6, socket.SOCK_STREAM, _MPTCP)),
        ("connect by SCTP", _asked(socket.socket, socket.AF_INET, socket.SOCK_STREAM, _SCTP)),
        ("send a datagram", _asked(socket.socket, socket.AF_INET, socket.SOCK_DGRAM)),
        ("connect by fast open", _asked(tcp.sendto, b"x", _MSG_FASTOPEN, _HERE)),
        ("connect by a message with fast open", _asked(tcp.sendmsg, [b"x"], [], _MSG_FASTOPEN, _HERE)),
        ("connect later, by fast open", _asked(tcp.setsockopt, socket.IPPROTO_TCP, _TCP_FASTOPEN_CONNECT, 1)),
        ("accept fast open", _asked(tcp.setsockopt, socket.IPPROTO_TCP, _TCP_FASTOPEN, 1)),
        ("change the protocol of a socket", _asked(tcp.setsockopt, socket.IPPROTO_TCP, _TCP_ULP, b"smc")),
        ("load a program into a socket", _asked(tcp.setsockopt, socket.SOL_SOCKET, _SO_ATTACH_FILTER, bytes(16))),
        ("have the parent signalled, with needs", _asked(fcntl.fcntl, tcp, fcntl.F_SETOWN, parent)),
        ("signal its parent, with needs", _asked(os.kill, parent, 0)),
        ("signal its parent by tkill, with needs", _asked(kernel.call, calls["tkill"], parent, 0)),
        ("signal its parent by tgkill, with needs", _asked(kernel.call, calls["tgkill"], parent, parent, 0)),
        ("signal its parent's group, with needs", _asked(os.kill, -parent, 0)),
        ("signal all processes, with needs", _asked(os.kill, -1, 0)),
        ("make a user namespace, with needs", partial(_clone, kernel.CLONE_NEWUSER | signal.SIGCHLD)),
        ("start a process beside itself", partial(_clone, _CLONE_PARENT | signal.SIGCHLD)),
        ("start a process whose end sends another signal, with needs", partial(_clone, signal.SIGURG)),
        ("make a socket with a name by mknodat", _asked(kernel.call, calls["mknodat"], -1, _ABSENT, _SOCKET, 0)),
    ]
    if "mknod" in calls:
        probes.append(("make a socket with a name by mknod", _asked(kernel.call, calls["mknod"], _ABSENT, _SOCKET, 0)))
    if fence.level == 2 and fence.landlock >= 4:
        probes += [
            ("connect to a port that it was not given", _asked(tcp.connect, _HERE)),
            ("listen on a port that it was not given", _asked(tcp.bind, (_HERE[0], 10_009))),
        ]
    return probes


def _asked(function: Callable[..., object], *arguments: object) -> Callable[[], object]:
    """A probe of what a fence has to refuse by itself: any other error comes from a kernel that was about to do it."""

    def probe() -> object:
        try:
            return function(*arguments)
        except PermissionError:
            raise
        except OSError as error:
            raise _Possible(f"no fence refused it: {error.strerror}") from None

    return probe


def _siginfo() -> bytes:
    """Of a signal that another process has queued (SI_QUEUE)."""
    return struct.pack("=iii", 0, 0, -1).ljust(128, b"\0")


def _clone(flags: int) -> None:
    here = seccomp.processor()
    if here is None:
        raise _Possible("there is no table for this processor")
    if kernel.call(here.calls["clone"], flags, None, None, None, None) == 0:
        os._exit(0)


def _clone3() -> None:
    """The filter answers that there is no such call, as then libc takes the one that has its flags in a register."""
    try:
        kernel.call(seccomp.PROCESSORS[os.uname().machine].calls["clone3"], None, 0)
    except OSError as error:
        if error.errno in (ENOSYS, EPERM):
            raise
        raise _Possible(f"no fence refused it: {error.strerror}") from None


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
