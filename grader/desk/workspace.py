"""A learner's folder: the stubs and lessons in it, the kit they come from, and the attempts so far.

``grade.toml`` names the kit; ``.gradekit/`` holds the attempts as JSON lines, one file per exercise. No function here
overwrites what a learner has written: it stays, or is kept as a backup.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from grader.desk.delivered import Change, Delivered, read_delivered
from grader.desk.folder import BUILT_IN as BUILT_IN
from grader.desk.folder import MARKER as MARKER
from grader.desk.folder import STATE as STATE
from grader.desk.folder import Workspace as Workspace
from grader.desk.folder import attempts_file
from grader.desk.folder import find_workspace as find_workspace
from grader.desk.folder import workspaces_below as workspaces_below
from grader.errors import WorkspaceError
from grader.files import replace_file
from grader.judge.documents import Unreadable, read_verdict, verdict_document
from grader.judge.verdict import Status, Verdict
from grader.kit.exercise import Exercise
from grader.kit.figures import FOLDER, pictures_of
from grader.kit.kit import Kit, builtin_root, digest_of

OURS = frozenset({"README.md", FOLDER, "__pycache__"})
"""Names beside a submission that are not mentioned to the learner."""
MENTIONED = 20
KEEP = 50
"""How many attempts are kept per exercise; a student who grades after every save makes hundreds a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What ``create_workspace`` did to the files, as paths below the root."""

    written: tuple[str, ...]
    kept: tuple[str, ...]
    """The learner's answers."""
    saved: tuple[tuple[str, str], ...] = ()
    """Lessons that the learner had edited and that have changed, each with the path of the learner's copy."""
    changed: tuple[str, ...] = ()
    """Lessons, pictures, and stubs that had not been begun, that are newer now."""
    newer_stubs: tuple[str, ...] = ()
    """The ids of exercises that the learner has begun and whose stubs are newer now."""


def create_workspace(root: Path, kit: Kit) -> Made:
    """Make a workspace, or bring one up to date. No function of it ever changes what a learner has written.

    Missing files are written; with a lesson come the pictures that it shows. A lesson, or a stub that the learner has
    not begun, is replaced by a newer one. An edited lesson stays as long as ours does not change, and then its copy is
    kept.

    Raises WorkspaceError if the folder cannot be written, or is a workspace of another kit.
    """
    there = find_workspace(root)
    if there is not None and there.root == root.resolve() and there.kit_root.resolve() != kit.root.resolve():
        hint = "Choose another folder, or leave --kit out."
        raise WorkspaceError(f"{root / MARKER}: this folder belongs to the kit in {there.kit_root}", hint=hint)
    with writing(root):
        root.mkdir(parents=True, exist_ok=True)
        making = _Making(root, read_delivered(root / STATE))
        if not (root / MARKER).exists():
            (root / MARKER).write_text(_marker_text(root, kit), encoding="utf-8")
            making.written.append(MARKER)
        for exercise in kit.exercises:
            making.bring(exercise)
        making.delivered.write(root / STATE)
    return making.made()


class _Making:
    """One making or refreshing of a workspace, and what it has done so far."""

    def __init__(self, root: Path, delivered: Delivered) -> None:
        self.root = root
        self.delivered = delivered
        self.written: list[str] = []
        self.kept: list[str] = []
        self.saved: list[tuple[str, str]] = []
        self.changed: list[str] = []
        self.newer_stubs: list[str] = []

    def made(self) -> Made:
        return Made(
            written=tuple(self.written),
            kept=tuple(self.kept),
            saved=tuple(self.saved),
            changed=tuple(self.changed),
            newer_stubs=tuple(self.newer_stubs),
        )

    def bring(self, exercise: Exercise) -> None:
        """Bring the folder of one exercise up to date."""
        folder = exercise.folder.name
        (self.root / folder).mkdir(exist_ok=True)
        self._bring_lesson(f"{folder}/{exercise.lesson.name}", exercise.lesson.read_bytes())
        for picture in pictures_of(exercise.lesson):
            name = picture.relative_to(exercise.folder).as_posix()
            self._bring_lesson(f"{folder}/{name}", picture.read_bytes())
        self._bring_stub(exercise, f"{folder}/{exercise.file}", exercise.stub.read_bytes())
        now = datetime.now(UTC).isoformat(timespec="seconds")
        self.delivered.note_tests(exercise.id, tests_digest(exercise), now=now)

    def _bring_lesson(self, name: str, ours: bytes) -> None:
        change = self.delivered.change(self.root, name, ours)
        if change is Change.BOTH:
            copy = put_away(self.root, self.root / name)
            self.saved.append((name, copy.relative_to(self.root).as_posix()))
        if change is Change.OURS:
            self.changed.append(name)
        if change not in (Change.NOTHING, Change.THEIRS):
            self._write(name, ours)
        self.delivered.note(name, ours)

    def _bring_stub(self, exercise: Exercise, name: str, ours: bytes) -> None:
        change = self.delivered.change(self.root, name, ours)
        if change is Change.NEW:
            self.written.append(name)
            self._write(name, ours)
        elif change is Change.OURS:
            self.changed.append(name)
            self._write(name, ours)
        else:
            self.kept.append(name)
            if change is Change.BOTH and self.delivered.is_news(name, ours):
                self.newer_stubs.append(exercise.id)
        self.delivered.note(name, ours)

    def _write(self, name: str, ours: bytes) -> None:
        path = self.root / name
        path.parent.mkdir(exist_ok=True)
        replace_file(path, [ours])


