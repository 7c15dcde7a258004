"""Every file in ``attacks/``, graded by the whole machinery at every isolation level that this machine offers.

No point, the expected word, and afterwards: no process, no file and no open descriptor more than before, and the same
box still plays an innocent answer of another exercise.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from pathlib import Path

import pytest

from grader.judge.verdict import Status, TestResult, Verdict
from grader.kit.exercise import Exercise
from grader.kit.kit import builtin_root, load_kit
from grader.policy import rules
from grader.policy.submission import Fault, take
from tests.attack_campaign import Ground, fight, write
from tests.attack_files import FOLDER, Attack, all_attacks, make_questions

ATTACKS = all_attacks()
GROUPS = ("lying", "leaving", "patching", "stealing", "resources", "escaping", "beside", "reader")
LEVELS = (3, 2, 1, 0)
Exercises = Mapping[str, Exercise]
JUDGED = frozenset({"returned", "raised"})

each_attack = pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
needs_proc = pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="looks for survivors in /proc")


# ---- playing them out ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def exercises(tmp_path_factory: pytest.TempPathFactory) -> Exercises:
    """What attacks answer, by id; the questions have none."""
    questions = make_questions(tmp_path_factory.mktemp("questions"))
    return {"": questions.exercises[0], **{each.id: each for each in load_kit(builtin_root()).exercises}}


@pytest.fixture(scope="module")
def grounds(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Mapping[int, Future[Ground]]]:
    """All attacks that were asked for, level by level, two levels at a time: half of the time they wait for a limit."""
    root = tmp_path_factory.mktemp("attacks")
    asked = asked_for(request.session.items)
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as executor:
        yield {level: executor.submit(fight, level, names, root / f"level{level}") for level, names in asked.items()}
        executor.shutdown(wait=False, cancel_futures=True)


@pytest.fixture(scope="module", params=LEVELS)
def ground(request: pytest.FixtureRequest, grounds: Mapping[int, Future[Ground]]) -> Ground:
    """What became of the attacks at one level."""
    found = grounds[request.param].result()
    if found.not_to_be_had:
        pytest.skip(f"isolation level {found.level} is not to be had here: {found.not_to_be_had}")
    return found


def asked_for(items: Iterable[pytest.Item]) -> dict[int, set[str]]:
    """The names of the attacks of the tests that were selected, by level."""
    asked: dict[int, set[str]] = {}
    for item in items:
        parameters = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
        level, attack = parameters.get("ground"), parameters.get("attack")
        if isinstance(level, int):
            asked.setdefault(level, set())
            if isinstance(attack, Attack) and attack.level <= level:
                asked[level].add(attack.name)
    return asked


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
def test_what_the_rules_say_about_an_attack_is_known(attack: Attack, exercises: Exercises, tmp_path: Path) -> None:
    exercise = exercises[attack.exercise]
    taken = take(write(attack, tmp_path, exercise), limit=exercise.limits.file_bytes)
    found = taken if isinstance(taken, Fault) else rules.check(taken, exercise, exercise.stub.read_text())
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
