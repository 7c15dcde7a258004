"""What counts in the end: the attempt that stands, late days, overrides."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from grader.verdict import Verdict


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
    """The mark of one learner for one exercise. Points are exact; reports round them down."""

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
    override: str = ""
    """Why an instructor has set the points by hand; empty if they have not."""
    points: float | None = None
    """Points that go into the gradebook of the platform; None if there is nothing to say yet."""
