"""Reads what ``@grading(...)`` declares of a hidden test: its points, its diagnosis, and what a learner is told."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from grader.kit.faults import Problem
from grader.kit.tables import suggestion

T = TypeVar("T")

EXAMPLE = '`@grading(points=10, diagnosis="serial", feedback="...")`'
KEYS: Mapping[str, str] = {
    "points": "10",
    "diagnosis": '"serial"',
    "feedback": '"The second function starts only when the first has ended."',
    "promise": "3",
    "part": '"merge"',
    "help": '"start both first, and then wait"',
    "schedules": "20",
    "show": '("seconds", "expected")',
}
"""The arguments of ``grading``, each with an example of its value."""
_REQUIRED = ("points", "diagnosis", "feedback")


@dataclass(frozen=True, slots=True, kw_only=True)
class Grading:
    """What was declared; None, or empty, where that cannot be told."""

    points: int | None = None
    diagnosis: str | None = None
    feedback: str = ""
    promise: int | None = None
    part: str = ""
    help: str = ""
    schedules: int | None = None
    show: tuple[str, ...] = ()


def read_grading(call: ast.Call, test: str, slugs: Collection[str]) -> tuple[Grading, tuple[Problem, ...]]:
    """Read the decorator of the hidden test of that name, and say all that is wrong with it.

    A diagnosis that is no known one is taken for the nearest, if one is near, and else for None.
    """
    reader = _Reader(call, test)
    diagnosis = reader.read("diagnosis", _as_text, "a text")
    if diagnosis is not None and diagnosis not in slugs:
        reader.problems.append(unknown_diagnosis(reader.line_of("diagnosis"), f"`{test}`", diagnosis, slugs))
        diagnosis = next(iter(difflib.get_close_matches(diagnosis, slugs, n=1)), None)
    grading = Grading(
        points=reader.read("points", _as_whole(0), "a whole number of at least 0"),
        diagnosis=diagnosis,
        feedback=reader.read("feedback", _as_text, "a text") or "",
        promise=reader.read("promise", _as_whole(1), "the number of a promise of the stub"),
        part=reader.read("part", _as_text, "the name of a part of the exercise") or "",
        help=reader.read("help", _as_text, "a text") or "",
        schedules=reader.read("schedules", _as_whole(1), "a whole number of at least 1"),
        show=reader.read("show", _as_texts, "a tuple of texts") or (),
    )
    return grading, tuple(sorted(reader.problems))


def unknown_diagnosis(line: int, user: str, slug: str, slugs: Collection[str]) -> Problem:
    """What is wrong where a diagnosis is named that the kit does not have."""
    return Problem(line, f"{user} names an unknown diagnosis, {slug!r}", nearest_diagnosis(slug, slugs))


def nearest_diagnosis(slug: str, slugs: Collection[str]) -> str:
    """What to do about a diagnosis that the kit does not have."""
    near = difflib.get_close_matches(slug, slugs, n=1)
    own = f"Describe it in kit.toml under `[diagnoses.{slug}]`, or name one that `grade explain` lists."
    return f"Write `{near[0]}`." if near else own


def problems_of_raised(nodes: Iterable[ast.AST], slugs: Collection[str]) -> Iterator[Problem]:
    """What is wrong with each ``Diagnosed(...)`` whose diagnosis is no literal, or none of the kit."""
    for node in nodes:
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id != "Diagnosed":
            continue
        slug = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else None
        if not isinstance(slug, str):
            hint = 'Write the diagnosis out: `Diagnosed("serial", "...")`.'
            what = "the diagnosis of `Diagnosed` is no literal text: this file is read without running it"
            yield Problem(node.lineno, what, hint)
        elif slug not in slugs:
            yield unknown_diagnosis(node.lineno, "`Diagnosed`", slug, slugs)


class _Reader:
    """Reads the arguments one by one, and keeps what is wrong with them."""

    def __init__(self, call: ast.Call, test: str) -> None:
        self._test = test
        self._values = {keyword.arg: keyword.value for keyword in call.keywords}
        self.problems = [*self._problems_of_names(call)]

    def _problems_of_names(self, call: ast.Call) -> Iterator[Problem]:
        for argument in call.args:
            what = f"`{self._test}` must give every argument of grading by name"
            yield Problem(argument.lineno, what, f"Write {EXAMPLE}.")
        for keyword in call.keywords:
            if keyword.arg not in KEYS:
                name = keyword.arg or "**"
                what = f"`{self._test}` has an unknown argument of grading, {name!r}"
                yield Problem(keyword.value.lineno, what, suggestion(name, KEYS))
        for key in _REQUIRED:
            if key not in self._values:
                what = f"`{self._test}` has no `{key}` in its @grading"
                yield Problem(call.lineno, what, f"Add it: `{key}={KEYS[key]}`.")

    def line_of(self, key: str) -> int:
        return self._values[key].lineno

    def read(self, key: str, accept: Callable[[object], T | None], expected: str) -> T | None:
        """The value of an argument; None if it is not there, or not as expected."""
        if key not in self._values:
            return None
        node, hint = self._values[key], f"Write `{key}={KEYS[key]}`."
        try:
            value = ast.literal_eval(node)
        except (ValueError, TypeError):
            what = f"`{self._test}` must give `{key}` as a literal: this file is read without running it"
            self.problems.append(Problem(node.lineno, what, hint))
            return None
        accepted = accept(value)
        if accepted is None:
            what = f"`{self._test}` must give `{key}` as {expected}, not {value!r}"
            self.problems.append(Problem(node.lineno, what, hint))
        return accepted


def _as_text(value: object) -> str | None:
    return value if isinstance(value, str) and value.strip() else None


def _as_texts(value: object) -> tuple[str, ...] | None:
    if not isinstance(value, tuple | list):
        return None
    texts = tuple(item for item in value if isinstance(item, str))
    return texts if len(texts) == len(value) else None


def _as_whole(least: int) -> Callable[[object], int | None]:
    def accept(value: object) -> int | None:
        return value if isinstance(value, int) and not isinstance(value, bool) and value >= least else None

    return accept
