"""The files of this computer that a box may read: one table, a line for each, with the reason.

To let a box read one more, add a line to ``_FIXED``, or to ``_of_this_interpreter`` if its path depends on where Python
is installed. At level 3 bubblewrap mounts these files and no others; at level 2 and 3 Landlock keeps all others shut.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from grader.wire.orders import Access, Grant


@dataclass(frozen=True, slots=True)
class Opening:
    """A path that is open in every box, or in a job with the need. A path that does not exist is left out."""

    path: str
    why: str
    access: Access = "read"
    need: str = ""

    @property
    def is_mounted(self) -> bool:
        """Whether level 3 mounts it. /dev and /proc are made anew there; a program lies in a folder that is mounted."""
        return self.access == "read" and not self.path.startswith(("/dev/", "/proc"))


_FIXED = (
    Opening("/lib", "shared libraries"),
    Opening("/lib32", "shared libraries"),
    Opening("/lib64", "shared libraries, and the program that loads them"),
    Opening("/usr/lib", "shared libraries"),
    Opening("/usr/lib32", "shared libraries"),
    Opening("/usr/lib64", "shared libraries"),
    Opening("/etc/ld.so.cache", "says where shared libraries are"),
    Opening("/etc/localtime", "datetime asks for the local time zone"),
    Opening("/usr/share/zoneinfo", "zoneinfo"),
    Opening("/dev/null", "os.devnull", "use"),
    Opening("/dev/zero", "always there, and harmless", "use"),
    Opening("/dev/urandom", "random, where the call for it is not used", "read-file"),
    Opening("/proc/self/task", "the watch and the simulation look whether threads sleep"),
    Opening("/etc/hosts", "turns localhost into an address", need="loopback"),
    Opening("/etc/nsswitch.conf", "says how names are turned into addresses", need="loopback"),
    Opening("/etc/host.conf", "says how names are turned into addresses", need="loopback"),
    Opening("/etc/resolv.conf", "says how names are turned into addresses", need="loopback"),
    Opening("/etc/services", "turns names into ports", need="loopback"),
    Opening("/etc/gai.conf", "sorts the addresses of a name", need="loopback"),
    # A box of level 3 shows its own processes only, and Landlock keeps memory and environment of the others shut.
    Opening("/proc", "subprocess and asyncio look at their children", need="processes"),
)


def _of_this_interpreter() -> Iterator[Opening]:
    for prefix in {*(sys.prefix, sys.base_prefix), *map(os.path.realpath, (sys.prefix, sys.base_prefix))}:
        for name in ("lib", "lib64", "pyvenv.cfg"):
            yield Opening(os.path.join(prefix, name), "the standard library, installed packages, and where they are")
    for path in sys.path:
        if os.path.basename(path) in ("site-packages", "dist-packages"):
            yield Opening(path, "installed packages")
    spec = find_spec("anyio")
    if spec is not None and spec.origin is not None:
        yield Opening(str(Path(spec.origin).parent.parent), "anyio, and what is installed beside it")
    for program in _interpreters():
        yield Opening(os.path.dirname(program), "the interpreter")
        yield Opening(program, "the only program that a submission may run", "run", need="processes")
    for folder in ("/lib64", "/lib"):
        for path in map(str, Path(folder).glob("ld-*.so*")):
            yield Opening(path, "the kernel runs it to load the interpreter's libraries", "run", need="processes")


def openings() -> tuple[Opening, ...]:
    """The whole table, for this computer."""
    return (*_FIXED, *_of_this_interpreter())


def grants(*, hidden: Path | None) -> list[Grant]:
    """What the orders of a box say about files. ``hidden`` is a folder inside the openings that stays shut."""
    readable, listable = _split(trees(), hidden)
    return [
        *(Grant(path=path, access="read", need="") for path in readable),
        *(Grant(path=path, access="list", need="") for path in listable),
        *(Grant(path=each.path, access=each.access, need=each.need) for each in openings() if not _is_tree(each)),
    ]


def mounted() -> tuple[str, ...]:
    """The paths that level 3 mounts."""
    return (*trees(), *(each.path for each in openings() if each.is_mounted and each.need))


@cache
def trees() -> tuple[str, ...]:
    """The files that are open to every job, and folders with all that is in them, those above others first."""
    paths = {each.path for each in openings() if _is_tree(each)}
    # What a link points to is visible under its own name as well.
    paths |= {os.path.realpath(path) for path in paths}
    return tuple(sorted(path for path in paths if os.path.lexists(path) and not _inside_another(path, paths)))


def _is_tree(opening: Opening) -> bool:
    return opening.is_mounted and not opening.need


def _inside_another(path: str, others: set[str]) -> bool:
    return any(str(parent) in others and not os.path.islink(parent) for parent in Path(path).parents)


def _interpreters() -> tuple[str, ...]:
    """The program that runs this, under every name that it has between the first and the file itself."""
    names = [sys.executable]
    while os.path.islink(names[-1]) and len(names) < 20:
        names.append(os.path.normpath(os.path.join(os.path.dirname(names[-1]), os.readlink(names[-1]))))
    return tuple(dict.fromkeys([*names, os.path.realpath(sys.executable)]))


def _split(paths: tuple[str, ...], hidden: Path | None) -> tuple[list[str], list[str]]:
    """The paths that are open with all below them, and those whose names are open only, as ``hidden`` is below them."""
    readable: list[str] = []
    listable: list[str] = []
    for tree in paths:
        if hidden is None or not hidden.is_relative_to(os.path.realpath(tree)):
            readable.append(tree)
            continue
        place = Path(os.path.realpath(tree))
        while place != hidden:
            following = place / hidden.relative_to(place).parts[0]
            listable.append(str(place))
            readable += [
                entry.path for entry in os.scandir(place) if entry.path != str(following) and _imported(entry.name)
            ]
            place = following
    return list(dict.fromkeys(readable)), list(dict.fromkeys(listable))


def _imported(name: str) -> bool:
    return not name.endswith((".dist-info", ".egg-info", ".pth"))
