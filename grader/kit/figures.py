"""Figures that an exercise declares: which play is drawn for its lesson, and what is said of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.kit.tables import Table
from grader.wire import BACKENDS

FOLDER = "figures"
"""The folder of an exercise with the pictures, which its lesson shows as ``figures/NAME.svg``."""
REFERENCE = "reference"
"""The word for the reference answer, in place of a path below the folder of the answers."""

KEYS: Mapping[str, str] = {
    "name": '"one-fails"',
    "scenario": '"one_fails"',
    "inputs": "{ seconds = 3 }",
    "answer": '"wrong/sequential.py"',
    "backend": '"trio"',
    "caption": '"The first error cancels the other function at once."',
    "until": "10",
    "lanes": '["a", "b"]',
}
"""The keys of ``[[figures]]``, each with an example of its value."""
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


def read_figures(table: Table, backends: Sequence[str] = BACKENDS) -> tuple[Figure, ...]:
    """Read every ``[[figures]]`` of an ``exercise.toml``; one that has no name of its own is left out.

    ``backends`` are those of the exercise; a play is drawn on the first if the figure does not say.
    """
    figures: dict[str, Figure] = {}
    for entry in table.entries("figures", known=KEYS):
        figure = _read_figure(entry, backends)
        if figure.name in figures:
            entry.report("name", f"two figures are called {figure.name!r}", hint="Give one of them another name.")
        elif figure.name:
            figures[figure.name] = figure
    return tuple(figures.values())


def _read_figure(entry: Table, backends: Sequence[str]) -> Figure:
    return Figure(
        name=entry.read("name", _like(_NAME), "", expected="words in lower case with hyphens"),
        scenario=entry.text("scenario"),
        inputs=_read_inputs(entry),
        answer=entry.read(
            "answer", _like(_ANSWER), REFERENCE, expected='"reference", or an answer below the solutions'
        ),
        backend=entry.one_of("backend", backends) if "backend" in entry else backends[0],
        caption=entry.text("caption"),
        until=entry.read("until", _as_end, None, expected="a number above 0") if "until" in entry else None,
        lanes=entry.texts("lanes") if "lanes" in entry else (),
        line=entry.line,
    )


def _like(pattern: re.Pattern[str]) -> Callable[[object], str | None]:
    return lambda value: value if isinstance(value, str) and pattern.fullmatch(value) else None


def _as_end(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and value > 0 else None


def _read_inputs(entry: Table) -> Mapping[str, object]:
    inputs = entry.table("inputs", known=None)
    plain = "a number, a text, true, false, or a list or a table of them"
    read = {key: inputs.read(key, _as_plain, None, expected=plain, example="3") for key in inputs}
    return {key: value for key, value in read.items() if value is not None}


def _as_plain(value: object) -> object | None:
    return value if _is_plain(value) else None


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
