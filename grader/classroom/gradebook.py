"""The hand-ins and verdicts of a class in one SQLite file that survives being killed at any moment.

A stored verdict is about the bytes of a file and belongs to no learner; a hand-in says that a learner has handed those
bytes in, and points to the verdict that stands for it. The log is written ahead, and what arrives together is stored in
one transaction: a killed process loses what it had not stored yet, and nothing else.

The tables have older names: a row of ``attempts`` is a hand-in, one of ``judgements`` a stored verdict, and one of
``standings`` says what counted.
"""

from __future__ import annotations

import fcntl
import json
import os
import sqlite3
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, replace
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any

from grader.classroom.pool import Conditions, StoredVerdict
from grader.errors import ClassroomError
from grader.judge.documents import Unreadable, read_verdict
from grader.judge.verdict import Status, Verdict

APPLICATION = 0x41574754
"""The mark of our SQLite files: "AWGT"."""
SCHEMA = 1
PATIENCE_SECONDS = 10.0
"""How long another program may hold a lock."""

_PERMISSIONS = "Correct the permissions there, or name another folder with --out."

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
_VERDICT = [field.name for field in fields(StoredVerdict)]
_CONDITIONS = [field.name for field in fields(Conditions) if field.name != "exercise"]
_ADD_VERDICT = (
    f"INSERT INTO judgements ({', '.join(_VERDICT + _CONDITIONS)}, seeds) "
    f"VALUES ({', '.join(f':{name}' for name in _VERDICT + _CONDITIONS)}, :seeds)"
)
_LISTED = [name for name in _VERDICT if name not in ("exercise", "key", "document")]
_HAND_INS = (
    "SELECT a.learner, a.exercise, a.key, a.shown, a.late, a.submitted_at, a.run, j.id, "
    f"{', '.join(f'j.{name}' for name in _LISTED + _CONDITIONS)} "
    "FROM attempts a LEFT JOIN judgements j ON j.id = a.judgement"
)

