"""The attempts and verdicts of a class in one SQLite file that survives being killed at any moment.

A judgement is about the bytes of a file and belongs to nobody; an attempt says that a learner has handed those bytes
in, and points to the judgement that stands for it. Write-ahead logging, one transaction for whatever arrives together:
a killed process loses what it had not been told yet, and nothing else.
"""

from __future__ import annotations

import fcntl
import json
import os
import sqlite3
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any

from grader.classroom.pool import Conditions, Judgement
from grader.errors import ClassroomError
from grader.judge.documents import Unreadable, read_verdict
from grader.judge.verdict import Status, Verdict

# ---- gradebook file --------------------------------------------------------------------------------------------------
#
# The SQLite file of a gradebook: whether it is one of ours, transactions, and what to say when it cannot be used.


APPLICATION = 0x41574754
"""What marks the SQLite file as ours: "AWGT"."""
SCHEMA = 1
PATIENCE_SECONDS = 10.0
"""How long another program may hold a lock."""

_TABLES = """
CREATE TABLE judgements (
    id INTEGER PRIMARY KEY AUTOINCREMENT, exercise TEXT NOT NULL, key TEXT NOT NULL,
    kit TEXT NOT NULL, schedules INTEGER NOT NULL, seeds TEXT NOT NULL, versions TEXT NOT NULL,
    level INTEGER NOT NULL, status TEXT NOT NULL, points REAL NOT NULL, total INTEGER NOT NULL,
    own_fault INTEGER NOT NULL, fault TEXT NOT NULL, trouble TEXT NOT NULL,
    judged_at TEXT NOT NULL, document BLOB NOT NULL
) STRICT;
CREATE INDEX judgements_by_key ON judgements (exercise, key);
CREATE TABLE learners (
    key TEXT PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL, section TEXT NOT NULL, ids TEXT NOT NULL
) STRICT;
CREATE TABLE attempts (
    learner TEXT NOT NULL, exercise TEXT NOT NULL, key TEXT NOT NULL, shown TEXT NOT NULL, late INTEGER NOT NULL,
    submitted_at TEXT NOT NULL, run INTEGER NOT NULL, judgement INTEGER REFERENCES judgements,
    PRIMARY KEY (learner, exercise, key)
) STRICT;
CREATE INDEX attempts_by_key ON attempts (exercise, key);
CREATE TABLE standings (
    learner TEXT NOT NULL, exercise TEXT NOT NULL, points REAL NOT NULL, judgement INTEGER NOT NULL,
    PRIMARY KEY (learner, exercise)
) STRICT;
CREATE TABLE notes (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
"""


