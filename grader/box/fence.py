"""What stands between a student's code and this computer: the fences of one level, put up in a child of the zygote."""

from __future__ import annotations

import os
import resource
import sys
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from grader.box import kernel, landlock, ports, seccomp

PROCESSES = 512
"""Processes and threads of a whole box, where they can be counted apart from those of its user."""
MORE_PROCESSES = 1024
"""How many more than its user has now, where they cannot; root may have any number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fence:
    """What the trusted side has decided for a box, and what the zygote found possible."""

    level: int
    readable: tuple[str, ...]
    listable: tuple[str, ...]
    """Folders whose names may be seen and not their files."""
    resolver: tuple[str, ...]
    """Files that turn the name localhost into an address."""
    scratch: str
    """How the path of a folder for a submission with ``processes`` begins. At level 3 it is in memory."""
    interpreter: tuple[str, ...]
    """The programs that a submission with ``processes`` may run."""
    processes: int
    """How many processes and threads the user of the box may have, as the kernel counts them."""

    @staticmethod
    def of(document: dict[str, Any], *, counted: bool) -> Fence:
        return Fence(
            level=document["level"],
            readable=tuple(document["readable"]),
            listable=tuple(document["listable"]),
            resolver=tuple(document["resolver"]),
            scratch=document["scratch"],
            interpreter=tuple(document["interpreter"]),
            processes=PROCESSES if counted else _tasks_of_user() + MORE_PROCESSES,
        )

    def put_up(self, needs: Collection[str] = (), folder: str | None = None) -> None:
        """Confine this process for good. ``folder`` is the one place it may write in. Raises OSError.

        Called when everything that the grader's own code has to open is open: Landlock comes before seccomp, which
        refuses the calls of both.
        """
        if sys.platform == "linux":
            resource.setrlimit(resource.RLIMIT_NPROC, _lowered(resource.RLIMIT_NPROC, self.processes))
        if self.level >= 1 and sys.platform == "linux":
            kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
        if self.level >= 2:
            own = _reserve_ports(self.level, needs)
            landlock.restrict(self._grants(needs, folder), ports=own)
            ports.hand_out(own or ())
        if self.level >= 1 and seccomp.fits():
            seccomp.restrict(needs)

    def _grants(self, needs: Collection[str], folder: str | None) -> list[landlock.Grant]:
        grants = [(path, landlock.READ) for path in self.readable]
        grants += [(path, landlock.READ_DIR) for path in self.listable]
        grants += [("/dev/null", landlock.USE), ("/dev/zero", landlock.USE), ("/dev/urandom", landlock.READ_FILE)]
        grants.append((_own_threads(), landlock.READ))
        if "loopback" in needs:
            grants += [(path, landlock.READ) for path in self.resolver]
        if "processes" in needs:
            # Of /proc a box of level 3 shows its own processes only, and Landlock keeps memory and environment shut.
            grants.append(("/proc", landlock.READ))
            grants += [(path, landlock.READ_FILE | landlock.EXECUTE) for path in self.interpreter]
        if folder is not None:
            grants += [
                (folder, landlock.READ),
                (os.path.join(folder, "scratch"), landlock.EVERYTHING & ~landlock.EXECUTE),
            ]
        return grants


def _lowered(kind: int, value: int) -> tuple[int, int]:
    hard = resource.getrlimit(kind)[1]
    capped = value if hard == resource.RLIM_INFINITY else min(value, hard)
    return capped, capped


def _tasks_of_user() -> int:
    """How many threads all processes of our user have: each is a folder, and a folder counts those in it."""
    user, found = os.geteuid(), 0
    for name in os.listdir("/proc") if os.path.isdir("/proc") else ():
        with suppress(OSError, ValueError):
            status = os.stat(f"/proc/{int(name)}/task")
            found += status.st_nlink - 2 if status.st_uid == user else 0
    return found


def _own_threads() -> str:
    """The folder in which the watch and the worker threads are looked up.

    Landlock knows a file by its inode, and /proc makes new ones when memory is short: as long as somebody has this
    folder open, it stays the same.
    """
    os.open("/proc/self/task", os.O_PATH | os.O_CLOEXEC)
    return "/proc/self/task"


def _reserve_ports(level: int, needs: Collection[str]) -> tuple[int, ...] | None:
    """The TCP ports that may be used; None for all of them, where there is nobody else in the network."""
    if "loopback" not in needs:
        return ()
    return None if level >= 3 else ports.reserve()