_SHOWN = "SELECT DISTINCT shown FROM attempts WHERE learner = ? ORDER BY shown"
_FORGET_VERDICTS = (
    "DELETE FROM judgements WHERE (exercise, key) IN (SELECT exercise, key FROM attempts WHERE learner = ?) "
    "AND (exercise, key) NOT IN (SELECT exercise, key FROM attempts WHERE learner != ?)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Learner:
    """A learner of the class. ``key`` is what the gradebook knows them by: it is unique and never changes."""

    key: str
    name: str
    email: str = ""
    ids: tuple[tuple[str, str], ...] = ()
    """What other systems know them by, such as ``("canvas", "10234")``."""
    section: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandIn:
    """One file that a learner has handed in; ``key`` stands for its bytes."""

    learner: str
    exercise: str
    key: str
    shown: str
    late: bool = False
    submitted_at: str = ""
    """UTC, ISO 8601, or empty."""
    run: int = 0
    """The number of the last run in which the file was there; the gradebook sets it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedHandIn(HandIn):
    """A hand-in with the verdict that stands for it, and what it was judged under."""

    verdict: StoredVerdict
    """The verdict without its document, which ``Gradebook.verdict`` opens."""
    verdict_id: int
    conditions: Conditions


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What counted at the end of the last run that was finished, and what it was judged under."""

    points: float
    key: str
    conditions: Conditions


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """What a gradebook held of a learner and holds no more."""

    learner: Learner
    files: tuple[str, ...]
    """The files that were handed in, as an instructor finds them, in order and each once."""
    verdicts: int
    """How many verdicts went, because nobody else had handed in those bytes."""


class Gradebook:
    """One gradebook, open. Every method raises ClassroomError if the file cannot be used, and loses no verdict."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with self._guarded():
            self._base = sqlite3.connect(path, timeout=PATIENCE_SECONDS, isolation_level=None)
            self._base.row_factory = sqlite3.Row
            try:
                _prepare(self._base, path)
            except BaseException:
                self._base.close()
                raise

    def __enter__(self) -> Gradebook:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._base.close()

    # ---- a run -------------------------------------------------------------------------------------------------------

    def begin(self, learners: Iterable[Learner], hand_ins: Iterable[HandIn]) -> None:
        """Begin a run: note who is in the class and what they have handed in."""
        with self._transaction():
            run = int(self.note("run") or 0) + 1
            self._put_note("run", str(run))
            self._base.executemany(
                "INSERT INTO learners VALUES (:key, :name, :email, :section, :ids) ON CONFLICT (key) DO UPDATE SET "
                "name = excluded.name, email = excluded.email, section = excluded.section, ids = excluded.ids",
                [_storable({**asdict(learner), "ids": json.dumps(learner.ids)}) for learner in learners],
            )
            self._base.executemany(
                "INSERT INTO attempts VALUES (:learner, :exercise, :key, :shown, :late, :submitted_at, :run, NULL) "
                "ON CONFLICT DO UPDATE SET shown = excluded.shown, late = excluded.late, "
                "submitted_at = excluded.submitted_at, run = excluded.run",
                [_storable({**asdict(hand_in), "run": run}) for hand_in in hand_ins],
            )

    def begin_afresh(self) -> int:
        """Note, until ``finish``, the id of the last verdict that must not be used again, and return it.

        A run that was killed and is started again goes on with its own verdicts.
        """
        with self._transaction():
            if self.note("fresh") is None:
                ((last,),) = self._rows("SELECT coalesce(max(id), 0) FROM judgements")
                self._put_note("fresh", str(last))
        return int(self.note("fresh") or 0)

    def reuse(self, conditions: Conditions, keys: Collection[str], *, level: int, since: int = 0) -> set[str]:
        """Let earlier verdicts on these files stand where they hold; returns the keys of those files.

        A verdict holds if it was stored after ``since``, under equal conditions, and if the file was played at this
        isolation level or above it, or not at all because of a fault in it. A file that was not judged is tried again.
        """
        rows = self._rows(
            "SELECT key, max(id) FROM judgements WHERE exercise = ? AND kit = ? AND schedules = ? AND versions = ? "
            "AND (level >= ? OR status = ?) AND status != ? AND id > ? GROUP BY key",
            (
                *(conditions.exercise, conditions.kit, conditions.schedules, conditions.versions),
                *(level, Status.CANNOT_JUDGE.value, Status.NOT_JUDGED.value, since),
            ),
        )
        holding = {key: id for key, id in rows if key in keys}
        with self._transaction():
            for key, id in holding.items():
                self._let_stand(id, conditions.exercise, key)
        return set(holding)

    def add(self, verdicts: Iterable[StoredVerdict], conditions: Conditions) -> None:
        """Store verdicts that have arrived, in one transaction; each stands for every hand-in with its bytes."""
        seeds = f"0-{conditions.schedules - 1}"
        with self._transaction():
            for verdict in verdicts:
                values = _storable({**asdict(conditions), **asdict(verdict), "seeds": seeds})
                id = self._base.execute(_ADD_VERDICT, values).lastrowid
                self._let_stand(id, verdict.exercise, verdict.key)

    def finish(self, counted: Mapping[tuple[str, str], tuple[float, int]]) -> None:
        """End a run with what counts now, for later runs to compare with.

        ``counted`` has the points and the id of the verdict, by learner and exercise.
        """
        with self._transaction():
            self._base.execute("DELETE FROM notes WHERE name = 'fresh'")
            self._base.executemany(
                "INSERT OR REPLACE INTO standings VALUES (?, ?, ?, ?)",
                [(*who, points, verdict_id) for who, (points, verdict_id) in counted.items()],
            )

    def note(self, name: str) -> str | None:
        """The text that was noted under this name."""
        rows = self._rows("SELECT value FROM notes WHERE name = ?", (name,))
        return str(rows[0]["value"]) if rows else None

    def set_note(self, name: str, value: str) -> None:
        """Note a text under this name."""
        with self._transaction():
            self._put_note(name, value)

    def forget(self, key: str) -> Forgotten | None:
        """Remove a learner, their hand-ins, and the verdicts on what they alone handed in; None if there is no such.

        No byte of what was removed stays in the file or in its log.
        """
        learner = next((learner for learner in self.learners() if learner.key == key), None)
        if learner is None:
            return None
        files = tuple(row["shown"] for row in self._rows(_SHOWN, (key,)))
        with self._transaction():
            self._base.execute("DELETE FROM standings WHERE learner = ?", (key,))
            self._base.execute("UPDATE attempts SET judgement = NULL WHERE learner = ?", (key,))
            verdicts = self._base.execute(_FORGET_VERDICTS, (key, key)).rowcount
            self._base.execute("DELETE FROM attempts WHERE learner = ?", (key,))
            self._base.execute("DELETE FROM learners WHERE key = ?", (key,))
            self._base.execute("DELETE FROM notes WHERE name = 'written'")
        with self._guarded():
            # A deleted row stays in the free pages of the file, and earlier versions of pages in the log.
            self._base.execute("VACUUM")
            self._base.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return Forgotten(learner=learner, files=files, verdicts=verdicts)

    # ---- looking -----------------------------------------------------------------------------------------------------

    def learners(self) -> list[Learner]:
        """Every learner who was ever in the class."""
        rows = self._rows("SELECT key, name, email, section, ids FROM learners")
        return [
            Learner(key=key, name=name, email=email, section=section, ids=tuple((a, b) for a, b in json.loads(ids)))
            for key, name, email, section, ids in rows
        ]

    def hand_ins(self) -> Iterator[HandIn]:
        """Every hand-in; those for which a verdict stands are ``JudgedHandIn``."""
        for row in self._rows(_HAND_INS):
            hand_in = {**_of(HandIn, row), "late": bool(row["late"])}
            if row["id"] is None:
                yield HandIn(**hand_in)
                continue
            verdict = {name: row[name] for name in ("exercise", "key", *_LISTED)}
            verdict |= {"status": Status(row["status"]), "own_fault": bool(row["own_fault"])}
            yield JudgedHandIn(
                **hand_in,
                verdict=StoredVerdict(**verdict),
                verdict_id=row["id"],
                conditions=Conditions(**_of(Conditions, row)),
            )

    def counted(self) -> dict[tuple[str, str], Counted]:
        """What counted at the end of the last run, by learner and exercise."""
        rows = self._rows(
            "SELECT s.learner, s.exercise, s.points, j.key, j.kit, j.schedules, j.versions "
            "FROM standings s JOIN judgements j ON j.id = s.judgement"
        )
        return {
            (row["learner"], row["exercise"]): Counted(
                points=row["points"], key=row["key"], conditions=Conditions(**_of(Conditions, row))
            )
            for row in rows
        }

    def verdict(self, verdict_id: int, *, shown: str) -> Verdict:
        """Open a stored verdict, on a file that the instructor finds at ``shown``."""
        ((document,),) = self._rows("SELECT document FROM judgements WHERE id = ?", (verdict_id,))
        try:
            return replace(read_verdict(json.loads(zlib.decompress(document))), file=shown)
        except (Unreadable, ValueError, zlib.error) as error:
            raise ClassroomError(
                f"{self._path}: verdict {verdict_id} cannot be read: {error}", hint="Grade again with `--fresh`."
            ) from error

    # ---- the file ----------------------------------------------------------------------------------------------------

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """Store everything that is written inside, or nothing of it."""
        with self._guarded():
            self._base.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                if self._base.in_transaction:  # a full disk has ended it already
                    self._base.rollback()
                raise
            self._base.execute("COMMIT")

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise _explain(self._path, error) from error

    def _rows(self, query: str, values: Sequence[object] = ()) -> list[sqlite3.Row]:
        with self._guarded():
            return self._base.execute(query, values).fetchall()

    def _put_note(self, name: str, value: str) -> None:
        self._base.execute("INSERT OR REPLACE INTO notes VALUES (?, ?)", (name, value))

    def _let_stand(self, verdict_id: int | None, exercise: str, key: str) -> None:
        self._base.execute(
            "UPDATE attempts SET judgement = ? WHERE exercise = ? AND key = ?", (verdict_id, exercise, key)
        )


def _of(record: type[HandIn] | type[Conditions], row: sqlite3.Row) -> dict[str, Any]:
    """The columns of a row that are the fields of a record."""
    return {field.name: row[field.name] for field in fields(record)}


def _storable(values: Mapping[str, object]) -> dict[str, object]:
    """Values without lone surrogates, which file names may have and SQLite refuses."""
    return {
        name: value.encode("utf-8", "backslashreplace").decode("utf-8") if isinstance(value, str) else value
        for name, value in values.items()
    }


def _prepare(base: sqlite3.Connection, path: Path) -> None:
    """Make the tables in a new file; of any other file, see whether it is a whole gradebook of ours."""
    (application,) = base.execute("PRAGMA application_id").fetchone()
    (schema,) = base.execute("PRAGMA user_version").fetchone()
    (tables,) = base.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if tables and application != APPLICATION:
        raise ClassroomError(
            f"{path}: this is another program's database, no gradebook", hint="Choose another --out folder."
        )
    if tables and schema != SCHEMA:
        raise ClassroomError(
            f"{path}: a gradebook in format {schema}, and this grader writes format {SCHEMA}",
            hint="Use the grader that made it, or begin a new one with another --out folder.",
        )
    (damage,) = base.execute("PRAGMA quick_check(1)").fetchone()
    if damage != "ok":
        raise sqlite3.DatabaseError(damage)
    base.execute("PRAGMA journal_mode = WAL")
    # A transaction survives the death of every process; of the last ones before a power cut some may be missing.
    base.execute("PRAGMA synchronous = NORMAL")
    if not tables:
        base.executescript(
            f"BEGIN; {_TABLES} PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {SCHEMA}; COMMIT;"
        )


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
            hint=_PERMISSIONS,
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
        # A file of its own: closing a descriptor of the gradebook would drop SQLite's locks on it.
        descriptor = os.open(folder / ".running", os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise ClassroomError(
            f"{folder}: results cannot be written there: {error.strerror}", hint=_PERMISSIONS
        ) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        hint = "Wait for it to end, or name another folder with --out."
        raise ClassroomError(f"{folder}: another `grade class` is at work there", hint=hint) from None
    finally:
        os.close(descriptor)


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
            hint=_PERMISSIONS,
        ) from error
    return aside
