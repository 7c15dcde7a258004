"""What a learner's page says of marks, where an instructor's run made it: words alone, chosen in ``of_class``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedExercise:
    """One exercise of one learner, as the gradebook has it.

    ``mark`` is ``59 of 100``, or empty where there is none; ``raw`` says the points of the tests, before anything was
    taken off, and is empty where nothing was judged. ``why`` says how the mark came about, a sentence each.
    """

    id: str
    title: str
    mark: str
    raw: str
    share: str
    """The mark as a share of what can be had, as the width of a bar: ``59%``, and never more than all."""
    why: tuple[str, ...]
    verdict: str = ""
    """By what the gradebook knows the verdict; empty if there is none."""
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """The marks of one learner. ``learner`` is the name, empty on a page without names."""

    learner: str
    exercises: tuple[MarkedExercise, ...]
    total: str
    total_why: tuple[str, ...]
    remarks: tuple[str, ...] = ()
    """What the instructor says on no exercise in particular."""
    show: str = ""
    """The command by which the instructor sees the same."""
    by_exercise: Mapping[str, MarkedExercise] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_exercise", {marked.id: marked for marked in self.exercises})
