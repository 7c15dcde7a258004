"""The parts that a long exercise is cut into, and whether its hidden tests keep to them.

A learner writes one part after the other, and each of them shows what it is worth before the next is begun. Every
hidden test names its part, and the tests stand in the order of the parts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from grader.kit.diagnosis import HINTS_EXAMPLE, read_hints
from grader.kit.faults import Problem
from grader.kit.tables import Table
from grader.text import joined

KEYS: Mapping[str, str] = {
    "name": '"merge"',
    "title": '"several streams become one"',
    "minutes": "25",
    "hints": HINTS_EXAMPLE,
}
"""The keys of ``[[parts]]``, each with an example of its value."""
_NAME = re.compile(r"[a-z0-9_-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of an exercise, as its author declares it."""

    name: str
    title: str
    minutes: int
    hints: tuple[str, ...]
    """Three, in place of the general ones of the exercise; none if those serve for this part, too."""


class Declared(Protocol):
    """What is asked of a hidden test: the function that it is, where that stands, and its part."""

    @property
    def function(self) -> str: ...

    @property
    def line(self) -> int: ...

    @property
    def part(self) -> str: ...


def read_parts(table: Table) -> tuple[Part, ...]:
    """Read every ``[[parts]]`` of an ``exercise.toml``; one that has no name of its own is left out."""
    parts: dict[str, Part] = {}
    for entry in table.entries("parts", known=KEYS):
        part = Part(
            name=entry.read("name", _as_name, "", expected="a name of a-z, 0-9 and hyphens"),
            title=entry.text("title"),
            minutes=entry.whole("minutes", least=1),
            hints=read_hints(entry, "hints") if "hints" in entry else (),
        )
        if part.name in parts:
            entry.report("name", f"two parts are called {part.name!r}", hint="Give one of them another name.")
        elif part.name:
            parts[part.name] = part
    return tuple(parts.values())


def _as_name(value: object) -> str | None:
    return value if isinstance(value, str) and _NAME.fullmatch(value) else None


def problems_of_parts(parts: Sequence[Part], tests: Sequence[Declared]) -> Iterator[Problem]:
    """What is wrong between the parts of an exercise and its hidden tests."""
    functions = list({test.function: test for test in reversed(tests)}.values())[::-1]
    if not parts:
        for test in functions:
            if test.part:
                what = f"`{test.function}` belongs to a part, {test.part!r}, and the exercise has none"
                yield Problem(test.line, what, "Declare it in exercise.toml under `[[parts]]`, or take `part=` out.")
        return
    names = [part.name for part in parts]
    known = joined([f'"{name}"' for name in names])
    for test in functions:
        if not test.part:
            what = f"`{test.function}` does not say to which part of the exercise it belongs"
            yield Problem(test.line, what, f'Add it to the @grading: `part="{names[0]}"`. There are {known}.')
        elif test.part not in names:
            what = f"`{test.function}` names an unknown part, {test.part!r}"
            yield Problem(test.line, what, f"Name one that exercise.toml declares: {known}.")
    yield from _out_of_order(names, [test for test in functions if test.part in names])
    for name in names:
        if functions and all(test.part != name for test in functions):
            yield Problem(1, f"no hidden test belongs to the part {name!r}", f'Write one with `part="{name}"`.')


def _out_of_order(names: Sequence[str], tests: Sequence[Declared]) -> Iterator[Problem]:
    """The first test of an earlier part that stands behind one of a later part."""
    latest = 0
    for test in tests:
        place = names.index(test.part)
        if place < latest:
            what = f"`{test.function}` of the part {test.part!r} stands behind a test of {names[latest]!r}"
            yield Problem(test.line, what, "Move it up: the tests stand in the order of the parts.")
            return
        latest = place
