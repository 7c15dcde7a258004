"""Reads ``class.toml``, in which an instructor writes deadlines, extensions, the late policy and points set by hand.

count = "latest"                # or "best": which attempt counts
missing = "blank"               # or "zero": what goes to the platform where nothing was handed in
timezone = "Europe/Berlin"      # of times without an offset; without it, this computer's

[deadlines]
ex01 = 2026-11-20T18:00:00      # a date alone means the end of that day

[late]
per_day = 10                    # per cent of the exercise's points, for every day that has begun
max_days = 5                    # after that many days nothing is given; without it, there is no such day
grace_minutes = 10

[extensions.alice]              # the key of a learner
days = 3                        # on every deadline, or
ex01 = 2026-11-25

[[overrides]]
learner = "alice"
exercise = "ex01"
points = 80
reason = "handed in by mail"

[columns]                       # of the gradebook of the platform
ex01 = "Join (12345)"
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from grader.classroom.rules import ClassRules, Count, Extension, Late, Missing, Override
from grader.classroom.toml_lines import Place, line_of, syntax_error
from grader.errors import ClassroomError

NAME = "class.toml"
_KEYS = ("count", "missing", "timezone", "deadlines", "late", "extensions", "overrides", "columns")
_LATE_KEYS = ("per_day", "max_days", "grace_minutes")
_OVERRIDE_KEYS = ("learner", "exercise", "points", "reason")


def read_rules(path: Path, exercises: Collection[str]) -> ClassRules:
    """Read the file; ``exercises`` are the ids of the kit. Raises ClassroomError with file, line and what is wrong."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise ClassroomError(f"{path}: cannot be read: {reason}", hint="Name another file with --config.") from None
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise syntax_error(path, text, error) from error
    return _Reader(path, text, exercises).read(values)


