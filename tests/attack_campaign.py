"""Plays the hostile submissions in ``attacks/`` out, level by level, and looks round after each of them."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from grader.judge.engine import Request, grade
from grader.judge.options import PlayOptions
from grader.judge.verdict import Verdict
from grader.kit.exercise import Exercise
from grader.kit.kit import Kit, builtin_root, load_kit
from grader.policy import rules
from grader.policy.rules import Findings
from grader.sandbox.box import Box, Job
from grader.sandbox.cell import Cell, Play
from tests.attack_files import HONEST, MARKER, Attack, all_attacks, make_questions
from tests.forging_samples import OTHER, SCENARIOS, below, running_with


@dataclass(frozen=True, slots=True, kw_only=True)
class Aftermath:
    """What there was when an attack was over."""

    processes: int
    """Below the box, more than before."""
    marked: frozenset[int]
    """Processes anywhere that an attack has started under its mark."""
    files: tuple[Path, ...]
    descriptors: int
    """Of ours, more than before."""
    innocent: object
    """What an innocent answer of the other exercise was found to be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What became of all attacks that are played at one level."""

    level: int
    verdicts: Mapping[str, Verdict]
    aftermaths: Mapping[str, Aftermath]
    not_to_be_had: str = ""
    """Why there is no such level here, if there is none."""


def fight(level: int, names: Collection[str], root: Path) -> Ground:
    """Play these attacks out at one level. Runs in a process of its own: pytest is one to a process."""
    root.mkdir()
    with Box(level) as box:
        if box.level < level:
            return Ground(level=level, verdicts={}, aftermaths={}, not_to_be_had="; ".join(box.notes) or "unknown")
        campaign = Campaign(box, make_questions(root / "questions"), root)
        campaign.run([marked(attack, level) for attack in all_attacks() if attack.name in names])
    return Ground(level=level, verdicts=campaign.verdicts, aftermaths=campaign.aftermaths)


def mark_of(level: int) -> str:
    """What an attack leaves behind carries the number of its level: the levels are played side by side."""
    return f"{MARKER}-{level}"


def marked(attack: Attack, level: int) -> Attack:
    return replace(attack, source=attack.source.replace(MARKER, mark_of(level)))


class Campaign:
    """Plays attacks out in one box, and looks round after each of them."""

    def __init__(self, box: Box, questions: Kit, root: Path) -> None:
        self.verdicts: dict[str, Verdict] = {}
        self.aftermaths: dict[str, Aftermath] = {}
        self._box = box
        self._questions = questions
        self._root = root
        assert innocent(box, questions) == 1
        self._processes = len(below(box.process))

    def run(self, attacks: Iterable[Attack]) -> None:
        """The questions in one session of pytest, a quarter of a minute faster; each of the others in its own."""
        asked = [attack for attack in attacks if not attack.exercise]
        self._grade(self._questions, self._questions.exercises[0], asked)
        course = load_kit(builtin_root())
        exercises = {exercise.id: exercise for exercise in course.exercises}
        for attack in attacks:
            if attack.exercise:
                self._grade(course, exercises[attack.exercise], [attack])

    def _grade(self, course: Kit, exercise: Exercise, attacks: list[Attack]) -> None:
        if attacks:
            verdicts = grade(self._box, course, exercise, self._requests(exercise, attacks))
            self.verdicts |= {attack.name: verdict for attack, verdict in zip(attacks, verdicts, strict=True)}
        for attack in attacks:
            if attack.exercise:
                self._look_round(attack)  # not before the reference's child has ended, too

    def _requests(self, exercise: Exercise, attacks: list[Attack]) -> Iterator[Request]:
        """One request after the other; when the next one is drawn, the last is over and done with."""
        for attack in attacks:
            yield self._request(exercise, attack)
            if not attack.exercise:
                self._look_round(attack)

    def _request(self, exercise: Exercise, attack: Attack) -> Request:
        folder = self._root / attack.name
        for name, text in attack.beside:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
        return Request(
            path=write(attack, folder, exercise),
            shown=exercise.file,
            options=PlayOptions(
                tests=tuple(test.number for test in exercise.tests if test.name in attack.aims_at),
                backends=attack.backends,
                schedules=1,
            ),
            check=rules.check if attack.is_refused else no_rules,
        )

    def _look_round(self, attack: Attack) -> None:
        self.aftermaths[attack.name] = Aftermath(
            innocent=innocent(self._box, self._questions),
            processes=len(below(self._box.process)) - self._processes,
            marked=frozenset(running_with(mark_of(self._box.level))),
            files=tuple(files_left(mark_of(self._box.level), attack, self._root / attack.name, self._questions)),
            descriptors=foreign_descriptors(),
        )


def write(attack: Attack, folder: Path, exercise: Exercise) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / exercise.file
    path.write_text(attack.source + (OTHER if attack.answers_honestly else ""), "utf-8")
    return path


def no_rules(*_: object) -> Findings:
    """The rules look away: what is tried here is the box."""
    return Findings(faults=(), look=())


def innocent(box: Box, questions: Kit) -> object:
    """Play an innocent answer of the other exercise; without a session of pytest, for speed."""
    exercise = questions.exercises[1]
    cell = Cell(box, Job(module=exercise.module, submission=HONEST, scenarios=SCENARIOS, limits=exercise.limits))
    played = cell.recording(Play("ask", Play.encode({}), "asyncio"))
    cell.close()
    return None if cell.tampered else played.result


def files_left(mark: str, attack: Attack, folder: Path, course: Kit) -> list[Path]:
    """Everything that only the attack can have written."""
    places = {"/", "/tmp", "/var/tmp", "/dev/shm", "/run", tempfile.gettempdir(), os.getcwd(), str(Path.home())}
    marked = [path for place in places for path in Path(place).glob(f"*{mark}*")]
    given = {folder / name for name, _ in attack.beside}
    own = [path for path in folder.rglob("*") if path.is_file() and path not in given]
    return marked + own[1:] + [path for path in course.root.rglob("*") if mark in path.name]


def foreign_descriptors() -> int:
    """How many sockets this process holds; a box that was replaced has as many as the one before."""
    links = [os.readlink(path) for path in Path("/proc/self/fd").iterdir() if path.is_symlink()]
    return sum(link.startswith("socket:") for link in links)
