"""How far a learner is with each exercise, and what to type next."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Something to type, and what it is good for."""

    line: str
    does: str


class ExerciseState(StrEnum):
    """How far a learner is with one exercise."""

    NEW = "not started"
    FAULTY = "cannot be judged"
    FAILING = "not yet complete"
    COMPLETE = "complete"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExerciseProgress:
    """One exercise as the overview and the list show it. ``points`` are those of the best attempt."""

    id: str
    title: str
    summary: str
    level: int
    minutes: int
    concepts: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    """The exercises that teach what this one needs."""
    state: ExerciseState
    points: float = 0.0
    total: int = 100
