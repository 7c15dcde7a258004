"""The way to a folder of exercises, for a learner who is in none: one right below, the one used last, or a new one."""

from __future__ import annotations

import os
import shlex
from contextlib import suppress
from pathlib import Path

from grader.desk.folder import MARKER, Workspace, state_folder, workspaces_below
from grader.files import replace_file
from grader.reports.progress import Command

LAST_USED = "workspace"
"""The file in the user's cache that holds the path of the workspace used last, and nothing else."""


def ways_to_a_workspace(folder: Path) -> tuple[Command, ...]:
    """What the learner types in a folder that is no workspace, the most likely first."""
    if below := workspaces_below(folder):
        return tuple(Command(line=change_to(folder / name), does="your folder of exercises") for name in below)
    new = Command(line="grade init DIR", does="makes a folder to work in")
    last = last_used()
    if last is None:
        return (new,)
    return (Command(line=change_to(last), does="the folder of exercises you used last"), new)


def change_to(folder: Path) -> str:
    """The command that goes to a folder from where the learner is, which need not be where ``-C`` works."""
    path = os.fspath(folder)
    return f"cd {shlex.quote(f'./{path}' if path.startswith('-') else path)}"


def remember(workspace: Workspace) -> None:
    """Keep a workspace as the one used last. Where that cannot be kept, nothing is lost."""
    cache = state_folder(None)
    if cache is None or last_used() == workspace.root:
        return
    with suppress(OSError):
        cache.mkdir(mode=0o700, parents=True, exist_ok=True)
        replace_file(cache / LAST_USED, [os.fsencode(workspace.root), b"\n"])


def last_used() -> Path | None:
    """The root of the workspace used last; None if there is none, or none any more."""
    cache = state_folder(None)
    if cache is None:
        return None
    try:
        path = os.fsdecode((cache / LAST_USED).read_bytes().removesuffix(b"\n"))
        root = Path(path)
        return root if root.is_absolute() and (root / MARKER).is_file() else None
    except (OSError, ValueError):  # ValueError: a path with a null byte
        return None
