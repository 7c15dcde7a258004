"""Grades one hostile submission of ``attacks/`` after the other in a warm box, and looks round after each of them."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from grader.judge.engine import Request, grade
from grader.judge.options import PlayOptions
from grader.judge.verdict import Verdict
from grader.kit.exercise import Exercise
from grader.kit.kit import Kit
from grader.policy import rules
from grader.sandbox.box import Box, Job
from grader.sandbox.cell import Cell
from grader.sandbox.play import Play
from tests.attack_files import HONEST, MARKER, Attack
from tests.forging_samples import OTHER, SCENARIOS, no_rules, running_with
from tests.processes import below


@dataclass(frozen=True, slots=True, kw_only=True)
class Aftermath:
    """What is there when an attack is over and was not there before it."""

    processes: int
    """Processes below the box."""
    marked: frozenset[int]
    """Processes anywhere on this machine that an attack has started under its mark."""
    files: tuple[Path, ...]
    sockets: int
    """Sockets that this process holds."""
    innocent: object
    """What an innocent answer of the other exercise comes to in the same box."""


class Ground:
    """A box at one level, the exercises that attacks answer, and a folder for the attacks."""

    def __init__(self, box: Box, questions: Kit, course: Kit, root: Path) -> None:
        self.level = box.level
        self._box = box
        self._questions = questions
        self._course = course
        self._root = root
        # What attacks leave behind carries the number of this process: another one may try the same attacks now.
        self._mark = f"{MARKER}-{os.getpid()}-{box.level}"
        assert self._innocent() == 1
        self._processes = len(below(box.process))

    def refusal(self, attack: Attack) -> str:
        """Why no answer of the exercise that the attack answers can be played in this box, or nothing."""
        _, exercise = put_to(attack, self._questions, self._course)
        return self._box.refusal(exercise.needs)

    def fight(self, attack: Attack) -> tuple[Verdict, Aftermath]:
        """Grade an attack, and look round when it is over."""
        before = sockets()
        kit, exercise = put_to(attack, self._questions, self._course)
        (verdict,) = grade(self._box, kit, exercise, [self._request(exercise, attack)])
        aftermath = Aftermath(
            innocent=self._innocent(),
            processes=len(below(self._box.process)) - self._processes,
            marked=frozenset(running_with(self._mark)),
            files=tuple(self._files_left(attack, exercise)),
            sockets=sockets() - before,
        )
        return verdict, aftermath

    def _request(self, exercise: Exercise, attack: Attack) -> Request:
        folder = self._root / attack.name
        marked = replace(attack, source=attack.source.replace(MARKER, self._mark))
        return Request(
            path=write(marked, folder, exercise),
            shown=exercise.file,
            options=PlayOptions(
                tests=tuple(test.number for test in exercise.tests if test.name in attack.aims_at),
                backends=attack.backends,
                schedules=attack.schedules,
            ),
            check=rules.check if attack.is_refused else no_rules,
        )

    def _innocent(self) -> object:
        """Play an innocent answer of the other exercise, and judge it by its result alone: that is quick."""
        exercise = self._questions.exercises[1]
        job = Job(module=exercise.module, submission=HONEST, scenarios=SCENARIOS, limits=exercise.limits)
        cell = Cell(self._box, job)
        played = cell.recording(Play("ask", Play.encode({}), "asyncio"))
        cell.close()
        return None if cell.tampered else played.result

    def _files_left(self, attack: Attack, exercise: Exercise) -> Iterator[Path]:
        """Everything that only the attack can have written."""
        places = {"/", "/tmp", "/var/tmp", "/dev/shm", "/run", tempfile.gettempdir(), os.getcwd(), str(Path.home())}
        for place in places:
            yield from Path(place).glob(f"*{self._mark}*")
        folder = self._root / attack.name
        ours = {folder / name for name in (exercise.file, *(name for name, _ in attack.beside))}
        yield from (path for path in folder.rglob("*") if path.is_file() and path not in ours)
        yield from (path for path in self._questions.root.rglob("*") if self._mark in path.name)


def put_to(attack: Attack, questions: Kit, course: Kit) -> tuple[Kit, Exercise]:
    """The exercise that an attack answers, one of the course or the first of the questions, and the kit it is from."""
    if attack.exercise:
        return course, course.exercise(attack.exercise)
    return questions, questions.exercises[0]


def write(attack: Attack, folder: Path, exercise: Exercise) -> Path:
    """Write an attack and the files beside it, with an honest answer to the second question where that is ours."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in attack.beside:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    path = folder / exercise.file
    path.write_text(attack.source + (OTHER if attack.answers_honestly else ""), "utf-8")
    return path


def sockets() -> int:
    """How many sockets this process holds; a box that was replaced has as many as the one before."""
    links = [os.readlink(path) for path in Path("/proc/self/fd").iterdir() if path.is_symlink()]
    return sum(link.startswith("socket:") for link in links)
