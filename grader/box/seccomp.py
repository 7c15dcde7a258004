"""The system calls that a process may make: a table of numbers for each processor, and a table of rules by name.

An allow-list that the kernel enforces (seccomp) for the process and all that it starts. To allow a call, add its name
and number to the table of each processor. A call in that table is allowed always, unless ``RULES`` has conditions for
it, or ``RULES_WITH`` allows it only to exercises with a need. Every other call fails with EPERM, so that the learner's
code sees an ordinary PermissionError.

The tables were measured with strace on honest programs of both backends. A list of forbidden calls, which was tried
first, overlooked ``prlimit64``, ``process_vm_writev`` and ``io_uring``; a list of calls without their arguments
overlooked ``fcntl``, by which the kernel sends a signal for the caller, and TCP connections that Landlock does not see.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from errno import EAFNOSUPPORT, ENOSYS, EPERM

from grader.box import kernel

# ---- numbers ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Processor:
    """A kind of processor: how the kernel names it to a filter, and its calls."""

    audit: int
    """Tells the 32-bit calls of a processor apart too: they have a value of their own."""
    foreign: int | None
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
    "ftruncate": 77, "chdir": 80, "rename": 82, "mkdir": 83, "rmdir": 84, "unlink": 87, "mknod": 133, "mkdirat": 258,
    "mknodat": 259, "unlinkat": 263, "renameat": 264, "renameat2": 316,
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
    "sigaltstack": 131, "tkill": 200, "restart_syscall": 219, "tgkill": 234,
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
# The generic table of the kernel has no call that another one replaces: no open beside openat, no fork beside clone.
_AARCH64 = {
    # Files.
    "getcwd": 17, "fcntl": 25, "flock": 32, "faccessat": 48, "openat": 56, "close": 57, "getdents64": 61, "lseek": 62,
    "read": 63, "write": 64, "readv": 65, "writev": 66, "pread64": 67, "pwrite64": 68, "readlinkat": 78,
    "newfstatat": 79, "fstat": 80, "fadvise64": 223, "statx": 291, "faccessat2": 439,
    "mknodat": 33, "mkdirat": 34, "unlinkat": 35, "renameat": 38, "ftruncate": 46, "chdir": 49, "renameat2": 276,
    # Descriptors.
    "eventfd2": 19, "epoll_create1": 20, "epoll_ctl": 21, "epoll_pwait": 22, "dup": 23, "dup3": 24, "ioctl": 29,
    "pipe2": 59, "pselect6": 72, "ppoll": 73, "close_range": 436, "epoll_pwait2": 441,
    # Sockets.
    "socket": 198, "socketpair": 199, "bind": 200, "listen": 201, "accept": 202, "connect": 203, "getsockname": 204,
    "getpeername": 205, "sendto": 206, "recvfrom": 207, "setsockopt": 208, "getsockopt": 209, "shutdown": 210,
    "sendmsg": 211, "recvmsg": 212, "accept4": 242,
    # Memory.
    "brk": 214, "munmap": 215, "mremap": 216, "mmap": 222, "mprotect": 226, "madvise": 233, "membarrier": 283,
    # Signals.
    "getitimer": 102, "setitimer": 103, "restart_syscall": 128, "kill": 129, "tkill": 130, "tgkill": 131,
    "sigaltstack": 132, "rt_sigsuspend": 133, "rt_sigaction": 134, "rt_sigprocmask": 135, "rt_sigpending": 136,
    "rt_sigtimedwait": 137, "rt_sigreturn": 139,
    # Clocks.
    "timerfd_create": 85, "timerfd_settime": 86, "timerfd_gettime": 87, "nanosleep": 101, "clock_gettime": 113,
    "clock_getres": 114, "clock_nanosleep": 115, "times": 153, "gettimeofday": 169,
    # Processes and threads.
    "exit": 93, "exit_group": 94, "waitid": 95, "set_tid_address": 96, "futex": 98, "set_robust_list": 99,
    "sched_getaffinity": 123, "sched_yield": 124, "getresuid": 148, "getresgid": 150, "setpgid": 154, "getpgid": 155,
    "getsid": 156, "setsid": 157, "getgroups": 158, "uname": 160, "getrlimit": 163, "getrusage": 165, "umask": 166,
    "prctl": 167, "getcpu": 168, "getpid": 172, "getppid": 173, "getuid": 174, "geteuid": 175, "getgid": 176,
    "getegid": 177, "gettid": 178, "sysinfo": 179, "clone": 220, "execve": 221, "wait4": 260, "prlimit64": 261,
    "getrandom": 278, "rseq": 293, "pidfd_open": 434, "clone3": 435,
}
# fmt: on

PROCESSORS: Mapping[str, Processor] = {
    "x86_64": Processor(audit=0xC000003E, foreign=0x40000000, seccomp=317, calls=_X86_64),
    "aarch64": Processor(audit=0xC00000B7, foreign=None, seccomp=277, calls=_AARCH64),
}
"""Processors by their names in ``uname -m``; ``wire.orders.FILTERED_MACHINES`` lists them for the trusted side."""

# ---- rules -----------------------------------------------------------------------------------------------------------


class Process(Enum):
    """A process, or group of processes, whose number is known when the filter is made."""

    OWN = "own"
    PARENT = "parent"
    GROUP_OF_PARENT = "group of the parent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What one argument of a call must be. The filter sees its lower 32 bits, of which ``mask`` picks some.

    So an argument may have a condition only if the kernel itself looks at no more of it: every one below is an ``int``
    there, or flags that lie in the lower half.
    """

    argument: int
    values: tuple[int | Process, ...]
    mask: int = 0xFFFFFFFF
    otherwise: int = EPERM
    """The error with which the call fails."""
    when: tuple[int, int] | None = None
    """Another argument and its value: with any other value of that one this condition asks nothing."""


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
_TCP = 6
_MSG_FASTOPEN = 0x20000000
_SOL_SOCKET, _IPPROTO_IPV6 = 1, 41
_F_SETFL, _O_ASYNC = 4, 0x2000
_THREAD, _FORK, _PLAIN_FORK, _SPAWN = 0x3D0F00, 0x1200011, 0x11, 0x4111
"""What libc starts threads and processes with. The lowest byte is the signal that tells the parent of the end."""
_S_IFMT, _S_IFIFO = 0xF000, 0x1000
"""The bits of a mode that say what kind of file it is, and those of a pipe."""
_CLONE_DETACHED = 0x400000
"""A flag without a meaning, which musl sets for its threads."""


