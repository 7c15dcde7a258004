"""Every file in ``attacks/``, graded by the whole machinery at every isolation level that this machine offers.

No point, the expected word, and afterwards: no process, no file and no open socket more than before, and the same box
still plays an innocent answer of another exercise.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.judge.verdict import Status, TestResult, Verdict
from grader.kit.kit import Kit, builtin_root, load_kit
from grader.policy import rules
from grader.policy.submission import Fault, take
from grader.sandbox.box import Box
from grader.sandbox.isolation import ceiling
from grader.wire.orders import NEWEST_LANDLOCK
from tests.attack_files import FOLDER, Attack, all_attacks, make_questions
from tests.attack_ground import Ground, put_to, write

ATTACKS = all_attacks()
GROUPS = ("lying", "leaving", "patching", "stealing", "resources", "escaping", "beside", "reader")
STRONGEST = ceiling()[0]
OLDER_LANDLOCK = 4
"""Of Linux 6.8, which Ubuntu 24.04 has: it restricts TCP, and neither signals nor sockets of other kinds."""
LEVELS = [
    pytest.param(
        (level, landlock), id=name, marks=() if name in (f"level {STRONGEST}", "level 0") else pytest.mark.slow
    )
    for name, level, landlock in (
        ("level 3", 3, NEWEST_LANDLOCK),
        ("level 2", 2, NEWEST_LANDLOCK),
        ("level 2 with an older Landlock", 2, OLDER_LANDLOCK),
        ("level 1", 1, NEWEST_LANDLOCK),
        ("level 0", 0, NEWEST_LANDLOCK),
    )
]
"""Levels between the strongest of this machine and none take as long again; CI plays them with what is slow."""
COURSE = load_kit(builtin_root())
JUDGED = frozenset({"returned", "raised"})

each_attack = pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
needs_proc = pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="looks for survivors in /proc")


@pytest.fixture(scope="module")
def questions(tmp_path_factory: pytest.TempPathFactory) -> Kit:
    """The kit of what most attacks are asked."""
    return make_questions(tmp_path_factory.mktemp("questions"))


@pytest.fixture(scope="module", params=LEVELS)
def ground(
    request: pytest.FixtureRequest, questions: Kit, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Ground]:
    """A warm box at one level for all attacks."""
    level, landlock = request.param
    with Box(level, landlock=landlock) as box:
        if box.level < level:
            pytest.skip(f"isolation level {level} is not to be had here: {'; '.join(box.notes) or 'unknown'}")
        yield Ground(box, questions, COURSE, tmp_path_factory.mktemp(f"level{level}"))


# ---- what is known of an attack --------------------------------------------------------------------------------------


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
    if refused := ground.refusal(attack):
        pytest.skip(refused)
    verdict, after = ground.fight(attack)

    assert set() < words(attack, verdict) <= expected(attack)
    assert verdict.status is not Status.PASS
    assert not verdict.own_fault
    assert not any(test.earned for test in aimed_at(attack, verdict))
    if attack.answers_honestly and not attack.spoils:
        assert verdict.points == (0 if "tampered" in words(attack, verdict) else 40)
    assert after.innocent == 1
    assert after.processes == 0
    assert after.marked == frozenset()
    assert after.files == ()
    assert after.sockets == 0


@each_attack
def test_what_the_rules_say_about_an_attack_is_known(attack: Attack, questions: Kit, tmp_path: Path) -> None:
    _, exercise = put_to(attack, questions, COURSE)
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
