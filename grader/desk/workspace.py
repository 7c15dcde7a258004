"""A learner's folder: the stubs and lessons in it, the kit they come from, and the attempts so far.

``grade.toml`` names the kit; ``.gradekit/`` holds the attempts as JSON lines, one file per exercise. No function here
overwrites what a learner has written: it stays, or is kept as a backup.
"""

from __future__ import annotations

import json
import os
import shutil
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from filecmp import cmp
from itertools import count, islice
from pathlib import Path

from grader.errors import WorkspaceError
from grader.files import replace_file
from grader.judge.documents import Unreadable, read_verdict, verdict_document
from grader.judge.verdict import Status, Verdict
from grader.kit.exercise import Exercise
from grader.kit.figures import FOLDER, pictures_of
from grader.kit.kit import Kit, builtin_root

MARKER = "grade.toml"
STATE = ".gradekit"
BUILT_IN = "built-in"
OURS = frozenset({"README.md", FOLDER, "__pycache__"})
"""Names beside a submission that are not mentioned to the learner."""
MENTIONED = 20
LOOKED_AT = 1000
"""How many entries of a folder are examined to find a workspace in it."""
KEEP = 50
"""How many attempts are kept per exercise; a student who grades after every save makes hundreds a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """A learner's folder. ``kit_root`` is where its exercises come from."""

    root: Path
    kit_root: Path

    def file_of(self, exercise: Exercise) -> Path:
        """Where the learner writes the answer to this exercise."""
        return self.root / exercise.folder.name / exercise.file

    def shown(self, path: Path) -> str:
        """The path as the learner types it in the workspace's root; a path outside of it as it is."""
        try:
            return path.resolve().relative_to(self.root.resolve()).as_posix()
        except ValueError:
            return str(path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What ``create_workspace`` did to the files, as paths below the root."""

    written: tuple[str, ...]
    kept: tuple[str, ...]
    saved: tuple[tuple[str, str], ...] = ()
    """Lessons that the learner had edited, each with the path of its copy."""


def find_workspace(start: Path) -> Workspace | None:
    """Search upwards for the workspace that holds a folder. Raises WorkspaceError if its marker cannot be read."""
    for folder in (start.resolve(), *start.resolve().parents):
        marker = folder / MARKER
        if marker.is_file():
            return Workspace(root=folder, kit_root=_kit_root(marker))
    return None


def _kit_root(marker: Path) -> Path:
    try:
        kit = tomllib.loads(marker.read_text(encoding="utf-8")).get("kit", BUILT_IN)
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WorkspaceError(f"{marker}: {error}", hint=f'Write `kit = "{BUILT_IN}"` into it.') from None
    if not isinstance(kit, str):
        raise WorkspaceError(f"{marker}: 'kit' must be a text", hint=f'Write `kit = "{BUILT_IN}"` into it.')
    return builtin_root() if kit == BUILT_IN else (marker.parent / kit)


def workspaces_below(folder: Path) -> list[str]:
    """The names of the workspaces directly in this folder."""
    try:
        with os.scandir(folder) as entries:
            return sorted(
                entry.name for entry in islice(entries, LOOKED_AT) if os.path.isfile(os.path.join(entry.path, MARKER))
            )
    except OSError:
        return []


def create_workspace(root: Path, kit: Kit) -> Made:
    """Make a workspace, or add missing files to one. Answers stay; an edited lesson is replaced and its copy kept.

    With a lesson come the pictures that it shows.

    Raises WorkspaceError if the folder cannot be written, or is a workspace of another kit.
    """
    there = find_workspace(root)
    if there is not None and there.root == root.resolve() and there.kit_root.resolve() != kit.root.resolve():
        hint = "Choose another folder, or leave --kit out."
        raise WorkspaceError(f"{root / MARKER}: this folder belongs to the kit in {there.kit_root}", hint=hint)
    written: list[str] = []
    kept: list[str] = []
    saved: list[tuple[str, str]] = []
    with writing():
        root.mkdir(parents=True, exist_ok=True)
        if not (root / MARKER).exists():
            (root / MARKER).write_text(_marker_text(root, kit), encoding="utf-8")
            written.append(MARKER)
        for exercise in kit.exercises:
            folder = root / exercise.folder.name
            folder.mkdir(exist_ok=True)
            saved += _refresh(root, exercise.lesson, folder / exercise.lesson.name)
            for picture in pictures_of(exercise.lesson):
                saved += _refresh(root, picture, folder / picture.relative_to(exercise.folder))
            target = folder / exercise.file
            name = target.relative_to(root).as_posix()
            if os.path.lexists(target):
                kept.append(name)
            else:
                shutil.copyfile(exercise.stub, target)
                written.append(name)
    return Made(written=tuple(written), kept=tuple(kept), saved=tuple(saved))


def _refresh(root: Path, ours: Path, target: Path) -> Iterator[tuple[str, str]]:
    """Bring a lesson or a picture of it up to date, and back up a copy that the learner has edited."""
    if target.is_file() and cmp(target, ours, shallow=False):
        return
    if os.path.lexists(target):
        copy = put_away(root, target)
        yield target.relative_to(root).as_posix(), copy.relative_to(root).as_posix()
    target.parent.mkdir(exist_ok=True)
    shutil.copyfile(ours, target)


def put_away(root: Path, path: Path) -> Path:
    """Move a file of the workspace to an unused name among the backups."""
    folder = root / STATE / "backups" / path.relative_to(root).parent
    folder.mkdir(parents=True, exist_ok=True)
    numbered = (folder / f"{path.stem}.{number}{path.suffix}" for number in count(1))
    copy = next(name for name in numbered if not os.path.lexists(name))
    path.rename(copy)
    return copy


@contextmanager
def writing() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise WorkspaceError(f"{error.filename}: {reason}", hint="Choose a folder that you may write to.") from error


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
        path = _attempts_file(workspace, verdict.exercise)
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
    path = _attempts_file(workspace, exercise.id)
    verdicts = []
    for number, line in _lines(path):
        try:
            verdicts.append(read_verdict(json.loads(line)))
        except (Unreadable, ValueError, RecursionError) as error:
            raise WorkspaceError(
                f"{path}:{number}: this attempt cannot be read: {error}", hint=f"Delete that line, or {path}."
            ) from None
    return verdicts


def best_attempt(verdicts: Iterable[Verdict]) -> Verdict | None:
    """The attempt with the most points, the latest of equals; only attempts that ran every test count."""
    whole = [verdict for verdict in verdicts if verdict.complete_run and verdict.status in (Status.PASS, Status.FAIL)]
    return max(reversed(whole), key=lambda verdict: verdict.points, default=None)


def _attempts_file(workspace: Workspace, exercise: str) -> Path:
    return workspace.root / STATE / "attempts" / f"{exercise}.jsonl"


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
