"""A learner's folder as every command finds it: where it is, which kit it is for, and where its state lies.

Nothing heavy is imported here: what `grade` alone needs has to be there at once.
"""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from grader.errors import WorkspaceError
from grader.files import cache_folder
from grader.kit.place import builtin_root, is_kit

if TYPE_CHECKING:
    from grader.kit.exercise import Exercise

MARKER = "grade.toml"
STATE = ".gradekit"
BUILT_IN = "built-in"
LOOKED_AT = 1000
"""How many entries of a folder are examined to find a workspace in it."""


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


def attempts_file(root: Path, exercise: str) -> Path:
    """Where the attempts at an exercise lie in the workspace with that root."""
    return root / STATE / "attempts" / f"{exercise}.jsonl"


def state_folder(workspace: Workspace | None) -> Path | None:
    """Where what helps a learner is kept: in the workspace, else in the user's cache; None if the user has no home."""
    if workspace is not None:
        return workspace.root / STATE
    return cache_folder()


def kit_root_for(directory: Path, given: Path | None, workspace: Workspace | None) -> Path:
    """The kit named on the command line, else that of this folder, else the workspace's, else the built-in one.

    Raises WorkspaceError if the workspace names a kit that is not there.
    """
    if given is not None:
        return given
    # Where a folder is both, its grade.toml says which kit its answers are for.
    if is_kit(directory) and not (directory / MARKER).is_file():
        return directory
    if workspace is None:
        return builtin_root()
    if not workspace.kit_root.is_dir():
        hint = f"Correct `kit = ...` in that file; it may be {BUILT_IN!r}."
        raise WorkspaceError(f"{workspace.root / MARKER}: there is no kit in {workspace.kit_root}", hint=hint)
    return workspace.kit_root