def tests_digest(exercise: Exercise) -> str:
    """A digest of what decides the verdicts on an exercise; that of a bundle without tests is one, too."""
    there = {path.name: path for path in (exercise.scenarios, exercise.test_file) if path.is_file()}
    return digest_of(there)


def put_away(root: Path, path: Path) -> Path:
    """Move a file of the workspace to an unused name among the backups."""
    folder = root / STATE / "backups" / path.relative_to(root).parent
    folder.mkdir(parents=True, exist_ok=True)
    numbered = (folder / f"{path.stem}.{number}{path.suffix}" for number in count(1))
    copy = next(name for name in numbered if not os.path.lexists(name))
    path.rename(copy)
    return copy


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Raise WorkspaceError for an OSError in the block, which writes at or below that path."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        # A write to a full disk names no file, and a file that is written beside another one means nothing to people.
        named = error.filename is None or str(error.filename).endswith(".tmp")
        hint = (
            "Free some space, and type it again." if error.errno in _FULL else "Choose a folder that you may write to."
        )
        raise WorkspaceError(f"{path if named else error.filename}: {reason}", hint=hint) from error


_FULL = (errno.ENOSPC, errno.EDQUOT)


def _marker_text(root: Path, kit: Kit) -> str:
    own = kit.root.resolve() == builtin_root().resolve()
    name = BUILT_IN if own else os.path.relpath(kit.root.resolve(), root.resolve())
    comment = f'# Where the exercises in this folder come from: "{BUILT_IN}", or the path of a kit.'
    return f"{comment}\nkit = {json.dumps(name)}\n"


def exercise_at(workspace: Workspace, kit: Kit, folder: Path) -> Exercise | None:
    """The exercise in whose folder of the workspace this folder lies, if any."""
    try:
        first = folder.resolve().relative_to(workspace.root.resolve()).parts[:1]
    except ValueError:
        return None
    return next((exercise for exercise in kit.exercises if (exercise.folder.name,) == first), None)


def names_beside(path: Path) -> tuple[str, ...]:
    """The names of files beside a submission, which play no part in grading."""
    try:
        names = sorted(entry.name for entry in path.parent.iterdir())
    except OSError:
        return ()
    return tuple(name for name in names if name != path.name and name not in OURS and name[0] != ".")[:MENTIONED]


# ---- attempts --------------------------------------------------------------------------------------------------------


def add_attempts(workspace: Workspace, verdicts: Iterable[Verdict]) -> None:
    """Store verdicts on the learner's own files. Raises WorkspaceError if they cannot be written."""
    for verdict in verdicts:
        path = attempts_file(workspace.root, verdict.exercise)
        kept = [line for _, line in _lines(path)[-(KEEP - 1) :]]
        lines = [*kept, json.dumps(verdict_document(verdict), ensure_ascii=True)]
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            replace_file(path, [("\n".join(lines) + "\n").encode()])
        except OSError as error:
            raise WorkspaceError(
                f"{path}: the attempt cannot be stored: {error.strerror}",
                hint="Free some space or correct the permissions, and run `grade` again.",
            ) from error


def read_attempts(workspace: Workspace, exercise: Exercise) -> list[Verdict]:
    """The attempts at an exercise, oldest first. Raises WorkspaceError if the file is damaged."""
    path = attempts_file(workspace.root, exercise.id)
    verdicts = []
    for number, line in _lines(path):
        try:
            verdicts.append(read_verdict(json.loads(line)))
        except (Unreadable, ValueError, RecursionError) as error:
            raise WorkspaceError(
                f"{path}:{number}: this attempt cannot be read: {error}", hint=f"Delete that line, or {path}."
            ) from None
    return verdicts


def last_tried(workspace: Workspace, kit: Kit) -> Exercise | None:
    """The exercise at which the last attempt was stored; None before the first attempt."""
    times = {exercise.id: _stored_at(attempts_file(workspace.root, exercise.id)) for exercise in kit.exercises}
    last = max(kit.exercises, key=lambda exercise: times[exercise.id])
    return last if times[last.id] else None


def _stored_at(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def best_attempt(verdicts: Iterable[Verdict]) -> Verdict | None:
    """The attempt with the most points, the latest of equals; only attempts that ran every test count."""
    whole = [verdict for verdict in verdicts if verdict.complete_run and verdict.status in (Status.PASS, Status.FAIL)]
    return max(reversed(whole), key=lambda verdict: verdict.points, default=None)


def _lines(path: Path) -> list[tuple[int, str]]:
    """The lines of a file that are not blank, with their numbers."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
        return [(number, line) for number, line in enumerate(lines, start=1) if line.strip()]
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise WorkspaceError(
            f"{path}: this file cannot be read", hint=f"Move {path} away, and run `grade` again."
        ) from error
