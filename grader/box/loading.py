"""The folder in which a submission with ``processes`` stands as a file: a worker process has to import it by name."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from grader.box.fence import Fence
from grader.box.player import Message


def own_folder(fence: Fence, job: Message) -> str | None:
    """Write the submission and the scenarios where child processes find them; None if the job has no use for that.

    The folder ``scratch`` in it is the one place that it may write to.
    """
    if "processes" not in job["needs"]:
        return None
    folder = _folder(fence, os.getpid())
    folder.mkdir(mode=0o700)
    (folder / "scratch").mkdir()
    (folder / f"{job['module']}.py").write_text(job["submission"], encoding="utf-8")
    (folder / "scenarios.py").write_text(job["scenarios"], encoding="utf-8")
    sys.path.insert(0, str(folder))
    os.environ["TMPDIR"] = str(folder / "scratch")
    return str(folder)


def remove_folder(fence: Fence, process: int) -> None:
    """Remove what a child of that number has had, if it had anything."""
    folder = _folder(fence, process)
    if folder.is_dir():
        shutil.rmtree(folder, ignore_errors=True)


def _folder(fence: Fence, process: int) -> Path:
    return Path(f"{fence.scratch}{process}")
