"""How far the learner is with each exercise, remembered, so that `grade` need not read every attempt again.

``.gradekit/progress.json`` has an entry for each exercise by its id, with the size and the time of the file of attempts
that it was made from. One that does not fit that file any more counts for nothing, and is made anew. Entries of
exercises that this kit does not know stay. What stands here is for overviews and decides nothing.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from grader.desk.folder import STATE, attempts_file
from grader.files import replace_file
from grader.reports.progress import ExerciseState

NAME = "progress.json"
MAX_TROUBLE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far the learner is with one exercise. ``trouble`` says why the last attempt did not pass."""

    state: ExerciseState = ExerciseState.NEW
    points: float = 0.0
    trouble: str = ""

    @property
    def is_judged(self) -> bool:
        return self.state in (ExerciseState.FAILING, ExerciseState.COMPLETE)


class Standings:
    """What is remembered in one workspace."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._path = root / STATE / NAME
        self._entries = _read(self._path)
        self._before = dict(self._entries)

    def of(self, exercise: str) -> Standing | None:
        """How far the learner is, None if that has to be found out from the attempts."""
        stamp = self._stamp(exercise)
        if stamp is None:
            return Standing()  # there are no attempts
        entry = self._entries.get(exercise)
        if not isinstance(entry, dict) or entry.get("attempts") != stamp:
            return None
        state, points, trouble = entry.get("state"), entry.get("points"), entry.get("trouble")
        if not isinstance(points, int | float) or not isinstance(trouble, str) or state not in set(ExerciseState):
            return None
        return Standing(state=ExerciseState(state), points=float(points), trouble=trouble[:MAX_TROUBLE])

    def put(self, exercise: str, standing: Standing) -> None:
        """Remember how far the learner is, as the attempts that lie there now have it."""
        self._entries[exercise] = {
            "state": str(standing.state),
            "points": standing.points,
            "trouble": standing.trouble[:MAX_TROUBLE],
            "attempts": self._stamp(exercise),
        }

    def write(self) -> None:
        """Keep what has been put. Where that cannot be done it is found out anew the next time."""
        if self._entries == self._before:
            return
        with suppress(OSError):
            self._path.parent.mkdir(exist_ok=True)
            replace_file(self._path, [json.dumps(self._entries, indent=1).encode(), b"\n"])

    def _stamp(self, exercise: str) -> list[int] | None:
        try:
            status = attempts_file(self._root, exercise).stat()
        except OSError:
            return None
        return [status.st_size, status.st_mtime_ns]


def _read(path: Path) -> dict[str, object]:
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return entries if isinstance(entries, dict) else {}
