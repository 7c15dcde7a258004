"""Figures that an exercise declares: which play is drawn for its lesson, and what is said of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.kit.tables import Table
from grader.wire import BACKENDS

FOLDER = "figures"
"""The folder of an exercise with the pictures, which its lesson shows as ``figures/NAME.svg``."""
REFERENCE = "reference"
"""The word for the reference answer, in place of a path below the folder of the answers."""

_KEYS = ("name", "scenario", "inputs", "answer", "backend", "caption", "until", "lanes")
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_ANSWER = re.compile(rf"{REFERENCE}|(right|wrong)/\w[\w.-]*\.py")
_SHOWN = re.compile(rf"\]\({FOLDER}/(?P<file>[\w.-]+\.svg)\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A picture of one play, in natural order."""

    name: str
    scenario: str
    inputs: Mapping[str, object]
    """The arguments of the scenario."""
    answer: str
    """``reference``, or the path of an answer below the folder of the answers: ``wrong/sequential.py``."""
    backend: str
    caption: str
    until: float | None
    """Where the scale ends, in virtual seconds; with None it ends where the play does."""
    lanes: tuple[str, ...]
    """The lanes that are drawn, by their names; all of them if there is no name."""
    line: int
    """Where it is declared in ``exercise.toml``."""

    @property
    def file(self) -> str:
        """The path of the picture, as the lesson names it."""
        return f"{FOLDER}/{self.name}.svg"


def read_figures(table: Table) -> tuple[Figure, ...]:
    """Read every ``[[figures]]`` of an ``exercise.toml``. Raises KitError with the line of what is wrong."""
    figures: list[Figure] = []
    for entry in table.entries("figures", known=_KEYS):
        figure = _read_figure(entry)
        if any(figure.name == other.name for other in figures):
            raise entry.error("name", f"two figures are called {figure.name!r}", hint="Give one another name.")
        figures.append(figure)
    return tuple(figures)


def _read_figure(entry: Table) -> Figure:
    return Figure(
        name=_read_like(entry, "name", _NAME, "words in lower case with hyphens", "one-fails"),
        scenario=entry.text("scenario"),
        inputs=_read_inputs(entry),
        answer=_read_like(entry, "answer", _ANSWER, "`reference`, or an answer", "wrong/sequential.py"),
        backend=entry.one_of("backend", BACKENDS) if "backend" in entry else BACKENDS[0],
        caption=entry.text("caption"),
        until=_read_until(entry),
        lanes=entry.texts("lanes") if "lanes" in entry else (),
        line=entry.line,
    )


def _read_like(entry: Table, key: str, pattern: re.Pattern[str], what: str, example: str) -> str:
    text = entry.text(key)
    if not pattern.fullmatch(text):
        hint = f'Write it like `{key} = "{example}"`.'
        raise entry.error(key, f"'figures.{key}' must be {what}, not {text!r}", hint=hint)
    return text


def _read_until(entry: Table) -> float | None:
    if "until" not in entry:
        return None
    until = entry.number("until")
    if until == 0:
        raise entry.error("until", "'figures.until' must be more than 0", hint="Write `until = 10`, or leave it out.")
    return until


def _read_inputs(entry: Table) -> Mapping[str, object]:
    inputs = entry.table("inputs", known=None)
    values = {key: inputs.value(key) for key in inputs}
    for key, value in values.items():
        if not _is_plain(value):
            hint = "Write numbers, texts, true, false, lists and tables only."
            raise inputs.error(key, f"'figures.inputs.{key}' is a date or a time", hint=hint)
    return values


def _is_plain(value: object) -> bool:
    match value:
        case list():
            return all(_is_plain(item) for item in value)
        case dict():
            return all(_is_plain(item) for item in value.values())
        case _:
            return isinstance(value, str | int | float | bool)


def shown_in(lesson: str) -> Iterator[tuple[int, str]]:
    """The pictures that a lesson shows, each with its line, as ``figures/NAME.svg``."""
    for number, line in enumerate(lesson.splitlines(), start=1):
        for match in _SHOWN.finditer(line):
            yield number, f"{FOLDER}/{match['file']}"


def pictures_of(lesson: Path) -> list[Path]:
    """The files of the pictures that a lesson shows and that are there, each once."""
    text = lesson.read_text(encoding="utf-8", errors="replace")
    paths = dict.fromkeys(lesson.parent / name for _, name in shown_in(text))
    return [path for path in paths if path.is_file()]
