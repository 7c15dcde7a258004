"""The SQLite file of a gradebook: whether it is one of ours, transactions, and what to say when it cannot be used."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from grader.errors import ClassroomError

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
