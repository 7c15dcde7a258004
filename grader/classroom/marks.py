"""What counts in the end: the hand-in that stands, what being late costs, points set by hand, what a regrade moved.

``ClassResults`` is the record from which every report on a class is made.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property

from grader.classroom.gradebook import Counted, Gradebook, HandIn, JudgedHandIn, Learner
from grader.classroom.history import Histories
from grader.classroom.intake import Intake
from grader.classroom.pool import Conditions
from grader.classroom.roster import in_order
from grader.classroom.rules import ClassRules, Count, InstructorRemark, Late, MissingMark
from grader.judge.verdict import Status, Verdict
from grader.kit.exercise import Exercise
from grader.kit.kit import Kit
from grader.rounding import hundredths, number_said

DAY = timedelta(days=1)


class Standing(StrEnum):
    """What became of one exercise of one learner."""

    JUDGED = "judged"
    CANNOT_JUDGE = "cannot-judge"
    """The file is at fault."""
    NOT_JUDGED = "not-judged"
    """The grader or its machine is at fault, or the run did not come to it; no points are given or lost."""
    MISSING = "missing"
    """Nothing was handed in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """The mark of one learner for one exercise.

    All points are hundredths, rounded here and nowhere else, and ``points`` is ``raw - deducted`` unless an instructor
    has set it. ``totals`` fills in what the mark is worth in the total.
    """

    learner: str
    exercise: str
    total: int
    """Points that can be had."""
    standing: Standing
    verdict: Verdict | None = None
    """The verdict that counts."""
    raw: float = 0.0
    """Points of that verdict."""
    deducted: float = 0.0
    """Points lost by being late."""
    days_late: int = 0
    deadline: str = ""
    """When it was due from this learner, ISO 8601 in the time zone of the class; empty if there is no deadline."""
    common_deadline: str = ""
    """The deadline of the class, where an extension has given this learner another one."""
    handed_in: str = ""
    """When it was handed in, in the same time zone; empty if the platform does not say."""
    override: str = ""
    """Why an instructor has set the points by hand; empty if they have not."""
    points: float | None = None
    """Points that go into the gradebook of the platform; None if nothing can be said yet."""
    own_fault: bool = False
    """Whether the file was not judged because of a fault of the grader itself."""
    judged: JudgedHandIn | None = None
    """The hand-in that counts, as the gradebook has it."""
    verdict_id: int | None = None
    """The number by which the gradebook knows the verdict."""
    weight: float = 1.0
    """How often the points count in the total."""
    extra: bool = False
    """Whether it is extra credit, so that its points add to the total and not to what can be had."""
    dropped: bool = False
    """Whether it does not count in the total, because of ``best`` or ``drop``."""


@dataclass(frozen=True, kw_only=True)
class ClassResults:
    """A class, graded: everything that a report may need."""

    title: str
    kit: Kit
    exercises: tuple[str, ...]
    """Ids of those that were asked for, in the order of the kit."""
    intake: Intake
    marks: tuple[Mark, ...]
    """A mark for every learner and exercise, in the order of ``intake.learners`` and then ``exercises``."""
    made_at: str
    """UTC, ISO 8601."""
    version: str
    """The version of the grader."""
    isolation: int
    """The lowest level at which anything was played."""
    schedules: int
    reused: int = 0
    """How many verdicts came from the gradebook."""
    histories: Histories = field(default_factory=dict)
    """What the gradebook remembers of the hand-ins for each answer, those before the one that counts included."""
    same_files: bool = True
    """Whether the page of the class may say which files were handed in the same."""
    moved: tuple[str, ...] = ()
    """What changed in a regrade and why, one sentence each."""
    reproduce: tuple[str, ...] = ()
    """The commands that print these results again."""
    remarks: tuple[InstructorRemark, ...] = ()
    """What the instructor says beside the marks."""
    show: str = ""
    """The command that shows what is known of one learner, to which the learner's key is added; empty if unknown."""

    @cached_property
    def learners(self) -> Mapping[str, Learner]:
        return {learner.key: learner for learner in self.intake.learners}

    @cached_property
    def by_learner(self) -> Mapping[str, tuple[Mark, ...]]:
        """Marks by the key of the learner, in the order of ``exercises``."""
        marks_of_learner: dict[str, list[Mark]] = {learner.key: [] for learner in self.intake.learners}
        for mark in self.marks:
            marks_of_learner[mark.learner].append(mark)
        return {key: tuple(marks) for key, marks in marks_of_learner.items()}


