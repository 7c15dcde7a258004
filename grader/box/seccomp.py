"""The system calls that a process may make: a table of numbers for each processor, and a table of rules by name.

An allow-list that the kernel enforces (seccomp) for the process and all that it starts. To allow a call, add its name
and number to the table of the processor. A call in that table is allowed always, unless ``RULES`` has conditions for
it, or ``RULES_WITH`` allows it only to exercises with a need. Every other call fails with EPERM, so that the learner's
code sees an ordinary PermissionError.

The table was measured with strace on honest programs of both backends. A list of forbidden calls, which was tried
first, overlooked ``prlimit64``, ``process_vm_writev`` and ``io_uring``.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum
from errno import EAFNOSUPPORT, ENOSYS, EPERM

from grader.box import kernel

# ---- numbers ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Processor:
    """A kind of processor: how the kernel names it to a filter, and its calls."""

    audit: int
    foreign: int
    """Numbers from here on are the calls of another interface (x32 on x86-64), a second door to the same kernel."""
    seccomp: int
    """The number of the call that puts up a filter."""
    calls: Mapping[str, int]


# fmt: off
_X86_64 = {
    # Files. Landlock says which.
    "read": 0, "write": 1, "open": 2, "close": 3, "stat": 4, "fstat": 5, "lstat": 6, "lseek": 8, "pread64": 17,
    "pwrite64": 18, "readv": 19, "writev": 20, "access": 21, "fcntl": 72, "flock": 73, "getdents": 78, "getcwd": 79,
    "readlink": 89, "getdents64": 217, "fadvise64": 221, "openat": 257, "newfstatat": 262, "readlinkat": 267,
    "faccessat": 269, "statx": 332, "faccessat2": 439,
    "ftruncate": 77, "chdir": 80, "rename": 82, "mkdir": 83, "rmdir": 84, "unlink": 87, "mkdirat": 258,
    "unlinkat": 263, "renameat": 264, "renameat2": 316,
    # Descriptors.
    "poll": 7, "ioctl": 16, "pipe": 22, "select": 23, "dup": 32, "dup2": 33, "epoll_create": 213, "epoll_wait": 232,
    "epoll_ctl": 233, "pselect6": 270, "ppoll": 271, "epoll_pwait": 281, "eventfd": 284, "eventfd2": 290,
    "epoll_create1": 291, "dup3": 292, "pipe2": 293, "close_range": 436, "epoll_pwait2": 441,
    # Sockets.
    "socket": 41, "connect": 42, "accept": 43, "sendto": 44, "recvfrom": 45, "sendmsg": 46, "recvmsg": 47,
    "shutdown": 48, "bind": 49, "listen": 50, "getsockname": 51, "getpeername": 52, "socketpair": 53,
    "setsockopt": 54, "getsockopt": 55, "accept4": 288,
    # Memory.
    "mmap": 9, "mprotect": 10, "munmap": 11, "brk": 12, "mremap": 25, "madvise": 28, "membarrier": 324,
    # Signals.
    "rt_sigaction": 13, "rt_sigprocmask": 14, "rt_sigreturn": 15, "pause": 34, "getitimer": 36, "alarm": 37,
    "setitimer": 38, "kill": 62, "rt_sigpending": 127, "rt_sigtimedwait": 128, "rt_sigsuspend": 130,
    "sigaltstack": 131, "tkill": 200, "restart_syscall": 219, "tgkill": 234, "pidfd_send_signal": 424,
    # Clocks.
    "nanosleep": 35, "gettimeofday": 96, "times": 100, "time": 201, "clock_gettime": 228, "clock_getres": 229,
    "clock_nanosleep": 230, "timerfd_create": 283, "timerfd_settime": 286, "timerfd_gettime": 287,
    # Processes and threads.
    "sched_yield": 24, "getpid": 39, "clone": 56, "fork": 57, "vfork": 58, "execve": 59, "exit": 60, "wait4": 61,
    "uname": 63, "umask": 95, "getrlimit": 97, "getrusage": 98, "sysinfo": 99, "getuid": 102, "getgid": 104,
    "geteuid": 107, "getegid": 108, "setpgid": 109, "getppid": 110, "getpgrp": 111, "setsid": 112, "getgroups": 115,
    "getresuid": 118, "getresgid": 120, "getpgid": 121, "getsid": 124, "prctl": 157, "arch_prctl": 158, "gettid": 186,
    "futex": 202, "sched_getaffinity": 204, "set_tid_address": 218, "exit_group": 231, "waitid": 247,
    "set_robust_list": 273, "prlimit64": 302, "getcpu": 309, "getrandom": 318, "rseq": 334, "pidfd_open": 434,
    "clone3": 435,
}
# fmt: on

PROCESSORS: Mapping[str, Processor] = {
    "x86_64": Processor(audit=0xC000003E, foreign=0x40000000, seccomp=317, calls=_X86_64),
}
"""Processors by their names in ``uname -m``; ``wire.orders.FILTERED_MACHINES`` lists them for the trusted side."""

# ---- rules -----------------------------------------------------------------------------------------------------------


class Process(Enum):
    """A process whose number is known when the filter is made."""

    OWN = "own"
    PARENT = "parent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What one argument of a call must be. The filter sees its lower 32 bits, of which ``mask`` picks some."""

    argument: int
    values: tuple[int | Process, ...]
    mask: int = 0xFFFFFFFF
    otherwise: int = EPERM
    """The error with which the call fails."""


