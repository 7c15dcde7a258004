"""What the command line of ``grade class`` asks for, and the command that asks for the same again."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from grader import isolation
from grader.classroom.intake import Layout
from grader.kit import Kit, builtin_root
from grader.reports.dialects import Order

OUT = Path("grade-results")
"""Where the results go if nothing is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassWishes:
    """What the command line asks for. Paths begin at the folder the command works in."""

    source: Path
    out: Path
    schedules: int
    layout: Layout | None = None
    roster: Path | None = None
    config: Path | None = None
    exercises: tuple[str, ...] = ()
    jobs: int | None = None
    fresh: bool = False
    started: bool = False
    level: int = isolation.FENCED
    cluster: str | None = None
    anonymous: bool = False
    orders: tuple[Order, ...] = ()
    canvas: Path | None = None
    moodle: tuple[Path, ...] = ()
    new_gradebook: bool = False


def again(kit: Kit, wishes: ClassWishes) -> str:
    """Return the command that grades this class again and gives the same marks, for a shell.

    It has every option that decides a mark or fills a file that goes back to the platform; how many processes work at
    it, on which computers, and what is reported besides make no difference to either.
    """
    return shlex.join(["grade", "class", *_words(kit, wishes)])


def _words(kit: Kit, wishes: ClassWishes) -> Iterator[str]:
    # A file that is called like an option would be taken for one, so it is given as a path.
    source = os.fspath(wishes.source)
    yield f"./{source}" if source.startswith("-") else source
    if kit.root.resolve() != builtin_root().resolve():
        yield from ("--kit", os.fspath(kit.root))
    if wishes.layout is not None:
        yield from ("--layout", wishes.layout.value)
    for option, path in (("--roster", wishes.roster), ("--config", wishes.config), ("--canvas", wishes.canvas)):
        if path is not None:
            yield from (option, os.fspath(path))
    yield from _each("--moodle", map(os.fspath, wishes.moodle))
    yield from _each("--exercise", wishes.exercises)
    yield from ("--schedules", str(wishes.schedules))
    if wishes.level != isolation.FENCED:
        yield from ("--allow-level", str(wishes.level))
    if wishes.started:
        yield "--started"
    if wishes.anonymous:
        yield "--anonymous"
    if wishes.out != OUT:  # earlier attempts, which may count, stand in the gradebook there
        yield from ("--out", os.fspath(wishes.out))
    yield "--fresh"


def _each(option: str, values: Iterable[str]) -> Iterator[str]:
    for value in values:
        yield from (option, value)