def _streams(*families: int, protocols: tuple[int, ...]) -> Rule:
    # Landlock knows TCP alone. A stream may as well be one of MPTCP (262), SCTP (132) or SMC (a family).
    return (
        OneOf(argument=1, mask=_TYPE, values=(_STREAM,)),
        OneOf(argument=0, values=families, otherwise=EAFNOSUPPORT),
        OneOf(argument=2, values=protocols),
    )


def _started_with(*flags: int) -> Rule:
    # Other flags make namespaces, or a child that is the zygote's (CLONE_PARENT); another lowest byte has the kernel
    # send its parent that signal instead of SIGCHLD.
    return (OneOf(argument=0, mask=0xFFFFFFFF & ~_CLONE_DETACHED, values=flags),)


_TO_ITSELF = (OneOf(argument=0, values=(Process.OWN,)),)
_NOT_TO_THE_BOX = (NoneOf(argument=0, values=(0, 1, Process.PARENT, Process.GROUP_OF_PARENT, 0xFFFFFFFF)),)
"""No signal to a child's own group, in which the grader ends it, to the box's first process, the zygote, or to all."""

RULES: Mapping[str, Rule] = {
    "kill": _TO_ITSELF,
    "tkill": _TO_ITSELF,
    "tgkill": _TO_ITSELF,
    # F_DUPFD F_GETFD F_SETFD F_GETFL F_SETFL F_DUPFD_CLOEXEC. By F_SETOWN, F_SETOWN_EX, F_SETSIG, F_SETLEASE and
    # F_NOTIFY the kernel sends a signal for the caller, to any process of its user, when something happens to a file.
    "fcntl": (
        OneOf(argument=1, values=(0, 1, 2, 3, _F_SETFL, 1030)),
        OneOf(argument=2, mask=_O_ASYNC, values=(0,), when=(1, _F_SETFL)),
    ),
    "prlimit64": (OneOf(argument=0, values=(0, Process.OWN)),),
    # FIONBIO FIOCLEX FIONCLEX TCGETS FIONREAD TIOCGWINSZ. FIOSETOWN, SIOCSPGRP and FIOASYNC do what fcntl does.
    "ioctl": (OneOf(argument=1, values=(0x5421, 0x5451, 0x5450, 0x5401, 0x541B, 0x5413)),),
    # PR_SET_NAME PR_GET_NAME PR_SET_VMA. PR_SET_PDEATHSIG changes what ends a child with its zygote.
    "prctl": (OneOf(argument=0, values=(15, 16, 0x53564D41)),),
    # A datagram socket of a pair sends to any other by its name, journald's for example; a stream does not.
    "socketpair": _streams(_UNIX, protocols=(0,)),
    # A connection by fast open passes Landlock. TCP_FASTOPEN_CONNECT and TCP_ULP, by which a socket of TCP becomes one
    # of another protocol, are not among the options; nor is SO_ATTACH_FILTER, by which the kernel runs a program.
    "sendto": (OneOf(argument=3, mask=_MSG_FASTOPEN, values=(0,)),),
    "sendmsg": (OneOf(argument=2, mask=_MSG_FASTOPEN, values=(0,)),),
    "setsockopt": (
        OneOf(argument=1, values=(_SOL_SOCKET, _TCP, _IPPROTO_IPV6)),
        # SO_REUSEADDR SO_SNDBUF SO_RCVBUF SO_KEEPALIVE SO_OOBINLINE SO_LINGER SO_REUSEPORT SO_RCVLOWAT SO_RCVTIMEO
        # SO_SNDTIMEO
        OneOf(argument=2, values=(2, 7, 8, 9, 10, 13, 15, 18, 20, 21), when=(1, _SOL_SOCKET)),
        # TCP_NODELAY TCP_MAXSEG TCP_CORK TCP_KEEPIDLE TCP_KEEPINTVL TCP_KEEPCNT TCP_SYNCNT TCP_LINGER2
        # TCP_DEFER_ACCEPT TCP_WINDOW_CLAMP TCP_QUICKACK TCP_USER_TIMEOUT TCP_NOTSENT_LOWAT
        OneOf(argument=2, values=(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 18, 25), when=(1, _TCP)),
        # IPV6_V6ONLY
        OneOf(argument=2, values=(26,), when=(1, _IPPROTO_IPV6)),
    ),
    "clone": _started_with(_THREAD),
    # The flags of clone3 stand in memory, out of reach of a filter: without it, libc falls back to clone.
    "clone3": (OneOf(argument=0, values=(), otherwise=ENOSYS),),
}
"""Calls that are allowed with certain arguments only.

No call of the tables but these sends a signal to another process or has the kernel send one: ``alarm`` and
``setitimer`` signal the caller itself, and a pipe or socket that breaks does the same. ``timer_create``, ``mq_notify``,
``rt_sigqueueinfo`` and ``pidfd_send_signal``, which takes a folder of /proc for a process, are in no table.
"""

