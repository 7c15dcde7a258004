"""What the trusted side tells a box: its orders, once at its start, and the order for a job, once for every child.

Both cross as one JSON line each, so they are typed dictionaries: ``sandbox`` builds them, ``box`` takes them apart, and
mypy checks both sides against these types. The box does not check them again, as only the trusted side writes them.
"""

from __future__ import annotations

from typing import Literal, TypedDict

FILTERED_MACHINES = ("x86_64", "aarch64")
"""The processors for which ``box.seccomp`` has a table of system calls, as ``uname -m`` calls them."""

NEWEST_LANDLOCK = 6
"""The newest version of Landlock that ``box.kernel`` knows."""

Access = Literal["read", "list", "read-file", "use", "run", "write"]
"""What a grant allows. ``box.kernel`` translates each into the rights of Landlock.

``read`` and ``list`` hold for a folder and all below it: ``read`` opens its files, ``list`` shows their names alone.
``read-file`` and ``use`` (read and write) are for one file or device, ``run`` is for a program, and ``write`` allows
everything in a folder but to run what is in it.
"""


class Grant(TypedDict):
    """A path that the fence leaves open."""

    path: str
    access: Access
    need: str
    """The path is open only to exercises with this need (``loopback``, ``processes``); to all if it is empty."""


class Targets(TypedDict):
    """Where the self-test of a box looks for files that must not be within its reach."""

    secrets: list[str]
    """Files with something to hide."""
    home: str
    known: list[str]
    """Names in the home folder on the way to the interpreter; only others prove that the home folder can be seen."""
    folders: list[str]
    """Folders that it must not write into."""


class Orders(TypedDict):
    """What a box is told at its start."""

    level: int
    landlock: int
    """The newest version of Landlock to use."""
    root: str
    """The folder that holds our package."""
    user: int | None
    """The user that the box becomes if it is started as root."""
    mapped: bool
    """Whether bubblewrap has put it into a user namespace of its own already."""
    countable: bool
    """Whether the kernel counts processes for each user namespace apart."""
    grants: list[Grant]
    scratch: str
    """How the path of a folder for a submission with ``processes`` begins. At level 3 it is in memory."""
    targets: Targets


class JobLimits(TypedDict):
    """What a child may use for all of its plays together, and the virtual bounds of one play."""

    memory: int
    """Bytes of address space."""
    cpu: int
    """Seconds of CPU time."""
    steps: int
    horizon: float
    """Virtual seconds."""


class JobOrder(TypedDict):
    """A program that a child is to play, and what it may use."""

    module: str
    submission: str
    scenarios: str
    limits: JobLimits
    needs: list[str]
    proof: str
    """Proves nothing: it is bait for a submission that searches the memory of the grader for a way to claim a fault.

    Nothing compares it. No message of our own code has a key of this name, so a line that has one is of no shape that
    the trusted side knows: it is tampered, and costs the submission its points.
    """
