"""Hidden tests over recordings of a real box: what passes, what fails, under which schedule and which diagnosis."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grader.errors import InternalError, KitError
from grader.judge import grading, token
from grader.judge.attempt import Judged
from grader.judge.collect import hidden_functions
from grader.judge.options import EVERYTHING, PlayOptions
from grader.judge.reference import Reference
from grader.judge.session import Examination, Session
from grader.judge.verdict import Outcome as Result
from grader.kit.exercise import Exercise
from grader.sandbox.box import Box, Job
from grader.sandbox.budget import Budget
from grader.sandbox.cell import Cell
from grader.sandbox.play import Play
from grader.wire import BACKENDS
from grader.wire.recording import Ended, Recording
from grader.wire.rows import Remark
from grader.wire.values import Token
from tests.fault_samples import PLAYER, break_boxes
from tests.forging_samples import make_kit

SCENARIOS = """
import anyio
from anyio.lowlevel import checkpoint

async def ask(stage, **inputs):
    return await stage.submission.answer(**inputs)

async def race(stage):
    async def step(name):
        stage.mark(name)
    async with anyio.create_task_group() as tg:
        for name in "abc":
            tg.start_soon(step, name)

async def crowd(stage):
    async def step(name):
        for _ in range(3):
            stage.mark(name)
            await checkpoint()
    async with anyio.create_task_group() as tg:
        for name in "abc":
            tg.start_soon(step, name)

async def sleeps(stage):
    await anyio.sleep(10)

async def stuck(stage):
    await anyio.Event().wait()

async def counts_steps(stage):
    done = []
    async def slow():
        for _ in range(3):
            await checkpoint()
        done.append(1)
    async with anyio.create_task_group() as tg:
        tg.start_soon(slow)
        for _ in range(12):
            await checkpoint()
        stage.mark("done", len(done))
