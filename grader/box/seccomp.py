"""Seccomp: the system calls a process may make, for good. An allow-list, for x86-64.

Measured with strace on honest programs of both backends. A list of what is forbidden was tried first and leaked
``prlimit64``, ``process_vm_writev`` and ``io_uring`` before anybody had thought of them. What is refused fails with
EPERM, so that the student's code sees an ordinary PermissionError.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
import sys
from collections.abc import Collection

from grader.box.kernel import call

_SECCOMP, _SET_FILTER = 317, 1
_X86_64 = 0xC000003E
_X32 = 0x40000000
"""Bit of the x32 calls, a second door to the same kernel."""

_FILES = (0, 1, 2, 3, 4, 5, 6, 8, 17, 18, 19, 20, 21, 72, 73, 78, 79, 89, 217, 221, 257, 262, 267, 269, 332, 439)
"""read write open close stat fstat lstat lseek pread64 pwrite64 readv writev access fcntl flock getdents getcwd
readlink getdents64 fadvise64 openat newfstatat readlinkat faccessat statx faccessat2. Landlock says which files."""
_DESCRIPTORS = (7, 22, 23, 32, 33, 213, 232, 233, 270, 271, 281, 284, 290, 291, 292, 293, 436, 441)
"""poll pipe select dup dup2 epoll_create epoll_wait epoll_ctl pselect6 ppoll epoll_pwait eventfd eventfd2 epoll_create1
dup3 pipe2 close_range epoll_pwait2"""
_SOCKETS = (44, 45, 46, 47, 48, 51, 52, 54, 55)
"""sendto recvfrom sendmsg recvmsg shutdown getsockname getpeername setsockopt getsockopt"""
_MEMORY = (9, 10, 11, 12, 25, 28, 324)
"""mmap mprotect munmap brk mremap madvise membarrier"""
_SIGNALS = (13, 14, 15, 34, 36, 37, 38, 127, 128, 130, 131, 219)
"""rt_sigaction rt_sigprocmask rt_sigreturn pause getitimer alarm setitimer rt_sigpending rt_sigtimedwait rt_sigsuspend
sigaltstack restart_syscall"""
_CLOCKS = (35, 96, 100, 201, 228, 229, 230, 283, 286, 287)
"""nanosleep gettimeofday times time clock_gettime clock_getres clock_nanosleep timerfd_create timerfd_settime
timerfd_gettime"""
_SELF = (24, 39, 60, 61, 63, 95, 97, 98, 99, 102, 104, 107, 108, 110, 111, 115, 118, 120, 121, 124, 158, 186, 202, 204)
"""sched_yield getpid exit wait4 uname umask getrlimit getrusage sysinfo getuid getgid geteuid getegid getppid getpgrp
getgroups getresuid getresgid getpgid getsid arch_prctl gettid futex sched_getaffinity"""
_MORE_OF_SELF = (218, 231, 247, 273, 309, 318, 334)
"""set_tid_address exit_group waitid set_robust_list getcpu getrandom rseq"""
_LOOPBACK = (42, 43, 49, 50, 288)
"""connect accept bind listen accept4"""
_PROCESSES = (57, 58, 59, 80, 82, 83, 84, 87, 109, 112, 258, 263, 264, 316, 77, 424, 434)
"""fork vfork execve chdir rename mkdir rmdir unlink setpgid setsid mkdirat unlinkat renameat renameat2 ftruncate
pidfd_send_signal pidfd_open"""

_ALWAYS = (*_FILES, *_DESCRIPTORS, *_SOCKETS, *_MEMORY, *_SIGNALS, *_CLOCKS, *_SELF, *_MORE_OF_SELF)

_KILL, _TKILL, _TGKILL, _CLONE, _CLONE3, _IOCTL, _PRCTL, _PRLIMIT, _SOCKET, _SOCKETPAIR = (
    62,
    200,
    234,
    56,
    435,
    16,
    157,
    302,
    41,
    53,
)
_CLONE_THREAD = 0x10000
_CLONE_NEW = 0x7E020080
"""Every flag that makes a namespace."""
_IOCTLS = (0x5421, 0x5451, 0x5450, 0x5401, 0x541B, 0x5413)
"""FIONBIO FIOCLEX FIONCLEX TCGETS FIONREAD TIOCGWINSZ"""
_PRCTLS = (15, 16, 0x53564D41)
"""PR_SET_NAME PR_GET_NAME PR_SET_VMA"""
_UNIX, _INET, _INET6 = 1, 2, 10
_STREAM = 1

_LOAD, _EQUAL, _HAS_BITS, _AT_LEAST, _AND, _RETURN = 0x20, 0x15, 0x45, 0x35, 0x54, 0x06
_ALLOW, _KILL_PROCESS = 0x7FFF0000, 0x80000000

Instruction = tuple[int, int, int, int]


def fits() -> bool:
    """Whether the table of calls is that of this machine."""
    return sys.platform == "linux" and os.uname().machine == "x86_64" and sys.maxsize > 2**32


def restrict(needs: Collection[str] = ()) -> None:
    """Give up every call that the needs do not ask for. Needs ``no_new_privs``. Raises OSError."""
    program = b"".join(struct.pack("=HBBI", *each) for each in filter_for(os.getpid(), os.getppid(), needs))
    buffer = ctypes.create_string_buffer(program, len(program))
    call(_SECCOMP, _SET_FILTER, 0, struct.pack("HxxxxxxQ", len(program) // 8, ctypes.addressof(buffer)))


def filter_for(own: int, parent: int, needs: Collection[str]) -> list[Instruction]:
    """The program in the kernel's instructions: load, compare, jump over so many if true, so many if false."""
    allowed = [*_ALWAYS, *(_LOOPBACK if "loopback" in needs else ()), *(_PROCESSES if "processes" in needs else ())]
    found = [
        (_LOAD, 0, 0, 4),
        (_EQUAL, 1, 0, _X86_64),
        (_RETURN, 0, 0, _KILL_PROCESS),
        (_LOAD, 0, 0, 0),
        (_AT_LEAST, 0, 1, _X32),
        (_RETURN, 0, 0, _KILL_PROCESS),
    ]
    for number in allowed:
        found += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _ALLOW)]
    for number in (_KILL, _TKILL, _TGKILL):
        found += (
            _unless(number, 0, (0, 1, parent, 2**32 - 1)) if "processes" in needs else _if_one_of(number, 0, (own,))
        )
    found += _if_one_of(_PRLIMIT, 0, (0, own))
    found += _if_one_of(_IOCTL, 1, _IOCTLS)
    found += _if_one_of(_PRCTL, 0, _PRCTLS)
    # A datagram socket of a pair sends to any other by its name, journald's for example; a stream does not.
    found += _of_type_stream(_SOCKETPAIR, (_UNIX,))
    if "loopback" in needs:
        found += _of_type_stream(_SOCKET, (_INET, _INET6))
    flags, fine, not_so = (_CLONE_NEW, 1, 0) if "processes" in needs else (_CLONE_THREAD, 0, 1)
    found += [(_EQUAL, 0, 4, _CLONE), (_LOAD, 0, 0, 16), (_HAS_BITS, fine, not_so, flags), (_RETURN, 0, 0, _ALLOW)]
    found += [(_RETURN, 0, 0, _refused(errno.EPERM))]
    # The flags of clone3 stand in memory, out of reach of a filter: without it, libc falls back to clone.
    found += [(_EQUAL, 0, 1, _CLONE3), (_RETURN, 0, 0, _refused(errno.ENOSYS))]
    return [*found, (_RETURN, 0, 0, _refused(errno.EPERM))]


