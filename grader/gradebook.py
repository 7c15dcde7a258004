"""The attempts and verdicts of a class in one SQLite file that survives being killed at any moment.

A judgement is about the bytes of a file and belongs to nobody; an attempt says that a learner has handed those bytes
in, and points to the judgement that stands for it. Write-ahead logging, one transaction for whatever arrives together:
a killed process loses what it had not been told yet, and nothing else.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType

from grader.conditions import Conditions
from grader.documents import Unreadable, read_verdict
from grader.errors import ClassroomError
from grader.gradebook_file import GradebookFile, storable
from grader.verdict import Status, Verdict
from grader.worker import Judgement


@dataclass(frozen=True, slots=True, kw_only=True)
class Learner:
    """Somebody in the class. ``key`` is what the gradebook knows them by: it is unique and never changes."""

    key: str
    name: str
    email: str = ""
    ids: tuple[tuple[str, str], ...] = ()
    """What other systems know them by, such as ``("canvas", "10234")``."""
    section: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One file that a learner has handed in, by the bytes of it. ``submitted_at`` is UTC, ISO 8601, or empty."""

    learner: str
    exercise: str
    key: str
    shown: str
    late: bool = False
    submitted_at: str = ""
    run: int = 0
    """The number of the run in which the file was there last; the gradebook sets it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What the gradebook says of an attempt without opening its verdict."""

    attempt: Attempt
    judgement: int
    status: Status
    points: float
    total: int
    level: int
    own_fault: bool
    fault: str
    trouble: str
    conditions: Conditions


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What counted at the end of the last run that came to its end, and what it was judged by."""

    points: float
    key: str
    conditions: Conditions


class Gradebook:
    """One gradebook, open. Every method raises ClassroomError if the file cannot be used, and then loses nothing."""

    def __init__(self, path: Path) -> None:
        self._file = GradebookFile(path)

    def __enter__(self) -> Gradebook:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._file.close()

    # ---- a run -------------------------------------------------------------------------------------------------------

    def begin(self, learners: Iterable[Learner], attempts: Collection[Attempt]) -> int:
        """Note who is in the class and what they have handed in. Returns the number of this run."""
        with self._file.transaction() as base:
            run = int(self._file.note("run") or 0) + 1
            self._file.set_note("run", str(run))
            base.executemany(
                "INSERT INTO learners VALUES (?, ?, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET name = excluded.name, "
                "email = excluded.email, section = excluded.section, ids = excluded.ids",
                [
                    tuple(map(storable, (one.key, one.name, one.email, one.section, json.dumps(one.ids))))
                    for one in learners
                ],
            )
            base.executemany(
                "INSERT INTO attempts VALUES (?, ?, ?, ?, ?, ?, ?, NULL) ON CONFLICT DO UPDATE SET "
                "shown = excluded.shown, late = excluded.late, submitted_at = excluded.submitted_at, "
                "run = excluded.run",
                [
                    (storable(a.learner), a.exercise, a.key, storable(a.shown), a.late, a.submitted_at, run)
                    for a in attempts
                ],
            )
        return run

    def begin_afresh(self) -> int:
        """Note, until ``finish``, which judgement is the last that must not be used again, and return it.

        A run that was killed and is started again goes on with its own judgements.
        """
        with self._file.transaction() as base:
            if self._file.note("fresh") is None:
                (last,) = base.execute("SELECT coalesce(max(id), 0) FROM judgements").fetchone()
                self._file.set_note("fresh", str(last))
        return int(self._file.note("fresh") or 0)

    def reuse(self, conditions: Conditions, keys: Collection[str], *, level: int, since: int = 0) -> set[str]:
        """Let earlier judgements on these files stand where they hold; returns the keys of those files.

        They hold if they were made after ``since``, under equal conditions, and if played at this isolation level or
        above it, or not at all because of the file. What was not judged never holds.
        """
        rows = self._file.rows(
            "SELECT key, max(id) FROM judgements WHERE exercise = ? AND kit = ? AND schedules = ? AND versions = ? "
            "AND (level >= ? OR status = ?) AND status != ? AND id > ? GROUP BY key",
            (
                *(conditions.exercise, conditions.kit, conditions.schedules, conditions.versions),
                *(level, Status.CANNOT_JUDGE.value, Status.NOT_JUDGED.value, since),
            ),
        )
        found = {key: id for key, id in rows if key in keys}
        with self._file.transaction() as base:
            base.executemany(
                "UPDATE attempts SET judgement = ? WHERE exercise = ? AND key = ?",
                [(id, conditions.exercise, key) for key, id in found.items()],
            )
        return set(found)

    def add(self, judgements: Iterable[Judgement], conditions: Conditions) -> None:
        """Store judgements that have arrived, in one transaction; each stands for every attempt with its bytes."""
        with self._file.transaction() as base:
            for one in judgements:
                row = base.execute(
                    "INSERT INTO judgements VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        *(one.exercise, one.key, conditions.kit, conditions.schedules),
                        *(f"0-{conditions.schedules - 1}", conditions.versions, one.level, one.status.value),
                        *(one.points, one.total, one.own_fault, one.fault, storable(one.trouble)),
                        *(one.judged_at, one.document),
                    ),
                )
                base.execute(
                    "UPDATE attempts SET judgement = ? WHERE exercise = ? AND key = ?",
                    (row.lastrowid, one.exercise, one.key),
                )

    def finish(self, counted: Mapping[tuple[str, str], tuple[float, int]]) -> None:
        """End a run: what counts now, points and judgement by learner and exercise, is what later runs compare with."""
        with self._file.transaction() as base:
            base.execute("DELETE FROM notes WHERE name = 'fresh'")
            base.executemany(
                "INSERT OR REPLACE INTO standings VALUES (?, ?, ?, ?)",
                [(*who, points, judgement) for who, (points, judgement) in counted.items()],
            )

    def note(self, name: str) -> str | None:
        """What was noted under this name."""
        return self._file.note(name)

    def set_note(self, name: str, value: str) -> None:
        """Note a text under this name."""
        with self._file.transaction():
            self._file.set_note(name, value)

    # ---- looking -----------------------------------------------------------------------------------------------------

    def learners(self) -> list[Learner]:
        """Everybody who was ever in the class."""
        rows = self._file.rows("SELECT key, name, email, section, ids FROM learners")
        return [
            Learner(key=key, name=name, email=email, section=section, ids=tuple((a, b) for a, b in json.loads(ids)))
            for key, name, email, section, ids in rows
        ]

    def attempts(self) -> Iterator[Judged | Attempt]:
        """Every attempt; those that no judgement stands for yet are plain attempts."""
        rows = self._file.rows(
            "SELECT a.learner, a.exercise, a.key, a.shown, a.late, a.submitted_at, a.run, j.id, j.status, j.points, "
            "j.total, j.level, j.own_fault, j.fault, j.trouble, j.kit, j.schedules, j.versions "
            "FROM attempts a LEFT JOIN judgements j ON j.id = a.judgement"
        )
        for learner, exercise, key, shown, late, at, run, id, *judged in rows:
            attempt = Attempt(
                learner=learner, exercise=exercise, key=key, shown=shown, late=bool(late), submitted_at=at, run=run
            )
            if id is None:
                yield attempt
                continue
            status, points, total, level, own_fault, fault, trouble, kit, schedules, versions = judged
            yield Judged(
                attempt=attempt,
                judgement=id,
                status=Status(status),
                points=points,
                total=total,
                level=level,
                own_fault=bool(own_fault),
                fault=fault,
                trouble=trouble,
                conditions=Conditions(exercise=exercise, kit=kit, schedules=schedules, versions=versions),
            )

    def standings(self) -> dict[tuple[str, str], Standing]:
        """What counted at the end of the last run, by learner and exercise."""
        rows = self._file.rows(
            "SELECT s.learner, s.exercise, s.points, j.key, j.kit, j.schedules, j.versions "
            "FROM standings s JOIN judgements j ON j.id = s.judgement"
        )
        return {
            (learner, exercise): Standing(
                points=points,
                key=key,
                conditions=Conditions(exercise=exercise, kit=kit, schedules=schedules, versions=versions),
            )
            for learner, exercise, points, key, kit, schedules, versions in rows
        }

    def verdict(self, judgement: int, *, shown: str) -> Verdict:
        """The whole verdict of a judgement, on a file that is ``shown`` so."""
        ((document,),) = self._file.rows("SELECT document FROM judgements WHERE id = ?", (judgement,))
        try:
            return replace(read_verdict(json.loads(zlib.decompress(document))), file=shown)
        except (Unreadable, ValueError, zlib.error) as error:
            raise ClassroomError(
                f"{self._file.path}: verdict {judgement} cannot be read: {error}", hint="Grade again with `--fresh`."
            ) from error