class GradebookFile:
    """The file, open. Every method raises ClassroomError if it cannot be used."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._guarded():
            self._base = sqlite3.connect(path, timeout=PATIENCE_SECONDS, isolation_level=None)
            try:
                self._check()
            except BaseException:
                self._base.close()
                raise

    def close(self) -> None:
        self._base.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Everything inside, or nothing of it."""
        with self._guarded():
            self._base.execute("BEGIN IMMEDIATE")
            try:
                yield self._base
            except BaseException:
                if self._base.in_transaction:  # a full disk has ended it already
                    self._base.rollback()
                raise
            self._base.execute("COMMIT")

    def rows(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """All rows that a query finds."""
        with self._guarded():
            return self._base.execute(query, values).fetchall()

    def note(self, name: str) -> str | None:
        """What was noted under this name."""
        found = self.rows("SELECT value FROM notes WHERE name = ?", (name,))
        return str(found[0][0]) if found else None

    def set_note(self, name: str, value: str) -> None:
        """Note a text under this name, inside of a transaction."""
        self._base.execute("INSERT OR REPLACE INTO notes VALUES (?, ?)", (name, value))

    def _check(self) -> None:
        (application,) = self._base.execute("PRAGMA application_id").fetchone()
        (schema,) = self._base.execute("PRAGMA user_version").fetchone()
        (tables,) = self._base.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        if tables and application != APPLICATION:
            raise ClassroomError(
                f"{self.path}: this is another program's database, no gradebook", hint="Choose another --out folder."
            )
        if tables and schema != SCHEMA:
            raise ClassroomError(
                f"{self.path}: a gradebook in format {schema}, and this grader writes format {SCHEMA}",
                hint="Use the grader that made it, or begin a new one with another --out folder.",
            )
        (said,) = self._base.execute("PRAGMA quick_check(1)").fetchone()
        if said != "ok":
            raise sqlite3.DatabaseError(said)
        self._base.execute("PRAGMA journal_mode = WAL")
        # A transaction survives the death of every process; of the last ones before a power cut some may be missing.
        self._base.execute("PRAGMA synchronous = NORMAL")
        if not tables:
            self._base.executescript(
                f"BEGIN; {_TABLES} PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {SCHEMA}; COMMIT;"
            )

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise _explain(self.path, error) from error


def _explain(path: Path, error: sqlite3.Error) -> ClassroomError:
    code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return ClassroomError(
            f"{path}: another program holds the gradebook",
            hint="Close that program and run the same command again; what is graded so far is kept.",
        )
    if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
        return ClassroomError(
            f"{path}: the gradebook cannot be written: {error}",
            hint="Free some space and run the same command again; what is graded so far is kept.",
        )
    if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM):
        return ClassroomError(
            f"{path}: the gradebook cannot be opened for writing",
            hint="Correct who may write there, or name another folder with --out.",
        )
    damaged = code in (0, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)  # 0 is our own check of the pages
    what = "is damaged" if damaged else "is not as this grader makes it"
    return ClassroomError(
        f"{path}: the gradebook {what}: {error}",
        hint="Put a copy of yours back, or let this one be put aside with `--new-gradebook`.",
    )


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Keep other runs from the gradebook in a folder; the hold ends with this process, however it ends.

    Raises ClassroomError if another run is at work there.
    """
    try:
        # A file of its own: SQLite's locks on the gradebook would be lost with any other descriptor that is closed.
        descriptor = os.open(folder / ".running", os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        hint = "Correct who may write there, or name another folder with --out."
        raise ClassroomError(f"{folder}: results cannot be written there: {error.strerror}", hint=hint) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        hint = "Wait for it to end, or name another folder with --out."
        raise ClassroomError(f"{folder}: another `grade class` is at work there", hint=hint) from None
    finally:
        os.close(descriptor)


def storable(text: str) -> str:
    """A text without lone surrogates, which file names may have and SQLite refuses."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def put_aside(path: Path) -> Path | None:
    """Move a gradebook out of the way, with its log. Returns where it is now, None if there was none.

    Raises ClassroomError if it cannot be moved. Nothing is ever deleted.
    """
    if not os.path.lexists(path):
        return None
    names = (path.with_name(f"{path.stem}.old-{number}{path.suffix}") for number in count(1))
    aside = next(name for name in names if not os.path.lexists(name))
    try:
        for end in ("-wal", "-shm", ""):  # the log first: a log without its file would be taken for the new file's
            if os.path.lexists(f"{path}{end}"):
                os.rename(f"{path}{end}", f"{aside}{end}")
    except OSError as error:
        raise ClassroomError(
            f"{path}: the gradebook cannot be put aside: {error.strerror}",
            hint="Correct who may write there, or name another folder with --out.",
        ) from error
    return aside


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
class HandIn:
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
class StoredVerdict:
    """What the gradebook says of an attempt without opening its verdict."""

    attempt: HandIn
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
class Counted:
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

    def begin(self, learners: Iterable[Learner], attempts: Collection[HandIn]) -> int:
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

    def attempts(self) -> Iterator[StoredVerdict | HandIn]:
        """Every attempt; those that no judgement stands for yet are plain attempts."""
        rows = self._file.rows(
            "SELECT a.learner, a.exercise, a.key, a.shown, a.late, a.submitted_at, a.run, j.id, j.status, j.points, "
            "j.total, j.level, j.own_fault, j.fault, j.trouble, j.kit, j.schedules, j.versions "
            "FROM attempts a LEFT JOIN judgements j ON j.id = a.judgement"
        )
        for learner, exercise, key, shown, late, at, run, id, *judged in rows:
            attempt = HandIn(
                learner=learner, exercise=exercise, key=key, shown=shown, late=bool(late), submitted_at=at, run=run
            )
            if id is None:
                yield attempt
                continue
            status, points, total, level, own_fault, fault, trouble, kit, schedules, versions = judged
            yield StoredVerdict(
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

    def standings(self) -> dict[tuple[str, str], Counted]:
        """What counted at the end of the last run, by learner and exercise."""
        rows = self._file.rows(
            "SELECT s.learner, s.exercise, s.points, j.key, j.kit, j.schedules, j.versions "
            "FROM standings s JOIN judgements j ON j.id = s.judgement"
        )
        return {
            (learner, exercise): Counted(
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