"""

HEAD = "from grader.judge import grading\n\n\n"


def declared(name: str, body: str, points: int = 100, more: str = "") -> str:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    declaration = f'@grading(points={points}, diagnosis="wrong", feedback="Wrong."{more})\n'
    return f'{declaration}def {name}(play):\n    """does it"""\n{lines}\n\n'


ANSWER = "async def answer(**inputs):\n    return inputs\n"


class Sample:
    """An exercise with hidden tests of its own, and what they say about submissions."""

    def __init__(self, box: Box, exercise: Exercise) -> None:
        self.box = box
        self.exercise = exercise
        self.reference = Reference(exercise, lambda submission: Cell(box, self.job(submission)))

    def judge(self, *submissions: str, backends: tuple[str, ...] = ("asyncio",), **asked: Any) -> list[Examination]:
        options = PlayOptions(backends=backends, **asked)
        session = Session(self.exercise, self.reference)
        try:
            return [self._examination(session, options, submission) for submission in submissions]
        finally:
            self.reference.close()

    def _examination(self, session: Session, options: PlayOptions, submission: str) -> Examination:
        cell = Cell(self.box, self.job(submission))
        try:
            return session.judge(cell, options)
        finally:
            cell.close()

    def job(self, submission: str) -> Job:
        return Job(module="one", submission=submission, scenarios=SCENARIOS, limits=self.exercise.limits)


def sample_of(box: Box, root: Path, *tests: str) -> Sample:
    return Sample(box, make_kit(root, tests=HEAD + "".join(tests), scenarios=SCENARIOS).exercises[0])


def only(box: Box, root: Path, body: str, submission: str = ANSWER, **asked: Any) -> Judged:
    """What one hidden test with this body says about one submission."""
    sample = sample_of(box, root, declared("test_it", body))
    (examination,) = sample.judge(submission, **asked)
    (judged,) = examination.results.values()
    return judged


# ---- every test, every backend ---------------------------------------------------------------------------------------


def test_every_hidden_test_has_a_result_on_every_backend_that_was_asked_for(box: Box, tmp_path: Path) -> None:
    first = declared("test_a", "assert play('ask', n=1).result == {'n': 1}", 50)
    second = declared("test_b", "assert play('ask').result == 1", 50)
    sample = sample_of(box, tmp_path, first, second)
    (examination,) = sample.judge(ANSWER, backends=BACKENDS)

    assert {key: judged.outcome for key, judged in examination.results.items()} == {
        ("test_a", "asyncio"): Result.PASS,
        ("test_a", "trio"): Result.PASS,
        ("test_b", "asyncio"): Result.FAIL,
        ("test_b", "trio"): Result.FAIL,
    }


def test_what_was_not_asked_for_has_no_result(box: Box, tmp_path: Path) -> None:
    first = declared("test_a", "assert play('ask')", 50)
    second = declared("test_b", "assert play('ask')", 50)
    sample = sample_of(box, tmp_path, first, second)
    (examination,) = sample.judge(ANSWER, tests=(2,), backends=("trio",))

    assert list(examination.results) == [("test_b", "trio")]


def test_submissions_are_judged_one_after_the_other_each_by_its_own_plays(box: Box, tmp_path: Path) -> None:
    answers = [f"async def answer():\n    return {number}\n" for number in (1, 2, 1)]
    sample = sample_of(box, tmp_path, declared("test_it", "assert play('ask').result == 1"))
    done = sample.judge(*answers)

    found = [examination.results["test_it", "asyncio"].outcome for examination in done]
    assert found == [Result.PASS, Result.FAIL, Result.PASS]


# ---- endings that a test expects, and bounds of its own --------------------------------------------------------------


def test_a_test_may_expect_a_deadlock(box: Box, tmp_path: Path) -> None:
    assert only(box, tmp_path, "assert play('stuck').ended_as('deadlock')").outcome is Result.PASS


@pytest.mark.parametrize(
    "body",
    [
        "assert play('stuck')",
        "assert play('stuck').ended == 'deadlock'",
        "assert play('stuck').ended_as('late', 'deadlock') and play('stuck', within=3).elapsed == 0",
        "assert not play('stuck').ended_as('late')",
    ],
)
def test_an_ending_that_the_test_did_not_ask_for_fails_it(box: Box, tmp_path: Path, body: str) -> None:
    judged = only(box, tmp_path, body)

    assert judged.outcome is Result.FAIL
    assert judged.failed is not None
    assert judged.failed.diagnosis == "deadlock"


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_play_that_is_not_over_within_its_bound_is_late(box: Box, tmp_path: Path, backend: str) -> None:
    judged = only(box, tmp_path, "play('sleeps', within=9)", backends=(backend,))

    assert judged.outcome is Result.FAIL
    assert judged.failed is not None
    assert (judged.failed.diagnosis, judged.failed.recording.ended) == ("late", Ended.LATE)


def test_bounds_of_one_scenario_are_kept_apart(box: Box, tmp_path: Path) -> None:
    body = "assert play('sleeps', within=9).ended_as('late')\nassert play('sleeps', within=10).elapsed == 10"

    assert only(box, tmp_path, body).outcome is Result.PASS


# ---- what a pass is worth saying about -------------------------------------------------------------------------------


@pytest.mark.parametrize("backend", BACKENDS)
def test_what_fails_under_unfair_schedules_only_is_fragile_and_passes(box: Box, tmp_path: Path, backend: str) -> None:
    body = "assert play('counts_steps').values('done') == [1]"
    fair = only(box, tmp_path / "a", body, backends=(backend,))
    tried = only(box, tmp_path / "b", body, backends=(backend,), unfair=10)

    assert fair.outcome is tried.outcome is Result.PASS
    assert fair.remarks == ()
    assert [remark.slug for remark in tried.remarks] == ["fragile"]


def test_what_does_not_depend_on_turns_is_not_fragile(box: Box, tmp_path: Path) -> None:
    judged = only(box, tmp_path, "assert len(play('crowd').order) == 9", backends=BACKENDS[:1], unfair=10)

    assert (judged.outcome, judged.remarks) == (Result.PASS, ())


def test_unfair_plays_that_use_the_budget_up_take_it_from_no_test_and_show_nothing(box: Box, tmp_path: Path) -> None:
    busy = """
