"""Landlock: which files a process may read, write or execute, and which TCP ports it may use, for good.

An allow-list by folder, enforced by the kernel for the process and everything it starts (kernel.org, "Landlock:
unprivileged access control"). It sees neither ``stat`` nor ``readlink``: that a file exists is no secret it keeps.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable, Sequence

from grader.box.kernel import call

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


def version() -> int:
    """The version of the interface that this kernel has, 0 for none.

    2 knows renames, 3 truncation, 4 TCP, 5 devices, 6 signals and abstract sockets.
    """
    try:
        return call(_CREATE, None, 0, _ASK_VERSION)
    except OSError:
        return 0


def restrict(grants: Iterable[Grant], *, ports: Sequence[int] | None) -> None:
    """Give up every file but those granted, and every TCP port but these; None leaves the network as it is.

    What is granted and not there is left out. Needs ``no_new_privs``. Raises OSError where there is no Landlock.
    """
    known = version()
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
