"""System calls that the standard library has no function for, among them Landlock, the fence round files and ports.

Landlock (kernel.org, "Landlock: unprivileged access control") is an allow-list by folder, which the kernel enforces for
the process and all that it starts. It covers neither ``stat`` nor ``readlink``: it does not hide that a file exists.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from collections.abc import Iterable, Mapping, Sequence

from grader.wire.orders import Access, Grant

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_CAPBSET_DROP = 1, 4, 24
PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 36, 38
CLONE_NEWUSER = 0x10000000

_CAPSET = {"x86_64": 126, "aarch64": 91}
_CAPABILITIES_VERSION = 0x20080522

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long


def call(number: int, *arguments: int | bytes | None) -> int:
    """Make a system call; raises OSError. Integers are passed in full width, bytes as a pointer to them."""
    plain = [ctypes.c_long(argument) if isinstance(argument, int) else argument for argument in arguments]
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


# ---- Landlock --------------------------------------------------------------------------------------------------------

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_TRUNCATE, _IOCTL_DEV = 1 << 14, 1 << 15
_EVERYTHING = (1 << 16) - 1
_ON_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEV

_RIGHTS: Mapping[Access, int] = {
    "read": _READ_FILE | _READ_DIR,
    "list": _READ_DIR,
    "read-file": _READ_FILE,
    "use": _READ_FILE | _WRITE_FILE,
    "run": _READ_FILE | _EXECUTE,
    "write": _EVERYTHING & ~_EXECUTE,
}
_KNOWN_SINCE = ((5, 16), (3, 15), (2, 14), (1, 13))
"""Versions of the interface, and how many rights are known from each of them on."""

_CREATE, _ADD, _RESTRICT = 444, 445, 446
_ASK_VERSION = 1
_PATH, _PORT = 1, 2
_BIND_TCP, _CONNECT_TCP = 1, 2
_SCOPES = 3
"""The flags that forbid connecting to abstract sockets, and sending signals, outside of this very fence."""


def landlock_version() -> int:
    """The version of the interface that this kernel has, 0 for none.

    2 knows renames, 3 truncation, 4 TCP, 5 devices, 6 signals and abstract sockets.
    """
    try:
        return call(_CREATE, None, 0, _ASK_VERSION)
    except OSError:
        return 0


def restrict_files(version: int, grants: Iterable[Grant], *, ports: Sequence[int] | None) -> None:
    """Give up every file but those granted, and every TCP port but these; None leaves the network as it is.

    ``version`` is the one of Landlock to use, no higher than the kernel's. A granted path that does not exist is left
    out. Needs ``no_new_privs``. Raises OSError where there is no Landlock.
    """
    handled = (1 << next(rights for since, rights in _KNOWN_SINCE if version >= since)) - 1 if version else 0
    network = _BIND_TCP | _CONNECT_TCP if version >= 4 and ports is not None else 0
    attributes = struct.pack("=QQQ", handled, network, _SCOPES)[: 24 if version >= 6 else 16 if version >= 4 else 8]
    rules = call(_CREATE, attributes, len(attributes), 0)
    try:
        for grant in grants:
            _allow(rules, grant["path"], _RIGHTS[grant["access"]] & handled)
        if network:
            for port in ports or ():
                call(_ADD, rules, _PORT, struct.pack("=QQ", network, port), 0)
        call(_RESTRICT, rules, 0)
    finally:
        os.close(rules)


def _allow(rules: int, path: str, rights: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        call(_ADD, rules, _PATH, struct.pack("=Qi", rights, descriptor), 0)
    except OSError:
        # A right that only folders have is refused for a file; to ask the file system first costs as much again.
        call(_ADD, rules, _PATH, struct.pack("=Qi", rights & _ON_FILES, descriptor), 0)
    finally:
        os.close(descriptor)
