"""Reads ``class.toml``: the deadlines, extensions, late policy and points set by hand of an instructor.

``docs/class.md`` shows a file with every key. What the rules cost is worked out in ``marks``.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from grader.errors import ClassroomError
from grader.kit.faults import raising
from grader.kit.tables import Table, parse

NAME = "class.toml"
_KEYS = {
    "count": '"latest"',
    "missing": '"blank"',
    "timezone": '"Europe/Berlin"',
    "same_files": "false",
    **dict.fromkeys(("deadlines", "late", "extensions", "overrides", "columns"), ""),
}
_LATE_KEYS = {"per_day": "10", "max_days": "3", "grace_minutes": "15"}
_OVERRIDE_KEYS = {"learner": '"ada"', "exercise": '"ex01"', "points": "80", "reason": '"shown in person"'}


class Count(StrEnum):
    """Which of several hand-ins counts."""

    LATEST = "latest"
    BEST = "best"


class MissingMark(StrEnum):
    """What stands where nothing was handed in, in the tables and on the platform."""

    BLANK = "blank"
    ZERO = "zero"


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """The price of being late."""

    per_day: float = 0.0
    """What each day costs, in per cent of the exercise's points."""
    max_days: int | None = None
    """The days after which nothing is given; None if that never happens."""
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
    """Everything that ``class.toml`` may say. Deadlines know their time zone.

    The keys of ``deadlines`` and ``columns`` are exercises, and those of ``extensions`` learners.
    """

    where: Path | None = None
    count: Count = Count.LATEST
    missing: MissingMark = MissingMark.BLANK
    deadlines: Mapping[str, datetime] = field(default_factory=dict)
    late: Late = Late()
    extensions: Mapping[str, Extension] = field(default_factory=dict)
    overrides: tuple[Override, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    same_files: bool = True
    """Whether the page of the class shows which files were handed in the same."""

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


def read_rules(path: Path, exercises: Collection[str]) -> ClassRules:
    """Read the file; ``exercises`` are the ids of the kit. Raises ClassroomError for its first fault, with the line."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise ClassroomError(f"{path}: cannot be read: {reason}", hint="Name another file with --config.") from None
    table = parse(text, path=path, known=_KEYS, report=raising(ClassroomError))
    reader = _Reader(exercises=exercises, zone=_timezone(table))
    extensions = table.table("extensions", known=None)
    return ClassRules(
        where=path,
        count=Count(table.one_of("count", list(Count))) if "count" in table else Count.LATEST,
        missing=MissingMark(table.one_of("missing", list(MissingMark))) if "missing" in table else MissingMark.BLANK,
        deadlines=reader.times(table.table("deadlines", known=None)),
        late=_late(table.table("late", known=_LATE_KEYS)),
        extensions={key: reader.extension(extensions.table(key, known=None)) for key in extensions},
        overrides=tuple(reader.override(entry) for entry in table.entries("overrides", known=_OVERRIDE_KEYS)),
        columns=dict(reader.columns(table.table("columns", known=None))),
        same_files=table.truth("same_files") if "same_files" in table else True,
    )


def _timezone(table: Table) -> tzinfo | None:
    if "timezone" not in table:
        return None
    try:
        return ZoneInfo(table.text("timezone"))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        table.wrong("timezone", "the name of a time zone, as `Europe/Berlin` or `UTC`")
        return None


def _late(table: Table) -> Late:
    return Late(
        per_day=table.number("per_day") if "per_day" in table else 0.0,
        max_days=int(table.number("max_days")) if "max_days" in table else None,
        grace=timedelta(minutes=table.number("grace_minutes") if "grace_minutes" in table else 0),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    """Reads the tables that name exercises and times."""

    exercises: Collection[str]
    zone: tzinfo | None

    def extension(self, table: Table) -> Extension:
        days = int(table.number("days")) if "days" in table else 0
        return Extension(days=days, deadlines=self.times(table, besides="days"), line=table.line)

    def override(self, table: Table) -> Override:
        self._check(table, table.text("exercise"), at="exercise")
        return Override(
            learner=table.text("learner"),
            exercise=table.text("exercise"),
            points=table.number("points"),
            reason=table.text("reason"),
            line=table.line,
        )

    def columns(self, table: Table) -> Iterator[tuple[str, str]]:
        for exercise in table:
            if exercise != "total":
                self._check(table, exercise, at=exercise)
            yield exercise, table.text(exercise)

    def times(self, table: Table, *, besides: str = "") -> dict[str, datetime]:
        """The deadlines in a table, by exercise; ``besides`` is a key of another kind."""
        return {exercise: self._time(table, exercise) for exercise in table if exercise != besides}

    def _time(self, table: Table, exercise: str) -> datetime:
        self._check(table, exercise, at=exercise)
        expected = "a date or a date and time without quotes, as `2026-11-20`"
        moment = table.read(exercise, _as_moment, datetime.max, expected=expected, example="2026-11-20")
        if moment.tzinfo is not None:
            return moment
        # Without a zone of its own, astimezone() takes this computer's for that day, summer time included.
        return moment.astimezone() if self.zone is None else moment.replace(tzinfo=self.zone)

    def _check(self, table: Table, id: str, *, at: str) -> None:
        if id not in self.exercises:
            near = difflib.get_close_matches(id, self.exercises, n=1)
            known = f"Did you mean `{near[0]}`?" if near else f"There are {', '.join(self.exercises)}."
            table.report(at, f"there is no exercise {id!r}", hint=known)


def _as_moment(value: object) -> datetime | None:
    """A date and time; a date means the end of that day."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime.combine(value, time(23, 59, 59))
    return value if isinstance(value, datetime) else None