RULES_WITH: Mapping[str, Mapping[str, Rule]] = {
    "loopback": {
        "socket": _streams(_INET, _INET6, protocols=(0, _TCP)),
        **dict.fromkeys(("connect", "accept", "bind", "listen", "accept4"), FREE),
    },
    "processes": {
        **dict.fromkeys(("kill", "tkill", "tgkill"), _NOT_TO_THE_BOX),
        "clone": _started_with(_THREAD, _FORK, _PLAIN_FORK, _SPAWN),
        **dict.fromkeys(("fork", "vfork", "execve", "setpgid", "setsid", "pidfd_open"), FREE),
        **dict.fromkeys(("chdir", "ftruncate", "mkdir", "mkdirat", "rmdir", "unlink", "unlinkat"), FREE),
        **dict.fromkeys(("rename", "renameat", "renameat2"), FREE),
        # A pipe with a name, by which worker processes can wait for each other; no device, and no socket.
        "mknod": (OneOf(argument=1, mask=_S_IFMT, values=(_S_IFIFO,)),),
        "mknodat": (OneOf(argument=2, mask=_S_IFMT, values=(_S_IFIFO,)),),
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
    program = assembled(filter_for(here, os.getpid(), os.getppid(), needs))
    buffer = ctypes.create_string_buffer(program, len(program))
    kernel.call(here.seccomp, _SET_FILTER, 0, struct.pack("HxxxxxxQ", len(program) // 8, ctypes.addressof(buffer)))


def assembled(program: Sequence[Instruction]) -> bytes:
    """A program as the kernel reads it, eight bytes for each instruction."""
    return b"".join(struct.pack("=HBBI", *each) for each in program)


def filter_for(here: Processor, own: int, parent: int, needs: Collection[str]) -> list[Instruction]:
    """Compile the tables for a process and its parent."""
    program = [
        (_LOAD, 0, 0, _AUDIT),
        (_EQUAL, 1, 0, here.audit),
        (_RETURN, 0, 0, _KILL_PROCESS),
        (_LOAD, 0, 0, _NUMBER),
    ]
    if here.foreign is not None:
        program += [(_AT_LEAST, 0, 1, here.foreign), (_RETURN, 0, 0, _KILL_PROCESS)]
    processes = {Process.OWN: own, Process.PARENT: parent, Process.GROUP_OF_PARENT: -parent & 0xFFFFFFFF}
    for name, number in here.calls.items():
        rule = rule_for(name, needs)
        if rule is not None:
            body = [each for condition in rule for each in _test(condition, processes)]
            program += [(_EQUAL, 0, len(body) + 1, number), *body, (_RETURN, 0, 0, _ALLOW)]
    return [*program, (_RETURN, 0, 0, _FAIL | EPERM)]


def _test(condition: Condition, processes: Mapping[Process, int]) -> list[Instruction]:
    """Run on to the next instruction if the condition holds, and have the call fail otherwise."""
    values = [processes[value] if isinstance(value, Process) else value for value in condition.values]
    fail = (_RETURN, 0, 0, _FAIL | condition.otherwise)
    if isinstance(condition, NoneOf):
        tests = [each for value in values for each in ((_EQUAL, 0, 1, value), fail)]
    else:
        tests = [*((_EQUAL, len(values) - index, 0, value) for index, value in enumerate(values)), fail]
    tests = [_load(condition.argument), (_AND, 0, 0, condition.mask), *tests]
    if condition.when is None:
        return tests
    argument, value = condition.when
    return [_load(argument), (_EQUAL, 0, len(tests), value), *tests]


def _load(argument: int) -> Instruction:
    return (_LOAD, 0, 0, _ARGUMENTS + 8 * argument)
