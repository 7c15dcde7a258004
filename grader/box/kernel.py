"""System calls that the standard library has no function for."""

from __future__ import annotations

import ctypes
import os
import struct
import sys

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