Skips = Callable[[JudgedHandIn], bool]
"""A function that says whether a hand-in counts as not begun."""


def marks_of(
    learners: Sequence[Learner], exercises: Sequence[Exercise], gradebook: Gradebook, rules: ClassRules, *, skips: Skips
) -> tuple[Mark, ...]:
    """Return one mark for every learner and exercise, without the verdicts."""
    hand_ins: dict[tuple[str, str], list[HandIn]] = defaultdict(list)
    for hand_in in gradebook.hand_ins():
        hand_ins[hand_in.learner, hand_in.exercise].append(hand_in)
    totals = {exercise.id: sum(test.points for test in exercise.tests) for exercise in exercises}
    return tuple(
        mark(learner.key, id, total, hand_ins[learner.key, id], rules, skips=skips)
        for learner in learners
        for id, total in totals.items()
    )


def mark(
    learner: str, exercise: str, total: int, hand_ins: Iterable[HandIn], rules: ClassRules, *, skips: Skips
) -> Mark:
    """The mark of one learner for one exercise, from their hand-ins; ``verdict`` is left to be filled in.

    A file that cannot be judged has no points. One that was not judged has none to give or to lose, and neither has
    what is missing, unless the rules say zero.
    """
    bare = _due(Mark(learner=learner, exercise=exercise, total=total, standing=Standing.MISSING), rules)
    begun = [hand_in for hand_in in hand_ins if not (isinstance(hand_in, JudgedHandIn) and skips(hand_in))]
    latest = max(begun, key=_age, default=None)
    if latest is None:
        counted = replace(bare, points=0.0 if rules.missing is MissingMark.ZERO else None)
    elif not isinstance(latest, JudgedHandIn):  # handed in, and the run has not come to it
        counted = replace(bare, standing=Standing.NOT_JUDGED)
    elif rules.count is Count.BEST:
        # After what being late costs; of equal ones the latest, which comes first.
        judged = [hand_in for hand_in in sorted(begun, key=_age, reverse=True) if isinstance(hand_in, JudgedHandIn)]
        marks = [_worth(bare, hand_in, rules) for hand_in in judged]
        counted = max(marks, key=lambda mark: -1.0 if mark.points is None else mark.points)
    else:
        counted = _worth(bare, latest, rules)
    return _overridden(counted, rules)


def _worth(bare: Mark, judged: JudgedHandIn, rules: ClassRules) -> Mark:
    """The mark that this hand-in would get if it counted."""
    verdict, days = judged.verdict, _days_late(judged, rules)
    filled = replace(
        bare,
        judged=judged,
        verdict_id=judged.verdict_id,
        handed_in=_in_zone_of(bare.deadline, judged.submitted_at),
        days_late=days,
        own_fault=verdict.own_fault,
    )
    if verdict.status is Status.NOT_JUDGED:
        return replace(filled, standing=Standing.NOT_JUDGED)
    if verdict.status is Status.CANNOT_JUDGE:
        return replace(filled, standing=Standing.CANNOT_JUDGE, points=0.0)
    raw = hundredths(verdict.points)
    deducted = hundredths(_deducted(raw, bare.total, days, rules.late))
    points = hundredths(raw - deducted)
    return replace(filled, standing=Standing.JUDGED, raw=raw, deducted=deducted, points=points)


