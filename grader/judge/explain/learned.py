"""What the wrong answers of a kit teach about an exercise: which failures follow from which mistake.

Each wrong answer names its root, the mistake that it makes on purpose. Grading it shows what follows from that: which
hidden tests fail, with which diagnoses. ``grade kit check --learn`` writes both into ``roots.toml`` beside the hidden
tests, where a person can read them, and ``grade kit check`` says when they are out of date.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from grader.errors import KitError
from grader.kit.exercise import Exercise
from grader.kit.tables import read_text

FILE = "roots.toml"
LEARN = "grade kit check --learn"
_HEAD = f"""\
# Which hidden tests fail, and how, when an answer makes one mistake: that of its `root`. The screen of a failed answer
# says by it what to mend first. Written by `{LEARN}` from the wrong answers; read what has changed.
"""

ALIKE = 0.75
"""How much two answers must have in common for the root of the one to be taken for that of the other."""

Shown = Mapping[str, frozenset[str]]
"""The diagnoses shown for each hidden test that fails, by its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """One wrong answer: the mistake that it makes, and what that shows."""

    file: str
    root: str
    shown: Shown


@dataclass(frozen=True, kw_only=True)
class Learned:
    """The lessons of one exercise."""

    lessons: tuple[Lesson, ...] = ()

    def roots_of(self, shown: Shown) -> set[str]:
        """The roots of the answers that show this, or nearly this if none shows exactly this."""
        likeness = [_likeness(lesson.shown, shown) for lesson in self.lessons]
        best = max(likeness, default=0.0)
        if best < ALIKE:
            return set()
        return {lesson.root for lesson, like in zip(self.lessons, likeness, strict=True) if like == best}

    def without(self, tests: Collection[str]) -> Learned:
        """The same lessons as if these hidden tests were not there."""
        if not tests:
            return self
        return Learned(
            lessons=tuple(
                replace(lesson, shown={test: slugs for test, slugs in lesson.shown.items() if test not in tests})
                for lesson in self.lessons
            )
        )

    def follows(self, root: str, test: str, slug: str) -> bool:
        """Whether this diagnosis of this test is known to follow from a root."""
        return slug in self._followers.get((root, test), ())

    def explains(self, root: str, slug: str) -> bool:
        """Whether a diagnosis is known to follow from a root, in whatever test."""
        return slug != root and any(slug in slugs for (one, _), slugs in self._followers.items() if one == root)

    @cached_property
    def _followers(self) -> Mapping[tuple[str, str], set[str]]:
        found: dict[tuple[str, str], set[str]] = {}
        for lesson in self.lessons:
            for test, slugs in lesson.shown.items():
                found.setdefault((lesson.root, test), set()).update(slugs)
        return found


def _likeness(one: Shown, other: Shown) -> float:
    """How much of all that two answers show is shown by both, from 0 to 1."""
    left, right = ({(test, slug) for test, slugs in shown.items() for slug in slugs} for shown in (one, other))
    return len(left & right) / len(left | right)


def alike(lessons: Sequence[Lesson]) -> list[tuple[Lesson, Lesson]]:
    """Pairs of answers with different roots that show the same, so that the two mistakes cannot be told apart."""
    return [
        (one, other)
        for number, one in enumerate(lessons)
        for other in lessons[number + 1 :]
        if one.root != other.root and one.shown == other.shown
    ]


# ---- the file --------------------------------------------------------------------------------------------------------


def place(exercise: Exercise) -> Path:
    """Where the lessons of an exercise stand."""
    return exercise.folder / FILE


def read_learned(exercise: Exercise) -> Learned:
    """The lessons of an exercise, none if its kit has not learned any. Raises KitError for a file that is none."""
    path = place(exercise)
    if not path.is_file():
        return Learned()
    try:
        answers = tomllib.loads(read_text(path)).get("answers", [])
        return Learned(lessons=tuple(map(_lesson, answers)))
    except (tomllib.TOMLDecodeError, KeyError, TypeError, AttributeError) as error:
        raise KitError(f"{path}: not what `{LEARN}` writes: {error}", hint=f"Run `{LEARN}`.") from None


def _lesson(answer: Mapping[str, object]) -> Lesson:
    file, root, shown = answer["file"], answer["root"], answer["shows"]
    if not isinstance(file, str) or not isinstance(root, str):
        raise TypeError("an answer has a file and a root")
    if not isinstance(shown, dict) or not all(isinstance(slugs, list) for slugs in shown.values()):
        raise TypeError("an answer has a list of diagnoses for each test that it fails")
    return Lesson(file=file, root=root, shown={test: frozenset(slugs) for test, slugs in shown.items()})


def written(lessons: Sequence[Lesson]) -> str:
    """The text of the file."""
    return "\n".join([_HEAD, *map(_answer, lessons)])


def _answer(lesson: Lesson) -> str:
    lines = ["[[answers]]", f"file = {json.dumps(lesson.file)}", f"root = {json.dumps(lesson.root)}", "[answers.shows]"]
    lines += [f"{_key(test)} = {json.dumps(sorted(slugs))}" for test, slugs in lesson.shown.items()]
    return "\n".join(lines) + "\n"


def _key(test: str) -> str:
    """The name of a hidden test as a key of TOML: with its parameters, as in ``test_x[plain]``, it needs quotes."""
    return test if re.fullmatch(r"[A-Za-z0-9_-]+", test) else json.dumps(test)
