"""The levels of isolation: what each is made of, which one a box has proven to have, and what may run at it.

A level is never claimed. A box tries from the inside what its level promises to prevent (``box.selftest``); each such
try is a ``Probe``. If a probe succeeds, ``proven`` gives a lower level, which is printed, stored with every verdict and
compared by ``require``.
"""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache

from grader.errors import MachineError
from grader.wire.orders import FILTERED_MACHINES

STRONGEST = 3
FENCED = 2
"""The lowest level at which other people's code runs without ``--allow-level``."""

LEVELS = {
    3: "namespaces of its own (bubblewrap), Landlock, seccomp and resource limits",
    2: "Landlock, seccomp and resource limits; the processes and the network are this computer's",
    1: "resource limits, and seccomp on x86-64 and 64-bit ARM; run your own code, or that of people you trust",
    0: "a process of its own; run your own code only",
}

LAST_PROBE = "run a program"
"""The last thing a box of level 2 tries: if it succeeds, the self-test is another program and reports nothing more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One thing that was tried inside a box."""

    level: int
    """The lowest level that promises to prevent it."""
    what: str
    prevented: bool
    detail: str
    """How it was prevented, or what came of it."""


def read_probes(rows: object) -> tuple[Probe, ...]:
    """Read what the self-test of a box reports. No learner's code has run there yet."""
    assert isinstance(rows, list)
    return tuple(
        Probe(level=int(level), what=str(what), prevented=prevented is True, detail=str(detail))
        for level, what, prevented, detail in rows
    )


def proven(wanted: int, probes: Sequence[Probe]) -> int:
    """The highest level up to ``wanted`` at which every probe of this and of the lower levels was prevented."""
    for level in range(1, wanted + 1):
        tried = [probe for probe in probes if probe.level == level]
        silent = level == FENCED and LAST_PROBE not in [probe.what for probe in tried]
        if not tried or silent or not all(probe.prevented for probe in tried):
            return level - 1
    return wanted


# ---- what this computer has ------------------------------------------------------------------------------------------


@cache
def bubblewrap() -> str | None:
    """The path of bubblewrap, if it is installed where programs usually are."""
    return shutil.which("bwrap", path=f"{os.defpath}:/usr/local/bin") if sys.platform == "linux" else None


def ceiling() -> tuple[int, str]:
    """The strongest level that can be tried on this computer, and why there is no stronger one."""
    if sys.platform != "linux":
        return 0, f"the fences need Linux, and this is {platform.system()}"
    if platform.machine() not in FILTERED_MACHINES:
        return 1, f"the table of system calls is for {', '.join(FILTERED_MACHINES)}, and this is {platform.machine()}"
    if bubblewrap() is None:
        return 2, "bubblewrap is not installed (package `bubblewrap`)"
    return 3, ""


@cache
def countable() -> bool:
    """Whether the kernel counts processes per user namespace, as it does since 5.14.

    Before that the limit of a box would count every process of its user, and refuse the first thread of a play.
    """
    release = platform.release().split(".")
    return tuple(int("".join(filter(str.isdigit, part)) or 0) for part in release[:2]) >= (5, 14)


# ---- what may run at a level -----------------------------------------------------------------------------------------


def require(level: int, *, allowed: int = FENCED) -> None:
    """Refuse to run other people's code below level 2, or below the level that was allowed: raises MachineError."""
    if level < min(allowed, FENCED):
        raise MachineError(
            f"this computer isolates other people's code at level {level} only: {LEVELS[level]}",
            hint=f"Run `grade doctor` to see why, or accept the risk with `--allow-level {level}`.",
        )


def refusal(needs: Collection[str], level: int, landlock: int) -> str:
    """Why an exercise with these needs cannot be judged at a level; empty if it can. ``landlock`` is its version."""
    if "processes" in needs and level == FENCED:
        return (
            f"It cannot be judged here: it starts processes, which isolation level {level} does not allow. "
            "Run `grade doctor` to see why this computer does not have level 3."
        )
    if "loopback" in needs and level == FENCED and landlock < 4:
        return (
            "It cannot be judged here: it uses the network, and this kernel cannot restrict it to ports of its own. "
            "Run `grade doctor` to see why this computer does not have level 3."
        )
    return ""


def shared(needs: Collection[str], level: int) -> str:
    """What a program shares with this computer at a level because of its needs, in words; empty for nothing."""
    if "loopback" in needs and level < STRONGEST:
        ports = "any of its TCP ports" if level < FENCED else "sixteen of its TCP ports"
        return f"its programs used the network of the computer they ran on, and {ports}"
    return ""
