"""Reads ``class.toml``: the deadlines, extensions, late policy and points set by hand of an instructor.

``docs/class.md`` shows a file with every key. What the rules cost is worked out in ``marks``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from grader.classroom import weighing
from grader.classroom.weighing import Weighing, read_weighing
from grader.errors import ClassroomError
from grader.kit.faults import raising
from grader.kit.tables import Table, parse
from grader.text import nearest

NAME = "class.toml"
_KEYS = {
    "count": '"latest"',
    "missing": '"blank"',
    "timezone": '"Europe/Berlin"',
    **dict.fromkeys(("deadlines", "late", "extensions", "overrides", "columns", "remarks"), ""),
    **weighing.KEYS,
}
_LATE_KEYS = {"per_day": "10", "max_days": "3", "grace_minutes": "15"}
_OVERRIDE_KEYS = {"learner": '"ada"', "exercise": '"ex01"', "points": "80", "reason": '"shown in person"'}
_REMARK_KEYS = {"text": '"Well done."', "learner": '"ada"', "exercise": '"ex01"', "diagnosis": '"serial"'}


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
class InstructorRemark:
    """What an instructor says to learners; an empty field means every learner, exercise or diagnosis."""

    text: str
    learner: str = ""
    exercise: str = ""
    diagnosis: str = ""
    line: int = 0


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
    weighing: Weighing = field(default_factory=Weighing)
    remarks: tuple[InstructorRemark, ...] = ()

    def deadline(self, learner: str, exercise: str) -> datetime | None:
        """When an exercise was due from this learner."""
        extension = self.extensions.get(learner, Extension())
        if exercise in extension.deadlines:
            return extension.deadlines[exercise]
        common = self.deadlines.get(exercise)
        return None if common is None else common + timedelta(days=extension.days)

    def strangers(self, names: Mapping[str, str]) -> Iterator[str]:
        """A sentence for every learner who is named here and is not in the class; ``names`` are those in it, by key."""
        named = [(key, extension.line) for key, extension in self.extensions.items()]
        named += [(override.learner, override.line) for override in self.overrides]
        named += [(remark.learner, remark.line) for remark in self.remarks if remark.learner]
        for key, line in named:
            if key not in names:
                meant = _meant(key, names)
                advice = f"did you mean {meant!r}?" if meant else "the keys of all learners stand in grades.csv"
                yield f"{self.where}:{line}: there is no learner {key!r} in this class; {advice}"


def _meant(typed: str, names: Mapping[str, str]) -> str | None:
    """The key of the learner who was probably meant by a key, or by a name."""
    by_name = {name: key for key, name in names.items()}
    if typed in by_name:
        return by_name[typed]
    return nearest(typed, names) or by_name.get(nearest(typed, by_name) or "")


def read_rules(path: Path, exercises: Collection[str], diagnoses: Collection[str] = ()) -> ClassRules:
    """Read the file; ``exercises`` are the ids of the kit, ``diagnoses`` those that a remark may be about.

    Raises ClassroomError for its first fault, with the line.
    """
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
        weighing=read_weighing(table, reader.check),
        remarks=tuple(reader.remark(entry, diagnoses) for entry in table.entries("remarks", known=_REMARK_KEYS)),
    )


def _timezone(table: Table) -> tzinfo | None:
    if "timezone" not in table:
        return None
    try:
        return ZoneInfo(table.text("timezone"))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        typed = table.text("timezone")
        near = nearest(typed, available_timezones()) or "Europe/Berlin"
        what = f"'timezone' must be the name of a time zone, as `Europe/Berlin` or `UTC`, not {typed!r}"
        table.report("timezone", what, hint=f'Write `timezone = "{near}"`.')
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
        self.check(table, table.text("exercise"), "exercise")
        return Override(
            learner=table.text("learner"),
            exercise=table.text("exercise"),
            points=table.number("points"),
            reason=table.text("reason"),
            line=table.line,
        )

    def remark(self, table: Table, diagnoses: Collection[str]) -> InstructorRemark:
        given = {key: table.text(key) for key in ("learner", "exercise", "diagnosis") if key in table}
        if "exercise" in given:
            self.check(table, given["exercise"], "exercise")
        diagnosis = given.get("diagnosis", "")
        if diagnosis and diagnosis not in diagnoses:
            near = nearest(diagnosis, diagnoses)
            hint = f"Write `{near}`." if near else "See the diagnoses of the class on class.html, under Misconceptions."
            table.report("diagnosis", f"there is no diagnosis {diagnosis!r}", hint=hint)
        return InstructorRemark(text=table.text("text"), line=table.line, **given)

    def columns(self, table: Table) -> Iterator[tuple[str, str]]:
        for exercise in table:
            if exercise != "total":
                self.check(table, exercise, exercise)
            yield exercise, table.text(exercise)

    def times(self, table: Table, *, besides: str = "") -> dict[str, datetime]:
        """The deadlines in a table, by exercise; ``besides`` is a key of another kind."""
        return {exercise: self._time(table, exercise, besides) for exercise in table if exercise != besides}

    def _time(self, table: Table, exercise: str, besides: str) -> datetime:
        self.check(table, exercise, exercise, besides)
        expected = "a date or a date and time without quotes, as `2026-11-20`"
        moment = table.read(exercise, _as_moment, datetime.max, expected=expected, example="2026-11-20")
        if moment.tzinfo is not None:
            return moment
        # Without a zone of its own, astimezone() takes this computer's for that day, summer time included.
        return moment.astimezone() if self.zone is None else moment.replace(tzinfo=self.zone)

    def check(self, table: Table, id: str, at: str, besides: str = "") -> None:
        """Report an exercise that the kit does not have, with the nearest one; ``besides`` may also have been meant."""
        if id not in self.exercises:
            near = nearest(id, [*self.exercises, *([besides] if besides else [])])
            known = f"Did you mean `{near}`?" if near else f"There are {', '.join(self.exercises)}."
            table.report(at, f"there is no exercise {id!r}", hint=known)


def _as_moment(value: object) -> datetime | None:
    """A date and time; a date means the end of that day."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime.combine(value, time(23, 59, 59))
    return value if isinstance(value, datetime) else None
