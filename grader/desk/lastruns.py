"""The last run of a file that is no attempt, from which hints are given: of ``--file``, or of some tests only.

They lie with the attempts of the workspace in which the command works; elsewhere in the user's cache, where nothing is
lost with them. A run that cannot be kept or read is as if it had not been: grading works in folders that are read-only.
"""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from pathlib import Path

from grader.desk.folder import state_folder as state_folder
from grader.files import replace_file
from grader.judge.documents import Unreadable, read_verdict, verdict_document
from grader.judge.verdict import Verdict

KEEP = 50
"""How many runs are kept, each of another file or exercise."""


class LastRuns:
    """The last runs below one folder: a file for each path and exercise, with the verdict in it."""

    def __init__(self, state: Path | None) -> None:
        self._folder = None if state is None else state / "files"

    def keep(self, path: Path, verdict: Verdict) -> None:
        """Keep the verdict on the file at this path, in place of an earlier one; drop the oldest of others."""
        if self._folder is None:
            return
        document = json.dumps(verdict_document(verdict), ensure_ascii=True)
        with suppress(OSError):
            # For the user alone: a verdict quotes the file, which others may not be allowed to read.
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            replace_file(self._folder / _name(path, verdict.exercise), [document.encode()])
            self._drop_oldest()

    def forget(self, path: Path, exercise: str) -> None:
        """Drop what is kept of a file, because a later run is kept elsewhere."""
        if self._folder is not None:
            with suppress(OSError):
                (self._folder / _name(path, exercise)).unlink(missing_ok=True)

    def of(self, path: Path, exercise: str) -> Verdict | None:
        """The verdict of the last run; None if none is kept."""
        if self._folder is None:
            return None
        try:
            text = (self._folder / _name(path, exercise)).read_text(encoding="utf-8")
            return read_verdict(json.loads(text))
        except (OSError, ValueError, Unreadable, RecursionError):
            return None

    def _drop_oldest(self) -> None:
        assert self._folder is not None
        runs = sorted(self._folder.glob("*.json"), key=lambda run: run.stat().st_mtime_ns, reverse=True)
        for run in runs[KEEP:]:
            run.unlink(missing_ok=True)


def has_changed(path: Path, verdict: Verdict) -> bool:
    """Whether the file has another content than the one that the verdict is on."""
    if not verdict.digest:  # the file could not be read then
        return False
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest() != verdict.digest
    except OSError:
        return True


def _name(path: Path, exercise: str) -> str:
    key = f"{exercise}\n{os.path.realpath(path)}".encode("utf-8", "surrogateescape")
    return f"{hashlib.sha256(key).hexdigest()[:32]}.json"
