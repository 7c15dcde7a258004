"""Every file in ``attacks/``, graded by the whole machinery at every isolation level that this machine offers.

No point, the expected word, and afterwards: no process, no file and no open descriptor more than before, and the same
box still plays an innocent answer of another exercise.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from attack_files import FOLDER, HONEST, MARKER, OTHER, SCENARIOS, Attack, all_attacks, make_questions
from forging_samples import below, running_with

from grader import kit, policy
from grader.cell import Cell
from grader.engine import Request, grade
from grader.job import Job
from grader.kit import Exercise, Kit
from grader.play import Play
from grader.policy import Findings
from grader.sandbox import Box
from grader.submission import Fault, take
from grader.verdict import Status, TestResult, Verdict

ATTACKS = all_attacks()
GROUPS = ("lying", "leaving", "patching", "stealing", "resources", "escaping", "beside", "reader")
LEVELS = (3, 2, 1, 0)
JUDGED = frozenset({"returned", "raised"})

each_attack = pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
needs_proc = pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="looks for survivors in /proc")


# ---- playing them out ------------------------------------------------------------------------------------------------


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
        course = kit.load(kit.builtin_root())
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
            tests=tuple(test.number for test in exercise.tests if test.name in attack.aims_at),
            backends=attack.backends,
            schedules=1,
            check=policy.check if attack.is_refused else no_rules,
        )

    def _look_round(self, attack: Attack) -> None:
        self.aftermaths[attack.name] = Aftermath(
            innocent=innocent(self._box, self._questions),
            processes=len(below(self._box.process)) - self._processes,
            marked=frozenset(running_with(MARKER)),
            files=tuple(files_left(attack, self._root / attack.name, self._questions)),
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


def files_left(attack: Attack, folder: Path, course: Kit) -> list[Path]:
    """Everything that only the attack can have written."""
    places = {"/", "/tmp", "/var/tmp", "/dev/shm", "/run", tempfile.gettempdir(), os.getcwd(), str(Path.home())}
    marked = [path for place in places for path in Path(place).glob(f"*{MARKER}*")]
    given = {folder / name for name, _ in attack.beside}
    own = [path for path in folder.rglob("*") if path.is_file() and path not in given]
    return marked + own[1:] + [path for path in course.root.rglob("*") if MARKER in path.name]


def foreign_descriptors() -> int:
    """How many sockets this process holds; a box that was replaced has as many as the one before."""
    links = [os.readlink(path) for path in Path("/proc/self/fd").iterdir() if path.is_symlink()]
    return sum(link.startswith("socket:") for link in links)


@pytest.fixture(scope="module")
def questions(tmp_path_factory: pytest.TempPathFactory) -> Kit:
    return make_questions(tmp_path_factory.mktemp("questions"))


@pytest.fixture(scope="module", params=LEVELS)
def ground(request: pytest.FixtureRequest, questions: Kit, tmp_path_factory: pytest.TempPathFactory) -> Ground:
    """All attacks that were asked for, played out at one level."""
    level = request.param
    with Box(level) as box:
        if box.level < level:
            pytest.skip(f"isolation level {level} is not to be had here: {'; '.join(box.notes)}")
        campaign = Campaign(box, questions, tmp_path_factory.mktemp(f"level{level}"))
        campaign.run([attack for attack in asked_for(request.session.items, level) if attack.level <= level])
    return Ground(level=level, verdicts=campaign.verdicts, aftermaths=campaign.aftermaths)


def asked_for(items: Iterable[pytest.Item], level: int) -> list[Attack]:
    """The attacks of the tests that were selected, at that level."""
    chosen = [item.callspec.params for item in items if isinstance(item, pytest.Function) and hasattr(item, "callspec")]
    return [found["attack"] for found in chosen if "attack" in found and found.get("ground") == level]


# ---- what became of them ---------------------------------------------------------------------------------------------


def aimed_at(attack: Attack, verdict: Verdict) -> list[TestResult]:
    return [test for test in verdict.tests if test.name != "test_other" or not attack.answers_honestly]


def words(attack: Attack, verdict: Verdict) -> set[str]:
    """How the plays of the targeted tests ended, or why there were none."""
    if verdict.faults:
        return {f"cannot-judge ({verdict.faults[0].kind})"}
    results = [result for test in aimed_at(attack, verdict) for result in test.results]
    return {str(result.failure.ended if result.failure else result.outcome) for result in results}


def expected(attack: Attack) -> set[str]:
    return {*attack.expect, *JUDGED} if "fails" in attack.expect else {*attack.expect}


@needs_proc
@each_attack
def test_an_attack_gains_nothing_costs_nobody_else_and_leaves_nothing(ground: Ground, attack: Attack) -> None:
    if ground.level < attack.level:
        pytest.skip(f"holds from isolation level {attack.level} on, and this is level {ground.level}")
    verdict, after = ground.verdicts[attack.name], ground.aftermaths[attack.name]

    assert words(attack, verdict) <= expected(attack)
    assert verdict.status is not Status.PASS
    assert not any(test.earned for test in aimed_at(attack, verdict))
    if attack.answers_honestly and not attack.spoils:
        assert verdict.points == (0 if "tampered" in words(attack, verdict) else 40)
    assert after.innocent == 1
    assert after.processes == 0
    assert after.marked == frozenset()
    assert after.files == ()


@needs_proc
def test_no_attack_leaves_a_socket_in_the_grader(ground: Ground) -> None:
    assert len({after.descriptors for after in ground.aftermaths.values()}) <= 1


@each_attack
def test_what_the_rules_say_about_an_attack_is_known(attack: Attack, questions: Kit, tmp_path: Path) -> None:
    exercises = {each.id: each for each in kit.load(kit.builtin_root()).exercises}
    exercise = exercises[attack.exercise] if attack.exercise else questions.exercises[0]
    taken = take(write(attack, tmp_path, exercise), limit=exercise.limits.file_bytes)
    found = taken if isinstance(taken, Fault) else policy.check(taken, exercise, exercise.stub.read_text())
    faults = (found,) if isinstance(found, Fault) else found.faults or found.look

    assert (faults[0].kind if faults else "nothing") == attack.policy


def test_there_are_enough_attacks_in_every_group() -> None:
    counts = {group: sum(attack.name.startswith(f"{group}/") for attack in ATTACKS) for group in GROUPS}

    assert sum(counts.values()) == len(ATTACKS) >= 90
    assert min(counts.values()) >= 8


def test_every_attack_says_what_it_is() -> None:
    assert [attack.name for attack in ATTACKS if '"""' not in attack.source] == []


def test_no_attack_is_a_plugin_of_this_session(pytestconfig: pytest.Config) -> None:
    """A conftest.py among them makes failures count as nothing. Says something when the whole suite is collected."""
    files = [Path(file) for plugin in pytestconfig.pluginmanager.get_plugins() if (file := _file_of(plugin))]

    assert [file for file in files if file.is_relative_to(FOLDER)] == []


def _file_of(plugin: object) -> str | None:
    return getattr(plugin, "__file__", None)
