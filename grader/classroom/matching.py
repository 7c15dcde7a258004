"""Which exercise a file is an answer to: by its own name, by its folder, by the name of the assignment it came from.

Where it is not clear, nothing is guessed. A name counts only as a whole (``join.py``, ``ex01.py``, ``ex01_join.py``,
with the additions of browsers and platforms such as ``join (2).py``), and a name that contradicts the folder decides
nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from grader.classroom.found import bare_name
from grader.classroom.people import words_of
from grader.kit.exercise import Exercise

Words = tuple[str, ...]

_COPY = re.compile(
    r"(?:copy of |kopie von )?(?P<stem>.+?)"
    r"(?:[ _]*\((?P<browser>\d{1,6})\)|-(?P<canvas>\d{1,3})|(?P<copy>(?: -)? copy|[ -]+kopie)(?: ?\(?\d{1,6}\)?)?)?",
    re.IGNORECASE | re.DOTALL,
)
_COPY_OF = re.compile(r"(copy of |kopie von )", re.IGNORECASE)
_HELPER = re.compile(r"(test_.*|.*_test|conftest|setup|scenarios|__init__|__main__)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stem:
    """The name of a Python file without its ending and without what a browser, a platform or a copy added to it."""

    text: str
    copy: int
    """The number of the copy: 0 is the first, a larger one is later, and -1 is a copy that was kept aside."""


def stem_of(name: str) -> Stem:
    """Take apart the name of a file: ``join (2).py`` is the second copy of ``join``."""
    bare = name[:-3] if name.lower().endswith(".py") else name
    parts = _COPY.fullmatch(bare)
    if parts is None:
        return Stem(text=bare, copy=0)
    if parts["copy"] or _COPY_OF.match(bare):
        return Stem(text=parts["stem"], copy=-1)
    return Stem(text=parts["stem"], copy=int(parts["browser"] or parts["canvas"] or 0))


def is_helper(name: str) -> bool:
    """Whether a file is named like a test or like a part of a package, and not like an answer."""
    return _HELPER.fullmatch(stem_of(name).text) is not None


# ---- the names of an exercise ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Forms:
    """How people write an exercise."""

    by_id: frozenset[Words]
    """``ex01``, ``ex1``, ``exercise 1``."""
    by_name: frozenset[Words]
    """The module, the title, the name of the folder."""
    every: frozenset[Words]
    """All forms: these two, and the name after the id."""


def forms_of(exercise: Exercise) -> Forms:
    """Everything that names the exercise and nothing else."""
    return _forms(exercise.id, exercise.module, exercise.title, exercise.folder.name)


@cache
def _forms(id: str, module: str, title: str, folder: str) -> Forms:
    # Worked out once for each exercise: for each file, it was half of the time for a large class (measured).
    number = id.removeprefix("ex")
    numbers = (number, str(int(number)))
    ids: set[Words] = {(f"{word}{n}",) for word in ("ex", "exercise") for n in numbers}
    ids |= {(word, n) for word in ("ex", "exercise") for n in numbers}
    names = {words_of(module), words_of(title), words_of(folder)[1:]} - {()}
    both = {(*id, *name) for id in ids for name in names}
    return Forms(by_id=frozenset(ids), by_name=frozenset(names), every=frozenset(ids | names | both))


def exactly(text: str, exercises: Iterable[Exercise], *, besides: Words = ()) -> frozenset[str]:
    """Ids of the exercises that a text names, if it has no other words but those of ``besides``."""
    words = words_of(text)
    bare = tuple(word for word in words if word not in besides)
    # The empty tuple is no form of any exercise.
    return frozenset(exercise.id for exercise in exercises if {words, bare} & forms_of(exercise).every)


def mentioned(text: str, exercises: Sequence[Exercise]) -> frozenset[str]:
    """Ids of the exercises that a title mentions: those whose ids stand in it, else those whose names do."""
    words = words_of(text)
    return mentioned_by_id(text, exercises) or frozenset(
        exercise.id for exercise in exercises if any(_within(form, words) for form in forms_of(exercise).by_name)
    )


def mentioned_by_id(text: str, exercises: Sequence[Exercise]) -> frozenset[str]:
    """Ids of the exercises whose ids stand in a title, however they are written."""
    words = words_of(text)
    return frozenset(
        exercise.id for exercise in exercises if any(_within(form, words) for form in forms_of(exercise).by_id)
    )


def _within(form: Words, words: Words) -> bool:
    return any(words[at : at + len(form)] == form for at in range(len(words) - len(form) + 1))


# ---- the decision ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """The exercise that a file answers, and whether its own name says so; if not, only the folder it lies in does."""

    exercise: str
    named: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Unnamed:
    """A file of which neither its name nor its place says the exercise."""

    reason: str


def match_exercise(
    name: str, *, folders: Sequence[str], context: Sequence[str], besides: Words, exercises: Sequence[Exercise]
) -> Match | Unnamed | str:
    """The exercise of a Python file, or why there is none that is clear, in words.

    ``folders`` are those within the learner's own space and ``context`` the assignments above it, both from the
    outside in; the first of ``context`` is the name of the whole source, which decides only if nothing else does.
    ``besides`` are words that may stand in the name, because they are the learner's.
    """
    by_name = exactly(stem_of(name).text, exercises, besides=besides)
    place = _nearest((*context[1:], *folders), exercises)
    if by_name and place and not by_name & place:
        return f"is named like {_either(by_name)} but lies with {_either(place)}"
    ids = (by_name & place) or by_name or place or _nearest(context[:1], exercises)
    if len(ids) > 1:
        return f"could be {_either(ids)}"
    if not ids:
        expected = ", ".join(exercise.file for exercise in exercises[:6]) + (", ..." if len(exercises) > 6 else "")
        return Unnamed(reason=f"is not named like an exercise ({expected})")
    return Match(exercise=next(iter(ids)), named=bool(by_name))


def _nearest(places: Sequence[str], exercises: Sequence[Exercise]) -> frozenset[str]:
    ids = (mentioned(bare_name(place), exercises) for place in reversed(places))
    return next(filter(None, ids), frozenset())


def _either(ids: Iterable[str]) -> str:
    return " or ".join(sorted(ids))