def _refused(number: int) -> int:
    return 0x00050000 | number


def _if_one_of(number: int, argument: int, values: Collection[int]) -> list[Instruction]:
    """Allow a call if its argument, as the kernel reads it in 32 bits, is one of the values."""
    body: list[Instruction] = [(_LOAD, 0, 0, 16 + 8 * argument)]
    for value in values:
        body += [(_EQUAL, 0, 1, value), (_RETURN, 0, 0, _ALLOW)]
    body.append((_RETURN, 0, 0, _refused(errno.EPERM)))
    return [(_EQUAL, 0, len(body), number), *body]


def _unless(number: int, argument: int, values: Collection[int]) -> list[Instruction]:
    body: list[Instruction] = [(_LOAD, 0, 0, 16 + 8 * argument)]
    for value in values:
        body += [(_EQUAL, 0, 1, value), (_RETURN, 0, 0, _refused(errno.EPERM))]
    body.append((_RETURN, 0, 0, _ALLOW))
    return [(_EQUAL, 0, len(body), number), *body]


def _of_type_stream(number: int, families: Collection[int]) -> list[Instruction]:
    """Allow the making of stream sockets of these families. The type shares its argument with two flags."""
    body: list[Instruction] = [(_LOAD, 0, 0, 24), (_AND, 0, 0, 0xF), (_EQUAL, 1, 0, _STREAM)]
    body += [(_RETURN, 0, 0, _refused(errno.EPERM)), (_LOAD, 0, 0, 16)]
    for family in families:
        body += [(_EQUAL, 0, 1, family), (_RETURN, 0, 0, _ALLOW)]
    body.append((_RETURN, 0, 0, _refused(errno.EAFNOSUPPORT)))
    return [(_EQUAL, 0, len(body), number), *body]
