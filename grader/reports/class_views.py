"""What the class report shows of learners and their marks, as plain records that know no HTML."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from grader.classroom.marks import Mark, Standing
from grader.classroom.results import ClassResults
from grader.reports.class_figures import passes, total_of
from grader.reports.clean import clean_line
from grader.reports.words import whole_points

MAX_NAME = 60
MAX_SLUG = 40
LATE = "†"
BY_HAND = "‡"


class State(StrEnum):
    """What a cell of the heat map says in a word."""

    PASS = "pass"
    FAIL = "fail"
    FAULT = "fault"
    """The file cannot be judged."""
    NOT_JUDGED = "not judged"
    MISSING = "missing"


States = Mapping[tuple[str, str], State]
"""By learner and exercise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A learner as the page names them. ``page`` is the link to their own page, empty if there is none."""

    name: str
    page: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatCell:
    """One exercise of one learner. ``tone`` is the class of its colour: ``p f0 f1 f2 f3 c n m``."""

    tone: str
    points: str
    word: State
    flag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatRow:
    """One learner. ``kinds`` are the places of their diagnoses in the list of misconceptions."""

    person: Person
    cells: tuple[HeatCell, ...]
    total: str
    complete: str
    kinds: str


# ---- names -----------------------------------------------------------------------------------------------------------


def page_name(learner_key: str) -> str:
    """Name the file of a learner's page: safe on every file system, and another one for every key."""
    # The digest makes the names unique, also where a file system takes upper and lower case for the same; the rest is
    # for people. No name begins with a dot or is one that Windows keeps for itself.
    digest = hashlib.sha256(learner_key.encode("utf-8", "surrogatepass")).hexdigest()[:10]
    plain = unicodedata.normalize("NFKD", learner_key[:200]).encode("ascii", "ignore").decode("ascii").lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:MAX_SLUG].strip("-")
    return f"{slug or 'learner'}-{digest}.html"


def people(results: ClassResults, pages: Mapping[str, str]) -> Mapping[str, Person]:
    """Everybody by key; ``pages`` are the links to their own pages."""
    return {
        learner.key: Person(name=clean_line(learner.name or learner.key, MAX_NAME), page=pages.get(learner.key, ""))
        for learner in results.intake.learners
    }


# ---- states --------------------------------------------------------------------------------------------


def states_of(results: ClassResults) -> States:
    """Say in a word what became of each exercise of each learner."""
    return {(mark.learner, mark.exercise): _state(mark) for mark in results.marks}


def _state(mark: Mark) -> State:
    match mark.standing:
        case Standing.JUDGED:
            return State.PASS if passes(mark) else State.FAIL
        case Standing.CANNOT_JUDGE:
            return State.FAULT
        case Standing.NOT_JUDGED:
            return State.NOT_JUDGED
        case Standing.MISSING:
            return State.MISSING


# ---- the heat map ----------------------------------------------------------------------------------------------------


def heat_rows(
    results: ClassResults, states: States, who: Mapping[str, Person], kinds: Mapping[str, Collection[int]]
) -> tuple[HeatRow, ...]:
    """Return a row for every learner, in the order of the intake; ``kinds`` are places of diagnoses, by key."""
    return tuple(
        _heat_row(who[key], marks, states, sorted(kinds.get(key, ()))) for key, marks in results.by_learner.items()
    )


def _heat_row(person: Person, marks: Sequence[Mark], states: States, kinds: Sequence[int]) -> HeatRow:
    total = total_of(marks)
    return HeatRow(
        person=person,
        cells=tuple(_cell(mark, states[key_of(mark)]) for mark in marks),
        total="–" if total is None else str(whole_points(total)),
        complete=str(sum(states[key_of(mark)] is State.PASS for mark in marks)),
        kinds=" ".join(map(str, kinds)),
    )


def _cell(mark: Mark, state: State) -> HeatCell:
    return HeatCell(
        tone=_tone(mark, state),
        points="" if mark.points is None else str(whole_points(mark.points)),
        word=state,
        flag=BY_HAND if mark.override else LATE if mark.days_late else "",
    )


def _tone(mark: Mark, state: State) -> str:
    if state is State.FAIL:
        points = mark.raw if mark.points is None else mark.points
        return f"f{min(max(int(4 * points / max(mark.total, 1)), 0), 3)}"
    return {State.PASS: "p", State.FAULT: "c", State.NOT_JUDGED: "n", State.MISSING: "m"}[state]


# ---- numbers ---------------------------------------------------------------------------------------------------------


def percent(part: int, whole: int) -> str:
    """Say a share, rounded down so that 99.6 never looks complete: ``41%``."""
    return f"{100 * part // whole if whole else 0}%"


def key_of(mark: Mark) -> tuple[str, str]:
    """Where a mark is found in ``States``."""
    return mark.learner, mark.exercise


def handed_in(marks: Sequence[Mark]) -> bool:
    """Whether one learner, of whom these are the marks, handed in anything at all."""
    return any(mark.standing is not Standing.MISSING for mark in marks)
