"""System calls that the standard library has no function for."""

from __future__ import annotations

import ctypes
import errno
import os
import struct
import sys
from collections.abc import Collection, Iterable, Sequence

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_CAPBSET_DROP = 1, 4, 24
PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 36, 38
CLONE_NEWUSER = 0x10000000

_CAPSET = {"x86_64": 126, "aarch64": 91}
_CAPABILITIES_VERSION = 0x20080522

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long


def call(number: int, *arguments: int | bytes | None) -> int:
    """Make a system call; raises OSError. Integers are passed in full width, bytes as a pointer to them."""
    plain = [ctypes.c_long(each) if isinstance(each, int) else each for each in arguments]
    return _checked(_libc.syscall(ctypes.c_long(number), *plain))


def prctl(option: int, value: int) -> None:
    """Change one property of this process; raises OSError."""
    _checked(_libc.prctl(option, ctypes.c_ulong(value), ctypes.c_ulong(0), ctypes.c_ulong(0), ctypes.c_ulong(0)))


def unshare(flags: int) -> None:
    """Leave namespaces that are shared with others; raises OSError. (``os.unshare`` is new in Python 3.12.)"""
    _checked(_libc.unshare(flags))


def drop_capabilities() -> None:
    """Give up what root may do beyond being the owner of root's files. Does nothing on unknown processors."""
    number = _CAPSET.get(os.uname().machine)
    if sys.platform != "linux" or number is None:
        return
    for capability in range(64):
        _libc.prctl(PR_CAPBSET_DROP, ctypes.c_ulong(capability), 0, 0, 0)
    call(number, struct.pack("=Ii", _CAPABILITIES_VERSION, 0), bytes(24))


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


# ---- landlock --------------------------------------------------------------------------------------------------------
#
# Landlock: which files a process may read, write or execute, and which TCP ports it may use, for good.
#
# An allow-list by folder, enforced by the kernel for the process and everything it starts (kernel.org, "Landlock:
# unprivileged access control"). It sees neither ``stat`` nor ``readlink``: that a file exists is no secret it keeps.


EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
TRUNCATE, IOCTL_DEV = 1 << 14, 1 << 15
READ = READ_FILE | READ_DIR
USE = READ_FILE | WRITE_FILE
"""Of a device that is always there, such as /dev/null."""
EVERYTHING = (1 << 16) - 1

_ON_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV
_KNOWN_SINCE = ((5, 16), (3, 15), (2, 14), (1, 13))
"""From which version of the interface on how many rights are known."""
_CREATE, _ADD, _RESTRICT = 444, 445, 446
_ASK_VERSION = 1
_PATH, _PORT = 1, 2
_BIND_TCP, _CONNECT_TCP = 1, 2
_SCOPES = 3
"""Neither connect to abstract sockets nor send signals to anybody outside of this very fence."""

Grant = tuple[str, int]
"""A path, and the rights below it."""


def landlock_version() -> int:
    """The version of the interface that this kernel has, 0 for none.

    2 knows renames, 3 truncation, 4 TCP, 5 devices, 6 signals and abstract sockets.
    """
    try:
        return call(_CREATE, None, 0, _ASK_VERSION)
    except OSError:
        return 0


def restrict_files(grants: Iterable[Grant], *, ports: Sequence[int] | None) -> None:
    """Give up every file but those granted, and every TCP port but these; None leaves the network as it is.

    What is granted and not there is left out. Needs ``no_new_privs``. Raises OSError where there is no Landlock.
    """
    known = landlock_version()
    handled = (1 << next(rights for since, rights in _KNOWN_SINCE if known >= since)) - 1 if known else 0
    network = _BIND_TCP | _CONNECT_TCP if known >= 4 and ports is not None else 0
    attributes = struct.pack("=QQQ", handled, network, _SCOPES)[: 24 if known >= 6 else 16 if known >= 4 else 8]
    rules = call(_CREATE, attributes, len(attributes), 0)
    try:
        for path, access in grants:
            _grant(rules, path, access & handled)
        if network:
            for port in ports or ():
                call(_ADD, rules, _PORT, struct.pack("=QQ", network, port), 0)
        call(_RESTRICT, rules, 0)
    finally:
        os.close(rules)


def _grant(rules: int, path: str, access: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        call(_ADD, rules, _PATH, struct.pack("=Qi", access, descriptor), 0)
    except OSError:
        # A right that only folders have is refused for a file; to ask the file system first costs as much again.
        call(_ADD, rules, _PATH, struct.pack("=Qi", access & _ON_FILES, descriptor), 0)
    finally:
        os.close(descriptor)


# ---- seccomp ---------------------------------------------------------------------------------------------------------
#
# Seccomp: the system calls a process may make, for good. An allow-list, for x86-64.
#
# Measured with strace on honest programs of both backends. A list of what is forbidden was tried first and leaked
# ``prlimit64``, ``process_vm_writev`` and ``io_uring`` before anybody had thought of them. What is refused fails with
# EPERM, so that the student's code sees an ordinary PermissionError.


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


def seccomp_fits() -> bool:
    """Whether the table of calls is that of this machine."""
    return sys.platform == "linux" and os.uname().machine == "x86_64" and sys.maxsize > 2**32


def restrict_calls(needs: Collection[str] = ()) -> None:
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