def _due(bare: Mark, rules: ClassRules) -> Mark:
    """The mark with the deadline of its learner, and with that of the class where it is another one."""
    deadline, common = rules.deadline(bare.learner, bare.exercise), rules.deadlines.get(bare.exercise)
    return replace(
        bare,
        deadline="" if deadline is None else deadline.isoformat(),
        common_deadline="" if common is None or common == deadline else common.isoformat(),
    )


def _in_zone_of(deadline: str, moment: str) -> str:
    """A moment as the clocks of the class had it; unchanged if there is no deadline to say which clocks these are."""
    if not deadline or not moment:
        return moment
    return datetime.fromisoformat(moment).astimezone(datetime.fromisoformat(deadline).tzinfo).isoformat()


def _age(hand_in: HandIn) -> tuple[int, str]:
    return hand_in.run, hand_in.submitted_at


def _overridden(mark: Mark, rules: ClassRules) -> Mark:
    """The mark with the points that an instructor has set; of several overrides for it, the last counts."""
    for override in reversed(rules.overrides):
        if (override.learner, override.exercise) == (mark.learner, mark.exercise):
            return replace(mark, override=override.reason, points=hundredths(override.points))
    return mark


# ---- being late ------------------------------------------------------------------------------------------------------


def _days_late(hand_in: HandIn, rules: ClassRules) -> int:
    """Days that have begun since the deadline.

    Where the platform says that a file was late and not when, it counts as one day; not so for a learner to whom the
    rules give more time, because the platform does not know of that.
    """
    deadline = rules.deadline(hand_in.learner, hand_in.exercise)
    if deadline is None or not hand_in.submitted_at:
        return 1 if hand_in.late and hand_in.learner not in rules.extensions else 0
    over = datetime.fromisoformat(hand_in.submitted_at) - deadline
    return 0 if over <= rules.late.grace else math.ceil(over / DAY)


def _deducted(points: float, total: int, days: int, late: Late) -> float:
    """Points lost; never more than there are."""
    if late.max_days is not None and days > late.max_days:
        return points
    return min(points, total * late.per_day * days / 100)


# ---- the class as a whole --------------------------------------------------------------------------------------------


def with_earlier(intake: Intake, gradebook: Gradebook) -> tuple[Intake, tuple[Learner, ...]]:
    """Add to an intake the learners who handed something in for an earlier run only; returns them, too."""
    here = {learner.key for learner in intake.learners}
    gone = {hand_in.learner for hand_in in gradebook.hand_ins() if isinstance(hand_in, JudgedHandIn)} - here
    earlier = tuple(learner for learner in gradebook.learners() if learner.key in gone)
    if not earlier:
        return intake, ()
    return replace(intake, learners=in_order((*intake.learners, *earlier))), earlier


def lowest_level(marks: Iterable[Mark]) -> int:
    """Return the lowest isolation level at which a file that counts was played."""
    played = [mark.judged.verdict.level for mark in marks if mark.judged and mark.standing is Standing.JUDGED]
    return min(played, default=0)


def moved(before: Mapping[tuple[str, str], Counted], marks: Iterable[Mark], names: Mapping[str, str]) -> Iterator[str]:
    """One sentence for every mark whose points, before deductions, are others than in the last run, with the cause."""
    for mark in marks:
        then = before.get((mark.learner, mark.exercise))
        if then is None or mark.judged is None or hundredths(then.points) == mark.raw:
            continue
        cause = _cause(then, mark.judged.key, mark.judged.conditions)
        name = names.get(mark.learner, mark.learner)
        yield f"{name}, {mark.exercise}: {number_said(then.points)} -> {number_said(mark.raw)} points; {cause}"


def _cause(then: Counted, key: str, now: Conditions) -> str:
    if then.key != key:
        return "another file"
    if then.conditions.kit != now.kit:
        return "the exercise has changed"
    if then.conditions.versions != now.versions:
        return f"other versions: {then.conditions.versions} -> {now.versions}"
    if then.conditions.schedules != now.schedules:
        return f"{now.schedules} schedules instead of {then.conditions.schedules}"
    return "nothing has changed, so what this program does depends on chance or on real time"
