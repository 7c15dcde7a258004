"""What the gradebook remembers of each answer: how many files a learner has handed in, and which was the first to pass.

A file counts once, however often the learner hands it in, and only if a run has seen it: a run a week sees one hand-in
a week. An untouched stub is no hand-in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from grader.classroom.gradebook import HandIn, JudgedHandIn
from grader.judge.verdict import Status

UNTOUCHED = "untouched"
"""The kind of the fault of a file in which nothing has been written yet."""


@dataclass(frozen=True, slots=True)
class History:
    """The hand-ins of one learner for one exercise. ``until_full`` counts them up to the first with full marks.

    It is None if none of them has full marks, before what being late costs.
    """

    hand_ins: int
    until_full: int | None


Histories = Mapping[tuple[str, str], History]
"""By learner and exercise."""


def histories(hand_ins: Iterable[HandIn]) -> Histories:
    """Return the history of every answer that was handed in."""
    by_answer: dict[tuple[str, str], list[HandIn]] = defaultdict(list)
    for hand_in in hand_ins:
        if not isinstance(hand_in, JudgedHandIn) or hand_in.verdict.fault != UNTOUCHED:
            by_answer[hand_in.learner, hand_in.exercise].append(hand_in)
    return {answer: _history(found) for answer, found in by_answer.items()}


def _history(found: Sequence[HandIn]) -> History:
    in_order = sorted(found, key=lambda hand_in: (hand_in.run, hand_in.submitted_at))
    passing = (number for number, hand_in in enumerate(in_order, start=1) if _passes(hand_in))
    return History(hand_ins=len(in_order), until_full=next(passing, None))


def _passes(hand_in: HandIn) -> bool:
    return isinstance(hand_in, JudgedHandIn) and hand_in.verdict.status is Status.PASS
