"""Checks a kit and shows what is found: once, or again whenever one of its files is saved."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from grader.desk.author.figures import check_figures
from grader.desk.watching import Watching
from grader.judge import kitcheck
from grader.judge.kitcheck import OF_KIT, Checked
from grader.judge.kitclaims import KitProblem
from grader.judge.options import PlayOptions
from grader.kit.exercise import Exercise
from grader.kit.figures import FOLDER
from grader.kit.kit import Kit, ReadKit, is_kit, load_kit, read_kit
from grader.reports.checked import document, show_count, show_problems
from grader.reports.screen import Piece, Screen
from grader.sandbox.box import Box
from grader.text import counted

_OF_FIGURES = re.compile(r"not TOML|cannot be read|this (file is missing|is no file)|.*'(figures|title)\b")
"""What is said of an exercise.toml where the figures that it declares, or their titles, cannot be told."""

Show = Callable[[Screen, Checked, Kit | None], None]
"""Shows what was found of one file; the kit is None where none could be read."""


def read(root: Path) -> ReadKit:
    """Read the kit in a folder with all its faults. Raises KitError if there is none."""
    if not is_kit(root):
        load_kit(root)  # it says what is missing, and where the kit may be
    return read_kit(root)


def folders_of(root: Path, ids: Collection[str]) -> frozenset[str] | None:
    """The folders of these exercises of the kit; None, which means all, if none is named.

    Raises KitError if there is no kit, and UsageError if it has no such exercise.
    """
    kit = read(root).kit
    if not ids:
        return None
    if kit is None:
        load_kit(root)  # it says what keeps the kit from being read
        raise AssertionError("a kit that cannot be read is a KitError")
    return frozenset(kit.exercise(id).folder.name for id in ids)


Prove = Callable[[Box, Kit, Collection[str] | None], Iterator[Checked]]
"""Proves more of a kit in which the check has found no problem."""


def nothing_more(box: Box, kit: Kit, only: Collection[str] | None) -> Iterator[Checked]:
    """Prove no more than the check does."""
    yield from ()


def check_to_screen(
    box: Box,
    root: Path,
    *,
    options: PlayOptions,
    only: Collection[str] | None = None,
    screen: Screen,
    show: Show,
    prove: Prove = nothing_more,
) -> int:
    """Check the kit and show what is found of every file; returns the number of problems."""
    kit = read(root)
    found: list[Checked] = []
    for checked in _proved(box, kit, options, only, prove):
        found.append(checked)
        show(screen, checked, kit.kit)
    show_count(screen, kit.kit, found)
    return sum(len(one.problems) for one in found)


def only_problems(screen: Screen, checked: Checked, kit: Kit | None) -> None:
    """Show the problems of one file, without the screens of answers, and nothing of a file without any."""
    show_problems(screen, checked)


def check_to_document(
    box: Box, root: Path, *, options: PlayOptions, only: Collection[str] | None = None, prove: Prove = nothing_more
) -> tuple[str, int]:
    """Check the kit; returns all problems as JSON, and their number."""
    kit = read(root)
    checked = list(_proved(box, kit, options, only, prove))
    return document(kit.kit, checked), sum(len(one.problems) for one in checked)


def _proved(
    box: Box, read: ReadKit, options: PlayOptions, only: Collection[str] | None, prove: Prove
) -> Iterator[Checked]:
    """What the check finds, and, if that is no problem, what a proof beyond it does."""
    problems = 0
    for checked in _checked(box, read, options, only):
        problems += len(checked.problems)
        yield checked
    if read.kit is not None and not problems:
        yield from prove(box, read.kit, only)


def _checked(box: Box, read: ReadKit, options: PlayOptions, only: Collection[str] | None = None) -> Iterator[Checked]:
    """What the judge finds in a kit, and then what is wrong with the pictures of its lessons."""
    at_fault = _unreadable_for_figures(read)
    for checked in kitcheck.check(box, read, options=options, only=only):
        at_fault.update(problem.fault.path for problem in checked.problems if problem.fault not in read.faults)
        yield checked
    for exercise in read.kit.exercises if read.kit is not None else ():
        if (only is None or exercise.folder.name in only) and _can_be_drawn(exercise, at_fault):
            figures = check_figures(box, exercise)
            if exercise.figures or figures.faults:
                problems = tuple(KitProblem(fault=fault) for fault in figures.faults)
                summary = counted(len(exercise.figures), "figure")
                if figures.incomparable:
                    summary += f", {len(figures.incomparable)} by other versions"
                yield Checked(exercise=exercise.id, subject=FOLDER, summary=summary, problems=problems)


def _unreadable_for_figures(read: ReadKit) -> set[Path]:
    """The files from which no picture can be drawn as it is declared, through a fault of the reading."""
    return {*read.mended, *(fault.path for fault in read.faults if _OF_FIGURES.match(fault.what))}


def _can_be_drawn(exercise: Exercise, at_fault: Collection[Path]) -> bool:
    """Whether the files are sound that a picture is drawn from; if not, that is reported already.

    A picture of a scenario with a fault would show another play than its author means, and ask to be drawn again.
    """
    sources = (exercise.scenarios, exercise.folder / "exercise.toml")
    return exercise.lesson.is_file() and exercise.scenarios.is_file() and not any(path in at_fault for path in sources)


# ---- again and again -------------------------------------------------------------------------------------------------


def watch(
    box: Box, root: Path, *, options: PlayOptions, only: frozenset[str] | None = None, screen: Screen, show: Show
) -> NoReturn:
    """Check the kit, and check again what has changed whenever a file of it is saved, until Ctrl-C.

    Only exercises of which a file has changed are judged again; what was found of the others is kept.
    """
    read(root)
    watching = Watching(root / "exercises", root / "solutions")
    session = _Session(box=box, root=root, options=options, screen=screen, show=show)
    session.check(only)
    for changed in watching.changes():
        folders = _folders(root, changed)
        session.check(folders if only is None else only if folders is None else folders & only)
    raise AssertionError("watching ends by Ctrl-C alone")


def _folders(root: Path, changed: Collection[Path]) -> frozenset[str] | None:
    """The folders of the exercises that these files belong to; None, which means all, if kit.toml is among them."""
    parts = [path.relative_to(root).parts for path in changed]
    if ("exercises", "kit.toml") in parts:
        return None
    return frozenset(part[1] for part in parts if len(part) > 2)


@dataclass(slots=True, kw_only=True)
class _Session:
    """One session of watching a kit, and what was found last of each exercise."""

    box: Box
    root: Path
    options: PlayOptions
    screen: Screen
    show: Show
    found: dict[str, list[Checked]] = field(default_factory=dict)

    def check(self, only: frozenset[str] | None) -> None:
        """Check these exercises, or all, and show them below the problems that the others have."""
        kit = read_kit(self.root)
        ids = {} if kit.kit is None else {exercise.folder.name: exercise.id for exercise in kit.kit.exercises}
        again = {*ids.values(), OF_KIT} if only is None else {ids[name] for name in only if name in ids} | {OF_KIT}
        self.found = {id: self.found.get(id, []) for id in ids.values() if id not in again}
        if self.screen.console.is_terminal:
            self.screen.console.clear()
        for checked in (checked for kept in self.found.values() for checked in kept):
            show_problems(self.screen, checked)
        for checked in _checked(self.box, kit, self.options, only):
            self.found.setdefault(checked.exercise, []).append(checked)
            self.show(self.screen, checked, kit.kit)
        show_count(self.screen, kit.kit, [checked for kept in self.found.values() for checked in kept])
        self.screen.line(Piece("Waiting for a file of the kit to be saved; Ctrl-C ends it.", "quiet"))
        self.screen.console.file.flush()