class OneOf(Condition):
    """The argument must have one of the values."""

    __slots__ = ()


class NoneOf(Condition):
    """The argument must have none of the values."""

    __slots__ = ()


Rule = tuple[Condition, ...]
"""A call is allowed if all of these hold; the first that does not says with which error it fails."""
FREE: Rule = ()

_UNIX, _INET, _INET6 = 1, 2, 10
_STREAM, _TYPE = 1, 0xF
"""The type of a socket, and the bits in which it stands; other bits of the same argument are flags."""
_CLONE_THREAD = 0x10000
_CLONE_NEW = 0x7E020080
"""Every flag that makes a namespace."""


def _streams(*families: int) -> Rule:
    return (
        OneOf(argument=1, mask=_TYPE, values=(_STREAM,)),
        OneOf(argument=0, values=families, otherwise=EAFNOSUPPORT),
    )


_TO_ITSELF = (OneOf(argument=0, values=(Process.OWN,)),)
_NOT_TO_THE_BOX = (NoneOf(argument=0, values=(0, 1, Process.PARENT, 0xFFFFFFFF)),)
"""No signal to a child's own group, in which the grader ends it, to the box's first process, the zygote, or to all."""

RULES: Mapping[str, Rule] = {
    "kill": _TO_ITSELF,
    "tkill": _TO_ITSELF,
    "tgkill": _TO_ITSELF,
    "prlimit64": (OneOf(argument=0, values=(0, Process.OWN)),),
    # FIONBIO FIOCLEX FIONCLEX TCGETS FIONREAD TIOCGWINSZ
    "ioctl": (OneOf(argument=1, values=(0x5421, 0x5451, 0x5450, 0x5401, 0x541B, 0x5413)),),
    # PR_SET_NAME PR_GET_NAME PR_SET_VMA
    "prctl": (OneOf(argument=0, values=(15, 16, 0x53564D41)),),
    # A datagram socket of a pair sends to any other by its name, journald's for example; a stream does not.
    "socketpair": _streams(_UNIX),
    "clone": (OneOf(argument=0, mask=_CLONE_THREAD, values=(_CLONE_THREAD,)),),
    # The flags of clone3 stand in memory, out of reach of a filter: without it, libc falls back to clone.
    "clone3": (OneOf(argument=0, values=(), otherwise=ENOSYS),),
}
"""Calls that are allowed with certain arguments only."""

