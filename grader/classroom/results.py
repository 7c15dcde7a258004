"""The results of a class as one record: what every class report is made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from grader.classroom.intake import Intake, Learner
from grader.classroom.marks import Mark
from grader.kit import Kit


@dataclass(frozen=True, kw_only=True)
class ClassResults:
    """A class, graded: everything a report may need. Holds all exercises of the kit that were asked for."""

    title: str
    kit: Kit
    exercises: tuple[str, ...]
    """Ids, in the order of the kit."""
    intake: Intake
    marks: tuple[Mark, ...]
    """One for every learner and exercise, in the order of ``intake.learners`` and then ``exercises``."""
    made_at: str
    """UTC, ISO 8601."""
    version: str
    """Of the grader."""
    isolation: int
    """The lowest level at which anything was played."""
    schedules: int
    reused: int = 0
    """How many verdicts came from the gradebook."""
    moved: tuple[str, ...] = ()
    """What changed in a regrade and why, one sentence each."""
    reproduce: tuple[str, ...] = ()
    """The commands that print these results again."""

    @cached_property
    def learners(self) -> Mapping[str, Learner]:
        return {learner.key: learner for learner in self.intake.learners}

    @cached_property
    def by_learner(self) -> Mapping[str, tuple[Mark, ...]]:
        """Marks by the key of the learner, in the order of ``exercises``."""
        return {
            learner.key: tuple(mark for mark in self.marks if mark.learner == learner.key)
            for learner in self.intake.learners
        }
