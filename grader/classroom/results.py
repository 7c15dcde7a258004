"""The results of a class as one record: what every class report is made from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from grader.classroom.intake import Intake, Learner
from grader.classroom.marks import Mark, Skips, Standing, mark
from grader.classroom.rules import ClassRules
from grader.gradebook import Attempt, Gradebook, Judged
from grader.kit import Exercise, Kit


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
        found: dict[str, list[Mark]] = {learner.key: [] for learner in self.intake.learners}
        for one in self.marks:
            found[one.learner].append(one)
        return {key: tuple(marks) for key, marks in found.items()}


def marks_of(
    learners: Sequence[Learner], exercises: Sequence[Exercise], gradebook: Gradebook, rules: ClassRules, *, skips: Skips
) -> tuple[Mark, ...]:
    """Return one mark for every learner and exercise, without the verdicts; ``skips`` is as for ``mark``."""
    attempts: dict[tuple[str, str], list[Judged | Attempt]] = defaultdict(list)
    for one in gradebook.attempts():
        attempt = one.attempt if isinstance(one, Judged) else one
        attempts[attempt.learner, attempt.exercise].append(one)
    totals = {exercise.id: sum(test.points for test in exercise.tests) for exercise in exercises}
    return tuple(
        mark(learner.key, id, total, attempts[learner.key, id], rules, skips=skips)
        for learner in learners
        for id, total in totals.items()
    )


def with_earlier(intake: Intake, gradebook: Gradebook) -> tuple[Intake, tuple[Learner, ...]]:
    """Add to an intake whoever handed something in for an earlier run, and say who that is."""
    here = {learner.key for learner in intake.learners}
    gone = {one.attempt.learner for one in gradebook.attempts() if isinstance(one, Judged)} - here
    earlier = tuple(one for one in gradebook.learners() if one.key in gone)
    if not earlier:
        return intake, ()
    everybody = sorted((*intake.learners, *earlier), key=lambda learner: (learner.name.casefold(), learner.key))
    return replace(intake, learners=tuple(everybody)), earlier


def lowest_level(marks: Iterable[Mark]) -> int:
    """Return the lowest isolation level at which anything was played that counts."""
    played = [one.judged.level for one in marks if one.judged is not None and one.standing is Standing.JUDGED]
    return min(played, default=0)