RULES_WITH: Mapping[str, Mapping[str, Rule]] = {
    "loopback": {
        "socket": _streams(_INET, _INET6),
        **dict.fromkeys(("connect", "accept", "bind", "listen", "accept4"), FREE),
    },
    "processes": {
        **dict.fromkeys(("kill", "tkill", "tgkill"), _NOT_TO_THE_BOX),
        "clone": (OneOf(argument=0, mask=_CLONE_NEW, values=(0,)),),
        **dict.fromkeys(("fork", "vfork", "execve", "setpgid", "setsid", "pidfd_open", "pidfd_send_signal"), FREE),
        **dict.fromkeys(("chdir", "ftruncate", "mkdir", "mkdirat", "rmdir", "unlink", "unlinkat"), FREE),
        **dict.fromkeys(("rename", "renameat", "renameat2"), FREE),
    },
}
"""Calls that are allowed only to exercises with a need, or to them with other arguments, by that need."""
_NEEDED = frozenset(name for rules in RULES_WITH.values() for name in rules)


def rule_for(name: str, needs: Collection[str]) -> Rule | None:
    """The conditions for a call of the table; None if it is refused without a need that the exercise does not have."""
    for need, rules in RULES_WITH.items():
        if need in needs and name in rules:
            return rules[name]
    return RULES.get(name) if name in _NEEDED else RULES.get(name, FREE)


# ---- the filter ------------------------------------------------------------------------------------------------------

Instruction = tuple[int, int, int, int]
"""An instruction of classic BPF: what to do, how many to skip if a comparison holds and if it does not, and a value."""

_LOAD, _EQUAL, _AT_LEAST, _AND, _RETURN = 0x20, 0x15, 0x35, 0x54, 0x06
_ALLOW, _KILL_PROCESS, _FAIL = 0x7FFF0000, 0x80000000, 0x00050000
_NUMBER, _AUDIT, _ARGUMENTS = 0, 4, 16
"""Offsets, in what a filter loads from, of the call's number, its processor and its arguments of eight bytes."""
_SET_FILTER = 1


def processor() -> Processor | None:
    """The processor of this computer, if there is a table for it."""
    fits = sys.platform == "linux" and sys.maxsize > 2**32
    return PROCESSORS.get(os.uname().machine) if fits else None


def restrict_calls(needs: Collection[str] = ()) -> None:
    """Give up every call that the needs do not ask for, for good; does nothing on a processor without a table.

    Needs ``no_new_privs``. Raises OSError.
    """
    here = processor()
    if here is None:
        return
    program = b"".join(struct.pack("=HBBI", *each) for each in filter_for(here, os.getpid(), os.getppid(), needs))
    buffer = ctypes.create_string_buffer(program, len(program))
    kernel.call(here.seccomp, _SET_FILTER, 0, struct.pack("HxxxxxxQ", len(program) // 8, ctypes.addressof(buffer)))


def filter_for(here: Processor, own: int, parent: int, needs: Collection[str]) -> list[Instruction]:
    """Compile the tables for a process and its parent."""
    program = [
        (_LOAD, 0, 0, _AUDIT),
        (_EQUAL, 1, 0, here.audit),
        (_RETURN, 0, 0, _KILL_PROCESS),
        (_LOAD, 0, 0, _NUMBER),
        (_AT_LEAST, 0, 1, here.foreign),
        (_RETURN, 0, 0, _KILL_PROCESS),
    ]
    processes = {Process.OWN: own, Process.PARENT: parent}
    for name, number in here.calls.items():
        rule = rule_for(name, needs)
        if rule is not None:
            body = [each for condition in rule for each in _test(condition, processes)]
            program += [(_EQUAL, 0, len(body) + 1, number), *body, (_RETURN, 0, 0, _ALLOW)]
    return [*program, (_RETURN, 0, 0, _FAIL | EPERM)]


def _test(condition: Condition, processes: Mapping[Process, int]) -> list[Instruction]:
    """Run on to the next instruction if the condition holds, and have the call fail otherwise."""
    values = [processes[value] if isinstance(value, Process) else value for value in condition.values]
    load = [(_LOAD, 0, 0, _ARGUMENTS + 8 * condition.argument), (_AND, 0, 0, condition.mask)]
    fail = (_RETURN, 0, 0, _FAIL | condition.otherwise)
    if isinstance(condition, NoneOf):
        return [*load, *(each for value in values for each in ((_EQUAL, 0, 1, value), fail))]
    return [*load, *((_EQUAL, len(values) - index, 0, value) for index, value in enumerate(values)), fail]
