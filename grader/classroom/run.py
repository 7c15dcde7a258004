"""Grades the files of a class: verdicts that the gradebook has are used again, and the other files go to a pool."""

from __future__ import annotations

import hashlib
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from grader.classroom.batch import Batch
from grader.classroom.gradebook import Gradebook, HandIn
from grader.classroom.intake import Intake
from grader.classroom.pool import Chunk, PackedKit, Pool, StoredVerdict, Work, conditions, stored_verdict
from grader.errors import GraderError
from grader.judge import engine
from grader.judge.engine import Request
from grader.judge.options import PlayOptions
from grader.judge.verdict import Status
from grader.kit.exercise import Exercise
from grader.kit.kit import Kit
from grader.policy import submission
from grader.policy.submission import Fault, Submission


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassOrder:
    """What is to be graded, and how. ``level`` is the least isolation at which anything is played."""

    kit: Kit
    exercises: tuple[Exercise, ...]
    options: PlayOptions
    level: int
    afresh: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RunProgress:
    """How far a run is. Files that are alike are graded once and counted once."""

    learners: int
    learners_done: int
    files: int
    files_done: int
    reused: int
    """How many of the files done had their verdict in the gradebook already."""
    not_gradable: int
    seconds_left: float | None
    """An estimate; None before the first file is graded, and at the end."""


Watch = Callable[[RunProgress], None]


class ClassRun:
    """One run over an intake, from the first file to the last verdict in the gradebook."""

    def __init__(self, order: ClassOrder, intake: Intake, gradebook: Gradebook, watch: Watch) -> None:
        self._order = order
        self._gradebook = gradebook
        self._watch = watch
        self._exercises = {exercise.id: exercise for exercise in order.exercises}
        self._conditions = {
            id: conditions(order.kit, exercise, order.options.schedules) for id, exercise in self._exercises.items()
        }
        self._works: dict[tuple[str, str], Work] = {}
        self._owners: dict[tuple[str, str], set[str]] = defaultdict(set)
        """The learners who have handed in the same bytes."""
        self._open: dict[str, int] = defaultdict(int)
        """How many files of a learner are not graded yet."""
        self._hand_ins = self._take_in(intake)
        self._learners = intake.learners
        self._not_gradable = 0
        self._began = 0.0
        self.reused = 0

    def reuse(self) -> int:
        """Note what was handed in, and let earlier verdicts stand where they hold. Returns how many files are left."""
        self._gradebook.begin(self._learners, self._hand_ins)
        since = self._gradebook.begin_afresh() if self._order.afresh else 0
        for id, under in self._conditions.items():
            keys = {key for exercise, key in self._works if exercise == id}
            for key in self._gradebook.reuse(under, keys, level=self._order.level, since=since):
                self._done(id, key)
        self.reused = len(self._owners) - len(self._works)
        self._tell()
        return len(self._works)

    def grade(self, pool: Pool, packed: PackedKit) -> None:
        """Grade the files that are left. Raises GraderError; those graded by then are in the gradebook."""
        self._began = time.monotonic()

        def chunk(works: tuple[Work, ...]) -> Chunk:
            under = self._conditions[works[0].exercise]
            return Chunk(
                kit=packed,
                exercise=under.exercise,
                works=works,
                options=self._order.options,
                versions=under.versions,
                level=self._order.level,
            )

        batch = Batch(pool, chunk=chunk, note=self._note, give_up=self._give_up, tick=self._tell)
        self._tell()
        batch.run(list(self._works.values()))

    def _take_in(self, intake: Intake) -> list[HandIn]:
        hand_ins = []
        for handed in intake.files:
            if handed.exercise not in self._exercises:
                continue
            taken = submission.take(handed.path, limit=self._exercises[handed.exercise].limits.file_bytes)
            work = Work(exercise=handed.exercise, key=key_of(taken), taken=without_path(taken))
            same = (work.exercise, work.key)
            self._works.setdefault(same, work)
            self._owners[same].add(handed.learner)
            self._open[handed.learner] += 1
            hand_ins.append(
                HandIn(
                    learner=handed.learner,
                    exercise=handed.exercise,
                    key=work.key,
                    shown=handed.shown,
                    late=handed.late,
                    submitted_at=handed.submitted_at,
                )
            )
        return hand_ins

    def _note(self, verdicts: Sequence[StoredVerdict]) -> None:
        self._gradebook.add(verdicts, self._conditions[verdicts[0].exercise])
        for verdict in verdicts:
            self._not_gradable += verdict.status in (Status.CANNOT_JUDGE, Status.NOT_JUDGED)
            self._done(verdict.exercise, verdict.key)
        self._tell()

    def _done(self, exercise: str, key: str) -> None:
        if self._works.pop((exercise, key), None) is not None:
            for learner in self._owners[exercise, key]:
                self._open[learner] -= 1

    def _give_up(self, work: Work, error: GraderError) -> StoredVerdict:
        request = Request(path=Path(), shown="", options=self._order.options)
        verdict = engine.not_judged(self._order.kit, self._exercises[work.exercise], request, error)
        return stored_verdict(work.key, verdict)

    def _tell(self) -> None:
        files, left = len(self._owners), len(self._works)
        graded = files - left - self.reused
        elapsed = time.monotonic() - self._began
        self._watch(
            RunProgress(
                learners=len(self._open),
                learners_done=sum(not open for open in self._open.values()),
                files=files,
                files_done=files - left,
                reused=self.reused,
                not_gradable=self._not_gradable,
                seconds_left=left * elapsed / graded if graded and left else None,
            )
        )


def without_path(taken: Submission | Fault) -> Submission | Fault:
    """A file without its path, in which platforms write the learner's name: workers of a cluster need not know it."""
    return replace(taken, path=Path()) if isinstance(taken, Submission) else taken


def key_of(taken: Submission | Fault) -> str:
    """The key of a file: its digest, or one that stands for what is wrong with it."""
    if isinstance(taken, Submission):
        return taken.digest
    return "fault-" + hashlib.sha256(repr(taken).encode("utf-8", "surrogatepass")).hexdigest()