class _Reader:
    """Reads one file, knowing where every value stands."""

    def __init__(self, path: Path, text: str, exercises: Collection[str]) -> None:
        self._path = path
        self._text = text
        self._exercises = exercises
        self._zone: tzinfo | None = None

    def read(self, values: dict[str, object]) -> ClassRules:
        self._known(values, _KEYS, ())
        self._zone = self._timezone(values)
        return ClassRules(
            where=self._path,
            count=Count(self._choice(values, "count", Count)),
            missing=Missing(self._choice(values, "missing", Missing)),
            deadlines=self._times(self._table(values, "deadlines"), ("deadlines",)),
            late=self._late(self._table(values, "late")),
            extensions={key: self._extension(key, one) for key, one in self._table(values, "extensions").items()},
            overrides=tuple(self._overrides(values.get("overrides", []))),
            columns=dict(self._columns(self._table(values, "columns"))),
        )

    def _late(self, table: Mapping[str, object]) -> Late:
        self._known(table, _LATE_KEYS, ("late",))
        days = self._number(table, "max_days", ("late",), 0) if "max_days" in table else None
        minutes = self._number(table, "grace_minutes", ("late",), 0)
        per_day = self._number(table, "per_day", ("late",), 0)
        return Late(per_day=per_day, max_days=None if days is None else int(days), grace=timedelta(minutes=minutes))

    def _extension(self, learner: str, value: object) -> Extension:
        place = ("extensions", learner)
        if not isinstance(value, dict):
            raise self._wrong(place, "a table: `days = 3`, or an exercise and its new deadline")
        own = {key: one for key, one in value.items() if key != "days"}
        days = int(self._number(value, "days", place, 0))
        return Extension(days=days, deadlines=self._times(own, place), line=line_of(self._text, place))

    def _overrides(self, values: object) -> Iterator[Override]:
        if not isinstance(values, list):
            raise self._wrong(("overrides",), "written as `[[overrides]]`, once for each")
        for number, entry in enumerate(values):
            place: Place = ("overrides", number)
            if not isinstance(entry, dict):
                raise self._wrong(place, "a table")
            self._known(entry, _OVERRIDE_KEYS, place)
            for key in _OVERRIDE_KEYS:
                if key not in entry:
                    raise self._error(place, f"an override needs `{key}`", f"Add a line `{key} = ...` to it.")
            exercise = self._text_of(entry, "exercise", place)
            self._exercise(exercise, (*place, "exercise"))
            yield Override(
                learner=self._text_of(entry, "learner", place),
                exercise=exercise,
                points=self._number(entry, "points", place, 0),
                reason=self._text_of(entry, "reason", place),
                line=line_of(self._text, place),
            )

    def _columns(self, table: Mapping[str, object]) -> Iterator[tuple[str, str]]:
        for exercise in table:
            if exercise != "total":
                self._exercise(exercise, ("columns", exercise))
            yield exercise, self._text_of(table, exercise, ("columns",))

    # ---- values ------------------------------------------------------------------------------------------------------

    def _times(self, table: Mapping[str, object], place: Place) -> Mapping[str, datetime]:
        times = {}
        for exercise, value in table.items():
            self._exercise(exercise, (*place, exercise))
            if isinstance(value, datetime):
                moment = value
            elif isinstance(value, date):
                moment = datetime.combine(value, time(23, 59, 59))
            else:
                raise self._wrong((*place, exercise), "a date or a date and time without quotes, as `2026-11-20`")
            if moment.tzinfo is None:
                # Without a zone of its own, astimezone() takes this computer's for that day, summer time included.
                moment = moment.replace(tzinfo=self._zone) if self._zone is not None else moment.astimezone()
            times[exercise] = moment
        return times

    def _timezone(self, values: Mapping[str, object]) -> tzinfo | None:
        if "timezone" not in values:
            return None
        name = self._text_of(values, "timezone", ())
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise self._wrong(("timezone",), "the name of a time zone, as `Europe/Berlin` or `UTC`") from None

    def _choice(self, values: Mapping[str, object], key: str, kind: type[StrEnum]) -> str:
        known = [one.value for one in kind]
        value = values.get(key, known[0])
        if value not in known:
            raise self._wrong((key,), " or ".join(f'"{one}"' for one in known))
        return str(value)

    def _table(self, values: Mapping[str, object], key: str) -> dict[str, object]:
        value = values.get(key, {})
        if not isinstance(value, dict):
            raise self._wrong((key,), "a table")
        return value

    def _number(self, table: Mapping[str, object], key: str, place: Place, default: float) -> float:
        value = table.get(key, default)
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= 1_000_000:
            raise self._wrong((*place, key), "a number of at least 0")
        return float(value)

    def _text_of(self, table: Mapping[str, object], key: str, place: Place) -> str:
        value = table[key]
        if not isinstance(value, str) or not value.strip():
            raise self._wrong((*place, key), "a text that is not empty")
        return value

    def _exercise(self, id: str, place: Place) -> None:
        if id not in self._exercises:
            near = difflib.get_close_matches(id, self._exercises, n=1)
            known = f"Did you mean `{near[0]}`?" if near else f"There are {', '.join(self._exercises)}."
            raise self._error(place, f"there is no exercise {id!r}", known)

    def _known(self, table: Mapping[str, object], keys: Collection[str], place: Place) -> None:
        for key in table:
            if key not in keys:
                near = difflib.get_close_matches(key, keys, n=1)
                hint = f"Write `{near[0]}`, or take it out." if near else f"Take it out; known are {', '.join(keys)}."
                raise self._error((*place, key), f"unknown key {key!r}", hint)

    def _wrong(self, place: Place, expected: str) -> ClassroomError:
        name = ".".join(str(part) for part in place if not isinstance(part, int))
        return self._error(place, f"'{name}' must be {expected}", "Correct the line, and run the same command again.")

    def _error(self, place: Place, what: str, hint: str) -> ClassroomError:
        line = line_of(self._text, place)
        return ClassroomError(f"{self._path}:{line}: {what}", hint=hint)
