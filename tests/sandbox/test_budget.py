"""All plays of one submission together may use so much and no more; load on the machine is no part of it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from math import inf
from pathlib import Path
from typing import NoReturn, cast

import pytest

from grader.kit.exercise import Limits
from grader.sandbox import cell as cell_module
from grader.sandbox.box import Box, Job
from grader.sandbox.budget import Budget, Meter, Stock, Stopwatch, take_stock
from grader.sandbox.cell import Cell
from grader.sandbox.play import Play
from grader.wire.recording import Ended

SCENARIOS = """
import time

async def burn(stage, seconds):
    begin = time.thread_time()
    while time.thread_time() - begin < seconds:
        pass
    return seconds

async def answer(stage, number):
    return number

async def leave(stage, seconds):
    import os
    await burn(stage, seconds)
    os._exit(0)

async def fork(stage):
    import os
    if os.fork() == 0:
        while True:
            pass
    return "forked"
"""

in_proc = pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="looks at processes in /proc")


@pytest.fixture(scope="module")
def box() -> Iterator[Box]:
    with Box(0) as box:
        yield box


def cell_with(box: Box, budget: Budget | None) -> Cell:
    return Cell(box, Job(module="x", submission="", scenarios=SCENARIOS, limits=Limits()), budget)


def burning(seconds: float, seed: int = 0) -> Play:
    return Play("burn", Play.encode({"seconds": seconds}), "asyncio", seed)


def answering(number: int) -> Play:
    return Play("answer", Play.encode({"number": number}), "asyncio")


# ---- the account -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("charge", "word"),
    [({"cpu": 60.0}, "CPU time"), ({"real": 90.0}, "slept or blocked"), ({"judging": 25.0}, "to read and to judge")],
)
def test_a_budget_that_is_used_up_says_by_what(charge: dict[str, float], word: str) -> None:
    budget = Budget.within(Limits())
    for kind, seconds in charge.items():
        budget.charge(**{kind: seconds - 1})
        assert not budget.spent
        budget.charge(**{kind: 1.0})

    assert word in budget.spent


def test_more_schedules_than_by_default_may_take_longer() -> None:
    assert Budget.within(Limits(), share=10).cpu == 10 * Budget.within(Limits()).cpu


def test_a_budget_of_what_we_trust_has_no_end() -> None:
    budget = Budget()
    budget.charge(cpu=1e9, real=1e9, judging=1e9)

    assert not budget.spent
    assert budget.cpu == inf


# ---- what a child uses -----------------------------------------------------------------------------------------------


def test_time_in_which_a_child_waits_for_a_processor_does_not_count() -> None:
    watch = Stopwatch()
    watch.look(Stock(), 0.25)
    watch.look(Stock(starved_seconds=0.2, asleep=True), 0.25)

    assert watch.real == pytest.approx(0.3)
    assert watch.slept == pytest.approx(0.05)


def test_a_child_that_computes_does_not_sleep_whatever_it_does_at_the_moment_of_the_look() -> None:
    watch = Stopwatch()
    watch.look(Stock(cpu_seconds=3), 0.25)
    watch.look(Stock(cpu_seconds=3.25, asleep=True), 0.25)

    assert (watch.cpu, watch.slept) == (0.25, 0)


def test_a_child_that_waits_for_a_disk_or_is_throttled_does_not_sleep() -> None:
    watch = Stopwatch()
    for _ in range(4):
        watch.look(Stock(asleep=False), 0.25)

    assert watch.slept == 0


def test_a_look_that_comes_late_counts_as_one_in_time() -> None:
    """A computer that was suspended, or a grader that was stopped, must not be taken for a play that slept."""
    watch = Stopwatch()
    watch.look(Stock(asleep=True), 3600)

    assert watch.real == watch.slept == 0.5


def test_a_thread_that_ends_takes_its_count_with_it_and_nothing_is_counted_backwards() -> None:
    watch = Stopwatch()
    watch.look(Stock(starved_seconds=10), 0.25)
    watch.look(Stock(starved_seconds=1), 0.25)

    assert watch.real == 0.5


@in_proc
def test_a_process_that_waits_for_its_input_is_asleep_and_one_that_is_gone_has_no_stock() -> None:
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as waiting:
        assert waiting.stdin is not None
        assert waiting.stdout is not None
        waiting.stdin.write(b"x")
        waiting.stdin.flush()
        assert waiting.stdout.read(1) == b"x"  # it runs, and all that it can do now is to wait
        while not (stock := take_stock(waiting.pid)) or not stock.asleep:
            os.sched_yield()
        waiting.stdin.close()
        waiting.wait()

    assert (stock.threads, take_stock(2**30)) == (1, None)


def test_what_a_child_has_used_is_charged_once_even_if_it_is_gone() -> None:
    budget, meter = Budget(cpu=10, real=10), Meter(2**30)
    meter.wait(0.5)
    meter.settle(budget)
    assert budget.real == 10, "too little to ask the kernel about"

    meter.wait(1)
    meter.settle(budget)
    meter.bill(budget)

    assert (budget.cpu, budget.real) == (10, 8.5)


# ---- a submission ----------------------------------------------------------------------------------------------------


@in_proc
def test_the_plays_that_are_left_end_as_limit_when_the_cpu_time_of_all_is_used_up(box: Box) -> None:
    cell = cell_with(box, Budget(cpu=1.5))

    ended = [cell.recording(burning(0.4, seed)).ended for seed in range(12)]
    cell.close()

    assert ended[0] is Ended.RETURNED
    assert ended == sorted(ended, key=[Ended.RETURNED, Ended.LIMIT].index)
    assert ended[-1] is Ended.LIMIT
    assert "CPU time that all of them" in cell.recording(burning(0.4, 11)).reason
    assert not cell.tampered, "answers that are not taken in any more are no forgery"


class NoBox:
    """A box that fails the test in which a child is started."""

    def start(self, job: Job) -> NoReturn:
        raise AssertionError("a child was started")


def test_no_child_is_started_for_a_submission_that_has_nothing_left() -> None:
    cell = cell_with(cast(Box, NoBox()), Budget(judging=0.0, spent="too much"))

    assert cell.recording(answering(1)).ended is Ended.LIMIT
    assert cell.plays == 0


def test_plays_that_were_asked_for_ahead_end_as_limit_too(box: Box) -> None:
    cell = cell_with(box, Budget(cpu=100))
    ahead = [cell.send(answering(number)) for number in range(3)]
    cell.budget.charge(cpu=100)

    assert {cell.recording(play).ended for play in ahead} == {Ended.LIMIT}
    cell.close()
    assert not cell.tampered


def test_a_program_without_a_budget_is_played_as_often_as_it_is_asked_for(box: Box) -> None:
    cell = cell_with(box, None)
    cell.budget.charge(real=1e9)

    assert cell.recording(answering(1)).result == 1
    cell.close()


def test_recordings_are_kept_up_to_a_size_and_played_again_after_that(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cell_module, "KEPT_BYTES", 1)
    monkeypatch.setattr(cell_module, "KEPT_AT_LEAST", 2)
    cell = cell_with(box, None)
    for number in (1, 2, 2, 1, 3):
        assert cell.recording(answering(number)).result == number
    assert cell.plays == 3

    assert cell.recording(answering(1)).result == 1
    assert cell.plays == 4
    cell.close()


# ---- what nobody has looked at ---------------------------------------------------------------------------------------


@in_proc
def test_a_play_that_is_begun_ahead_and_leaves_is_charged_as_it_would_be_if_it_were_awaited(box: Box) -> None:
    budget = Budget.within(Limits())
    cell = cell_with(box, budget)
    cell.send(Play("leave", Play.encode({"seconds": 0.5}), "asyncio"))
    child = cell._child
    assert child is not None
    while not box.has_ended(child):
        os.sched_yield()

    assert cell.recording(Play("leave", Play.encode({"seconds": 0.5}), "asyncio")).ended is Ended.CRASHED
    cell.close()
    assert budget.cpu <= 60 - 0.5


@in_proc
def test_what_the_processes_of_a_submission_use_is_charged_to_it(box: Box) -> None:
    cell = cell_with(box, Budget.within(Limits()))

    assert cell.recording(Play("fork", Play.encode({}), "asyncio")).value == "forked"
    child = cell._child
    assert child is not None
    before = child.meter.look().cpu_seconds
    while child.meter.look().cpu_seconds < before + 0.3:
        os.sched_yield()
    cell.close()


def test_a_budget_that_is_given_some_back_plays_again_what_it_has_refused(box: Box) -> None:
    budget = Budget.within(Limits())
    cell = cell_with(box, budget)
    budget.charge(judging=26)
    refused = cell.recording(answering(1))
    budget.give_back(judging=2)

    assert refused.ended is Ended.LIMIT
    assert cell.recording(answering(1)).value == 1
    cell.close()


def test_stacks_that_are_written_after_the_last_answer_are_no_matter(box: Box) -> None:
    """A submission may go on writing until its process is ended."""
    writes = """
import os, signal

STACKS = b'Stack (most recent call first):\\n  File "/submission/x.py", line 3 in f\\n' * 100

def ring(number, frame):
    os.write(2, STACKS)

async def answer():
    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
"""
    scenarios = "async def ask(stage): await stage.submission.answer()"
    for _ in range(5):
        cell = Cell(box, Job(module="x", submission=writes, scenarios=scenarios, limits=Limits()))
        cell.recording(Play("ask", Play.encode({}), "asyncio"))
        cell.close()
        assert cell._child is None


def test_a_cell_that_was_interrupted_between_two_children_goes_on(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    cell = cell_with(box, None)
    cell.send(Play("leave", Play.encode({"seconds": 0}), "asyncio"))
    cell.send(answering(2))

    def interrupted(child: object) -> None:
        monkeypatch.undo()
        raise KeyboardInterrupt

    monkeypatch.setattr(box, "end", interrupted)
    with pytest.raises(KeyboardInterrupt):
        cell.recording(Play("leave", Play.encode({"seconds": 0}), "asyncio"))

    assert cell.recording(answering(2)).value == 2
    cell.close()
