"""Draws the figures that an exercise declares from real plays, and says which of them are out of date.

A lesson shows a figure with ``![caption](figures/NAME.svg)``. Where it has a block of code that begins with
```` ```text figure=NAME ````, the same picture in letters is kept there, for those who read the lesson on a terminal.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.desk.plays import played
from grader.errors import KitError
from grader.files import replace_file
from grader.judge.engine import versions
from grader.judge.kitfault import place_in_kit
from grader.kit.exercise import Exercise
from grader.kit.faults import KitFault
from grader.kit.figures import FOLDER, REFERENCE, Figure, shown_in
from grader.kit.kit import builtin_root
from grader.kit.pages import BLOCK as PAGE_BLOCK
from grader.kit.pages import Borrowed, borrowed_in, pages_in
from grader.kit.tables import read_text
from grader.reports.figure import figure_svg, figure_text, names_of, picture_of
from grader.reports.timeline import Timeline
from grader.sandbox.box import Box
from grader.text import counted
from grader.wire.recording import Recording

_BLOCK = re.compile(
    r"^(?P<open>```text figure=(?P<name>[\w-]+)[ \t]*\n)(?P<body>.*?)^(?P<close>```[ \t]*)$", re.DOTALL | re.MULTILINE
)
_PLAYED_WITH = re.compile(r"(?<=Played with )[^\n]*(?=\. -->)")
_NO_SUCH_NAME = frozenset({"AttributeError", "ImportError", "NameError"})
"""Exceptions that a scenario does not raise on purpose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A file with a figure in it, as it is now, and whether it was another one before."""

    path: Path
    changed: bool


class _Undrawable(Exception):
    """A figure cannot be drawn as it is declared."""

    def __init__(self, what: str, hint: str) -> None:
        super().__init__(what)
        self.hint = hint


def draw_all(box: Box, exercises: Iterable[Exercise], *, echo: Callable[[str], None]) -> None:
    """Draw the figures of some exercises, and print a line for each file. Raises KitError as ``draw_figures`` does."""
    count = changed = 0
    for exercise in exercises:
        for written in draw_figures(box, exercise):
            count, changed = count + 1, changed + written.changed
            echo(f"  {'written  ' if written.changed else 'unchanged'}  {os.path.relpath(written.path)}")
    if count:
        echo(f"{counted(count, 'file')}, {changed} written. Next: look at each, and run `grade kit check`.")
    else:
        echo("No figure is declared. Declare one with `[[figures]]` in exercise.toml; docs/authoring.md shows how.")


def draw_figures(box: Box, exercise: Exercise) -> Iterator[Written]:
    """Draw the figures of an exercise into its folder and its lesson, each file as soon as it is known.

    Raises KitError where a figure cannot be drawn as it is declared, or a file cannot be written.
    """
    pictures: dict[str, Timeline] = {}
    for figure in exercise.figures:
        try:
            pictures[figure.name] = _picture(box, exercise, figure)
        except _Undrawable as error:
            raise KitError(str(_fault(exercise, figure, str(error), error.hint)), hint=error.hint) from error
        yield _write(exercise.folder / figure.file, _svg(exercise, figure, pictures[figure.name]))
    lesson = read_text(exercise.lesson)
    if _BLOCK.search(lesson):
        yield _write(exercise.lesson, _with_blocks(lesson, pictures))
    for page in pages_in(exercise.folder.parent):
        text = read_text(page)
        if any(match["exercise"] == exercise.id for match in PAGE_BLOCK.finditer(text)):
            yield _write(page, _with_blocks_of(text, exercise, pictures))


@dataclass(frozen=True, slots=True, kw_only=True)
class FiguresCheck:
    """What is wrong with the figures of an exercise."""

    faults: tuple[KitFault, ...]
    incomparable: tuple[str, ...]
    """Names of figures that were drawn with other versions of anyio or trio, and look different with these.

    Another version of anyio may take a step more or less to connect: neither the author nor the kit is at fault.
    """


def check_figures(box: Box, exercise: Exercise) -> FiguresCheck:
    """Play and draw each figure of an exercise again, and compare all of the pictures but the versions in them.

    A kit without answers, as learners have it, is not asked for what it cannot draw.
    """
    faults: list[KitFault] = []
    incomparable: list[str] = []
    if exercise.reference is not None:
        lesson = read_text(exercise.lesson)
        for figure in exercise.figures:
            try:
                picture = _picture(box, exercise, figure)
            except _Undrawable as error:
                faults.append(_fault(exercise, figure, str(error), error.hint))
                continue
            path = exercise.folder / figure.file
            now = _svg(exercise, figure, picture)
            if path.is_file() and _of_other_versions(read_text(path), now):
                incomparable.append(figure.name)
            else:
                faults += _stale(exercise, figure, lesson, now, _body(picture))
            faults += _unshown(exercise, figure, lesson)
        faults += _strays(exercise, lesson)
    return FiguresCheck(faults=tuple(faults), incomparable=tuple(incomparable))


def _of_other_versions(drawn: str, now: str) -> bool:
    """Whether a picture differs from the one of now, and was played with other versions."""
    named = _PLAYED_WITH.findall(drawn)
    return bool(named) and named != _PLAYED_WITH.findall(now) and _differ(drawn, now)


def _differ(drawn: str, now: str) -> bool:
    """Whether two pictures differ in more than the versions that they name."""
    return _PLAYED_WITH.sub("", drawn) != _PLAYED_WITH.sub("", now)


def _stale(exercise: Exercise, figure: Figure, lesson: str, now: str, letters: str) -> Iterator[KitFault]:
    """Where the figure is not what the play shows now, as a file and in letters."""
    again = f"Run `grade kit figures {exercise.folder.parents[1]} {exercise.id}`, which draws it."
    path = exercise.folder / figure.file
    if not path.is_file():
        yield _fault(exercise, figure, f"{figure.file} is missing", again)
    elif _differ(read_text(path), now):
        yield _fault(exercise, figure, f"{figure.file} is not what the play shows now", again)
    what = f"the figure {figure.name} in letters is not what the play shows now"
    for page in sorted(_borrowers(exercise, figure)):
        text = read_text(page)
        for match in PAGE_BLOCK.finditer(text):
            if (match["exercise"], match["name"]) == (exercise.id, figure.name) and match["body"] != letters:
                yield KitFault(path=page, line=_line(text, match), what=what, hint=again)
    for match in _BLOCK.finditer(lesson):
        if match["name"] == figure.name and match["body"] != letters:
            yield KitFault(path=exercise.lesson, line=_line(lesson, match), what=what, hint=again)


def _unshown(exercise: Exercise, figure: Figure, lesson: str) -> Iterator[KitFault]:
    if figure.file not in {name for _, name in shown_in(lesson)} and not _borrowers(exercise, figure):
        hint = f"Write `![{figure.caption}]({figure.file})` in the lesson, or take the figure out of exercise.toml."
        yield _fault(exercise, figure, f"the lesson does not show {figure.file}, and no page of a diagnosis does", hint)


def _strays(exercise: Exercise, lesson: str) -> Iterator[KitFault]:
    """Files in the folder, and names in the lesson, that belong to no figure."""
    declared = {figure.file for figure in exercise.figures}
    hint = 'Declare it with `[[figures]]` in exercise.toml, as in `name = "one-fails"`, or take it away.'
    folder = exercise.folder / FOLDER
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if f"{FOLDER}/{path.name}" not in declared:
            yield KitFault(path=path, line=1, what="no figure of this name is declared", hint=hint)
    shown = [
        *shown_in(lesson),
        *((_line(lesson, match), f"{FOLDER}/{match['name']}.svg") for match in _BLOCK.finditer(lesson)),
    ]
    for line, name in shown:
        if name not in declared:
            yield KitFault(path=exercise.lesson, line=line, what=f"{name} is declared by no figure", hint=hint)


def _borrowers(exercise: Exercise, figure: Figure) -> set[Path]:
    """The pages of diagnoses that show a figure of this exercise."""
    pages = pages_in(exercise.folder.parent)
    return {page for page in pages if any(_shows(shown, exercise, figure) for shown in borrowed_in(page))}


def _shows(shown: Borrowed, exercise: Exercise, figure: Figure) -> bool:
    return (shown.exercise, shown.name) == (exercise.id, figure.name)


def _fault(exercise: Exercise, figure: Figure, what: str, hint: str) -> KitFault:
    return KitFault(path=exercise.folder / "exercise.toml", line=figure.line, what=what, hint=hint)


# ---- one figure ------------------------------------------------------------------------------------------------------


def _picture(box: Box, exercise: Exercise, figure: Figure) -> Timeline:
    recording = _played(box, exercise, figure)
    if recording.trace is None:
        what = f"the play of `{figure.scenario}` ended as {recording.ended}, without a trace of who ran when"
        raise _Undrawable(what, "Choose another scenario or other inputs.")
    trace, waiting = recording.trace, recording.waiting
    try:
        return picture_of(trace, waiting, until=figure.until, lanes=figure.lanes)
    except KeyError as error:
        there = names_of(picture_of(trace, waiting, until=figure.until, lanes=()))
        raise _Undrawable(f"the play has no lane {error.args[0]!r}", f"Name some of these: {there}.") from None


def _played(box: Box, exercise: Exercise, figure: Figure) -> Recording:
    if refused := box.refusal(exercise.needs):
        raise _Undrawable(f"it cannot be drawn on this computer: {refused}", "Draw it on another one.")
    recording = played(box, exercise, _answer(exercise, figure), figure)
    for leaf in recording.surprises:
        if leaf.line is not None:
            continue
        # Neither the answer nor the scenario has come to a line of its own: it was never begun.
        if leaf.scenario_line is None:
            hint = "Correct `scenario` or `inputs`: the latter are the arguments of that function but for the stage."
            raise _Undrawable(f"`{figure.scenario}` cannot be played with these inputs: {leaf.message}", hint)
        # Other exceptions of a scenario may be what the figure is to show.
        if not _NO_SUCH_NAME.isdisjoint(leaf.types):
            place = place_in_kit(exercise.scenarios, leaf.scenario_line)
            what = f"`{figure.scenario}` does not come to its end, {place}: {leaf.message}"
            raise _Undrawable(what, "Correct that line of the scenarios, or the answer that is played.")
    return recording


def _answer(exercise: Exercise, figure: Figure) -> str:
    path = exercise.reference
    if path is not None and exercise.solutions is not None and figure.answer != REFERENCE:
        path = exercise.solutions / figure.answer
    if path is None or not path.is_file():
        what = "this kit comes without answers" if path is None else f"there is no answer {figure.answer}"
        raise _Undrawable(what, 'Name an answer that is there, such as `answer = "reference"`.')
    return read_text(path)


def _svg(exercise: Exercise, figure: Figure, picture: Timeline) -> str:
    return figure_svg(
        picture,
        name=figure.name,
        title=f"{exercise.id} {exercise.title}: {figure.name}",
        caption=figure.caption,
        played_with=_played_with(),
        templates=builtin_root() / "templates",
    )


def _played_with() -> str:
    """``anyio 4.16.0, trio 0.35.0``. Not Python: all draw the same, and a check on another one would see nothing."""
    return ", ".join(f"{name} {version}" for name, version in versions() if name != "python")


# ---- the lesson ------------------------------------------------------------------------------------------------------


def _with_blocks(lesson: str, pictures: dict[str, Timeline]) -> str:
    def filled(match: re.Match[str]) -> str:
        if match["name"] not in pictures:
            return match[0]
        return match["open"] + _body(pictures[match["name"]]) + match["close"]

    return _BLOCK.sub(filled, lesson)


def _with_blocks_of(page: str, exercise: Exercise, pictures: dict[str, Timeline]) -> str:
    """The page of a diagnosis with the pictures that it borrows from this exercise."""

    def filled(match: re.Match[str]) -> str:
        if match["exercise"] != exercise.id or match["name"] not in pictures:
            return match[0]
        return match["open"] + _body(pictures[match["name"]]) + match["close"]

    return PAGE_BLOCK.sub(filled, page)


def _body(picture: Timeline) -> str:
    return figure_text(picture) + "\n"


def _line(lesson: str, match: re.Match[str]) -> int:
    return lesson.count("\n", 0, match.start()) + 1


def _write(path: Path, text: str) -> Written:
    """Write a file if it would change. Raises KitError if it cannot be written."""
    content = text.encode()
    if path.is_file() and path.read_bytes() == content:
        return Written(path=path, changed=False)
    try:
        path.parent.mkdir(exist_ok=True)
        replace_file(path, [content])
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise KitError(f"{path}: {reason}", hint="Correct the permissions of the folder.") from error
    return Written(path=path, changed=True)
