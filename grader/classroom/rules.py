"""What an instructor has decided: deadlines, extensions, the late policy, points set by hand."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path


class Count(StrEnum):
    """Which of several attempts counts."""

    LATEST = "latest"
    BEST = "best"


class Missing(StrEnum):
    """What a platform is told where nothing was handed in."""

    BLANK = "blank"
    ZERO = "zero"


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """The price of being late, in per cent of the exercise's points; ``max_days`` None means that there is no end."""

    per_day: float = 0.0
    max_days: int | None = None
    grace: timedelta = timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """More time for one learner: days on every deadline, and deadlines of their own."""

    days: int = 0
    deadlines: Mapping[str, datetime] = field(default_factory=dict)
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """Points set by hand, which no regrade changes."""

    learner: str
    exercise: str
    points: float
    reason: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassRules:
    """Everything that ``class.toml`` may say. Deadlines know their time zone."""

    where: Path | None = None
    count: Count = Count.LATEST
    missing: Missing = Missing.BLANK
    deadlines: Mapping[str, datetime] = field(default_factory=dict)
    late: Late = Late()
    extensions: Mapping[str, Extension] = field(default_factory=dict)
    overrides: tuple[Override, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)

    def deadline(self, learner: str, exercise: str) -> datetime | None:
        """When an exercise was due from this learner."""
        extension = self.extensions.get(learner, Extension())
        if exercise in extension.deadlines:
            return extension.deadlines[exercise]
        common = self.deadlines.get(exercise)
        return None if common is None else common + timedelta(days=extension.days)

    def strangers(self, learners: Collection[str]) -> Iterator[str]:
        """A sentence for every learner who is named here and is not in the class."""
        named = [(key, extension.line) for key, extension in self.extensions.items()]
        named += [(override.learner, override.line) for override in self.overrides]
        for key, line in named:
            if key not in learners:
                near = difflib.get_close_matches(key, learners, n=1)
                meant = f"; did you mean {near[0]!r}?" if near else ""
                yield f"{self.where}:{line}: there is no learner {key!r} in this class{meant}"