import anyio
async def answer(n):
    for _ in range(3):
        sum(range(4_000_000))
        await anyio.sleep(0)
    return n
"""
    tests = [declared(f"test_{n}", f"assert play('ask', n={n}).result == {n}", 50) for n in (1, 2)]
    sample = sample_of(box, tmp_path, *tests)
    cell = Cell(box, sample.job(busy), Budget(cpu=1.5))
    options = PlayOptions(backends=("asyncio",), schedules=1, unfair=20)
    examination = Session(sample.exercise, sample.reference).judge(cell, options)
    cell.close()

    assert cell.budget.spent
    assert [judged.outcome for judged in examination.results.values()] == [Result.PASS, Result.PASS]
    assert [judged.remarks for judged in examination.results.values()] == [(), ()]


def test_what_plays_leave_behind_is_a_remark_on_a_test_that_passes(box: Box, tmp_path: Path) -> None:
    answer = "import anyio\nasync def answer():\n    anyio.sleep(1)\n    return 1\n"
    judged = only(box, tmp_path, "assert play('ask').result == 1", answer)

    assert judged.outcome is Result.PASS
    assert judged.remarks == (Remark(slug="never-awaited", line=3, detail="sleep"),)


# ---- schedules -------------------------------------------------------------------------------------------------------


def test_a_play_without_choices_is_played_once(box: Box, tmp_path: Path) -> None:
    judged = only(box, tmp_path, "assert play('ask').result == {}")

    assert (judged.outcome, judged.schedules, judged.all_schedules) == (Result.PASS, 1, True)


def test_a_small_tree_of_choices_is_walked_whole(box: Box, tmp_path: Path) -> None:
    judged = only(box, tmp_path, "assert sorted(play('race').order) == ['a', 'b', 'c']")

    assert (judged.outcome, judged.schedules, judged.all_schedules) == (Result.PASS, 6, True)


def test_a_second_test_of_the_same_play_is_called_for_all_of_its_schedules_too(box: Box, tmp_path: Path) -> None:
    tests = [declared(name, "assert len(play('race').order) == 3", 50) for name in ("test_a", "test_b")]
    sample = sample_of(box, tmp_path, *tests)
    (examination,) = sample.judge(ANSWER)

    assert [judged.schedules for judged in examination.results.values()] == [6, 6]
    assert examination.cell.plays == 6


def test_a_large_tree_is_tried_as_often_as_was_asked_for(box: Box, tmp_path: Path) -> None:
    judged = only(box, tmp_path, "assert len(play('crowd').order) == 9", schedules=8)

    assert (judged.outcome, judged.schedules, judged.all_schedules) == (Result.PASS, 8, False)


def test_a_test_may_ask_for_fewer_schedules(box: Box, tmp_path: Path) -> None:
    tests = declared("test_it", "assert len(play('crowd').order) == 9", more=", schedules=3")
    sample = sample_of(box, tmp_path, tests)
    (examination,) = sample.judge(ANSWER)

    assert examination.results["test_it", "asyncio"].schedules == 3


def test_the_steps_of_one_test_are_bounded_and_not_its_time(
    box: Box, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grader.judge.rounds.STEP_BUDGET", 40)

    judged = only(box, tmp_path, "assert len(play('crowd').order) == 9")

    assert judged.outcome is Result.PASS
    assert 2 <= judged.schedules < 21
    assert not judged.all_schedules


RACE = "assert play('race').order != ['c', 'b', 'a']"


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_first_schedule_that_fails_is_named_and_replays_alone(box: Box, tmp_path: Path, backend: str) -> None:
    judged = only(box, tmp_path / "a", RACE, backends=(backend,))
    assert judged.outcome is Result.FAIL
    assert judged.failed is not None
    assert judged.failed.variant == 5
    assert judged.schedules == 6

    again = only(box, tmp_path / "b", RACE, backends=(backend,), only=judged.failed.variant)

    assert again.outcome is Result.FAIL
    assert again.failed is not None
    assert again.failed.play == judged.failed.play
    assert again.failed.recording.order == ["c", "b", "a"]


def test_a_schedule_that_does_not_fail_passes_alone(box: Box, tmp_path: Path) -> None:
    judged = only(box, tmp_path, RACE, only=2)

    assert (judged.outcome, judged.schedules, judged.all_schedules) == (Result.PASS, 1, False)


def test_a_shuffled_schedule_replays_alone_by_its_seed(box: Box, tmp_path: Path) -> None:
    fails = "assert play('crowd').order[:3] != ['b', 'c', 'a']"
    judged = only(box, tmp_path / "a", fails, schedules=200)
    assert judged.failed is not None
    assert judged.failed.variant > 0

    again = only(box, tmp_path / "b", fails, only=judged.failed.variant)

    assert again.failed is not None
    assert again.failed.play == judged.failed.play


def test_a_failure_is_shown_with_the_fewest_turns_out_of_natural_order(box: Box, tmp_path: Path) -> None:
    judged = only(box, tmp_path, "assert play('crowd').order[:3] != ['b', 'c', 'a']", schedules=200)

    assert judged.failed is not None
    assert judged.failed.play.choices == judged.failed.recording.choices[:2] == (1, 1)
    assert judged.failed.recording.order[:3] == ["b", "c", "a"]


# ---- recordings ------------------------------------------------------------------------------------------------------


def test_tests_that_look_at_the_same_play_share_it(box: Box, tmp_path: Path) -> None:
    tests = [declared(name, "assert play('ask', n=1).result", 50) for name in ("test_a", "test_b")]
    sample = sample_of(box, tmp_path, *tests)
    (examination,) = sample.judge(ANSWER, backends=BACKENDS)

    assert examination.cell.plays == 2


def test_what_one_test_looked_at_another_one_has_not(box: Box, tmp_path: Path) -> None:
    looks = declared("test_a", "assert play('ask').raised.isa('ValueError')", 50)
    does_not = declared("test_b", "play('ask')", 50)
    sample = sample_of(box, tmp_path, looks, does_not)
    (examination,) = sample.judge("async def answer():\n    raise ValueError\n")

    assert examination.results["test_a", "asyncio"].outcome is Result.PASS
    assert examination.results["test_b", "asyncio"].outcome is Result.FAIL


def test_the_virtual_seconds_of_all_plays_are_added_up(box: Box, tmp_path: Path) -> None:
    sample = sample_of(box, tmp_path, declared("test_it", "assert play('sleeps').elapsed == 10"))
    (examination,) = sample.judge(ANSWER, backends=BACKENDS)

    assert examination.virtual_seconds == 20


def test_missing_data_fails_instead_of_passing(box: Box, tmp_path: Path) -> None:
    judged = only(box, tmp_path, "assert play('sleeps').span('a').end == play('sleeps').span('b').end")

    assert judged.outcome is Result.FAIL


def test_an_ending_that_the_test_looked_past_fails(box: Box, tmp_path: Path) -> None:
    hangs = "import anyio\nasync def answer():\n    await anyio.Event().wait()\n"

    judged = only(box, tmp_path, "play('ask').marks", hangs)

    assert judged.failed is not None
    assert judged.failed.diagnosis == "deadlock"


def test_a_box_that_cannot_be_started_is_not_the_submissions_failure(box: Box, tmp_path: Path) -> None:
    class Broken(Cell):
        def recording(self, play: Play) -> Recording:
            raise InternalError("the box cannot be started", hint="")

    sample = sample_of(box, tmp_path, declared("test_it", "play('ask')"))
    broken = Broken(box, sample.job(ANSWER))
    with pytest.raises(InternalError, match="cannot be started"):
        Session(sample.exercise, sample.reference).judge(broken, EVERYTHING)
    broken.close()  # it has sent plays, and the box is shared


def test_hidden_tests_are_collected_once_for_as_long_as_their_file_stays_as_it_is(box: Box, tmp_path: Path) -> None:
    test = declared("test_it", "assert play('ask').result == {}")
    sample = sample_of(box, tmp_path, test)
    first = hidden_functions(sample.exercise)
    again = hidden_functions(sample.exercise)
    sample.exercise.test_file.write_text(HEAD + test + "# changed")

    assert again is first
    assert hidden_functions(sample.exercise) is not first


def test_hidden_tests_that_cannot_be_imported_are_named_with_their_line(box: Box, tmp_path: Path) -> None:
    for number, wrong in enumerate(("LIMIT = undefined", "import no_such_module")):
        test = f"{wrong}\n\n\n" + declared("test_it", "assert play('ask')")
        with pytest.raises(KitError, match=r"test_hidden\.py:4: pytest cannot collect it: \w+Error: ") as raised:
            sample_of(box, tmp_path / str(number), test).judge(ANSWER)
        assert "correct" in raised.value.hint.lower()


def test_a_fault_of_the_player_is_not_judged_whatever_the_test_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_boxes(monkeypatch, PLAYER)
    with Box() as broken:
        judged = only(broken, tmp_path, "assert play('ask').ended")

    assert judged.outcome is Result.NOT_JUDGED
    assert judged.own_fault
    assert "the player failed: TypeError" in judged.reason


# ---- surroundings ----------------------------------------------------------------------------------------------------


def test_what_the_user_has_for_pytest_stays_away_and_is_there_again_afterwards(
    box: Box, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_ADDOPTS", "--collect-only --no-such-option")
    monkeypatch.setenv("PYTEST_PLUGINS", "no_such_plugin")
    (tmp_path / "conftest.py").write_text("raise ValueError")
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n")

    assert only(box, tmp_path, "assert play('ask').result == {}").outcome is Result.PASS

    assert os.environ["PYTEST_ADDOPTS"] == "--collect-only --no-such-option"
    assert "PYTEST_DISABLE_PLUGIN_AUTOLOAD" not in os.environ


def test_nothing_is_written_into_the_kit_and_nothing_printed(
    box: Box, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    writes = sys.dont_write_bytecode
    sample = sample_of(box, tmp_path, declared("test_it", "assert play('ask').result == 1"))
    before = sorted(tmp_path.rglob("*"))
    sample.judge(ANSWER)

    assert sorted(tmp_path.rglob("*")) == before
    assert capfd.readouterr() == ("", "")
    assert sys.dont_write_bytecode is writes


def test_a_grading_declaration_leaves_the_function_as_it_is_and_a_token_is_one() -> None:
    def function(play: object) -> None: ...

    assert grading(points=1, diagnosis="a", feedback="b")(function) is function
    assert token("a") == Token("a")


WAITS_FOR_A_SIGNAL = """
import signal, anyio
async def answer():
    await anyio.to_thread.run_sync(signal.sigwait, [signal.SIGUSR1])
"""


@pytest.mark.parametrize("test", ["assert play('ask').result", "assert play('ask').ended_as('not-simulated')"])
def test_a_play_that_cannot_be_followed_is_not_judged_and_says_where_the_thread_was_started(
    box: Box, tmp_path: Path, test: str
) -> None:
    sample = sample_of(box, tmp_path, declared("test_it", test))
    rules = replace(sample.exercise.rules, imports=("signal", "anyio.to_thread"))
    (examination,) = Sample(box, replace(sample.exercise, rules=rules)).judge(WAITS_FOR_A_SIGNAL)
    (judged,) = examination.results.values()

    assert (judged.outcome, judged.own_fault) == (Result.NOT_JUDGED, False)
    assert judged.reason == "a thread waits in a way that cannot be followed in virtual time (started in line 4)"


def test_a_play_that_cannot_be_followed_fails_where_the_exercise_allows_no_threads(box: Box, tmp_path: Path) -> None:
    judged = only(box, tmp_path, "assert play('ask').result", WAITS_FOR_A_SIGNAL)

    assert judged.outcome is Result.FAIL
    assert judged.failed is not None
    assert (judged.failed.diagnosis, judged.failed.recording.line) == ("not-simulated", 4)
