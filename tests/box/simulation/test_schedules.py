"""Schedules: any order within a round, never unfair, and the same order wherever and whenever it is asked for."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from grader.box.simulation.schedule import MAX_STAY, Schedule, Sticky
from grader.sandbox.box import Box
from grader.wire import BACKENDS
from grader.wire.recording import Ended, Recording
from grader.wire.turns import MAX_CHOICES, chooser, replayed, shuffled
from tests.plays_samples import RUN_MAIN_WITH_STAGE, cell_of, on_both_backends, play_of, played

# ---- the choices themselves ------------------------------------------------------------------------------------------


def test_natural_order_always_takes_the_first() -> None:
    schedule = Schedule()

    assert [schedule.pick(width) for width in (2, 9, 1000)] == [0, 0, 0]


def test_equal_seeds_choose_alike_and_different_seeds_do_not() -> None:
    def choices(seed: int) -> list[int]:
        schedule = Schedule(chooser(seed))
        return [schedule.pick(6) for _ in range(50)]

    assert choices(3) == choices(3)
    assert len({tuple(choices(seed)) for seed in range(50)}) == 50


def test_a_shuffle_chooses_each_of_the_ready_tasks_equally_often() -> None:
    schedule = Schedule(shuffled(1))
    counts = [0, 0, 0, 0]
    for _ in range(4000):
        counts[schedule.pick(4)] += 1

    assert all(900 < count < 1100 for count in counts)


def test_every_choice_is_remembered() -> None:
    schedule = Schedule(shuffled(5))
    picked = [schedule.pick(width) for width in (2, 3, 4)]

    assert schedule.choices == picked


def test_replay_repeats_the_choices_and_goes_on_in_natural_order() -> None:
    schedule = Schedule(replayed([1, 2]))

    assert [schedule.pick(3) for _ in range(4)] == [1, 2, 0, 0]


def test_replay_stays_among_the_tasks_that_are_ready() -> None:
    assert Schedule(replayed([7])).pick(3) == 2


def test_a_run_without_end_does_not_remember_choices_without_end() -> None:
    schedule = Schedule()
    for _ in range(MAX_CHOICES + 10):
        schedule.pick(2)

    assert len(schedule.choices) == MAX_CHOICES


# ---- in plays --------------------------------------------------------------------------------------------------------

COUNTING = """
import anyio
from anyio.lowlevel import checkpoint

async def count(stage, name):
    for _ in range(8):
        stage.mark(name)
        await checkpoint()

async def main(stage):
    async with anyio.create_task_group() as tg:
        for name in "abcd":
            tg.start_soon(count, stage, name)
"""

MIXED = """
import anyio
from anyio.lowlevel import checkpoint
from functools import partial
import time

async def sender(stage, stream, number):
    async with stream:
        for item in range(3):
            await stream.send((number, item))

async def receiver(stage, stream, name):
    async with stream:
        async for item in stream:
            stage.mark(name, item)
            await checkpoint()

async def waiter(stage, event, name):
    await event.wait()
    stage.mark(name)
    try:
        await anyio.sleep(3)
    finally:
        stage.mark("done " + name)

async def main(stage):
    event = anyio.Event()
    send, receive = anyio.create_memory_object_stream(1)
    async with anyio.create_task_group() as tg:
        for number in range(3):
            tg.start_soon(sender, stage, send.clone(), number)
            tg.start_soon(receiver, stage, receive.clone(), "receiver %d" % number)
            tg.start_soon(waiter, stage, event, "waiter %d" % number)
        send.close()
        receive.close()
        tg.start_soon(partial(anyio.to_thread.run_sync, time.sleep, 2))
        tg.start_soon(partial(anyio.to_thread.run_sync, stage.mark, "thread"))
        await anyio.sleep(1)
        event.set()
        with anyio.move_on_after(1):
            await anyio.sleep_forever()
        tg.cancel_scope.cancel()
"""
"""Streams, events, timers, threads and cancellation: whatever may make an order depend on more than the seed."""


@on_both_backends
def test_seed_0_is_first_come_first_served(box: Box, backend: str) -> None:
    assert "".join(played(box, backend, COUNTING, RUN_MAIN_WITH_STAGE).order) == "abcd" * 8


@on_both_backends
def test_those_who_wait_for_one_event_wake_in_the_order_in_which_they_came(box: Box, backend: str) -> None:
    source = """
    import anyio
    async def wait(stage, event, name, after):
        await anyio.sleep(after)
        await event.wait()
        stage.mark(name)
    async def main(stage):
        event = anyio.Event()
        async with anyio.create_task_group() as tg:
            for name, after in (("a", 3), ("b", 1), ("c", 2)):
                tg.start_soon(wait, stage, event, name, after)
            await anyio.sleep(10)
            event.set()
    """
    assert played(box, backend, source, RUN_MAIN_WITH_STAGE).order == ["b", "c", "a"]


@on_both_backends
@pytest.mark.parametrize("seed", range(1, 9))
def test_in_every_round_each_ready_task_takes_one_step(box: Box, backend: str, seed: int) -> None:
    order = played(box, backend, COUNTING, RUN_MAIN_WITH_STAGE, seed=seed).order

    assert [sorted(order[first : first + 4]) for first in range(0, 32, 4)] == [["a", "b", "c", "d"]] * 8


@on_both_backends
def test_rounds_of_one_play_are_permuted_differently(box: Box, backend: str) -> None:
    order = played(box, backend, COUNTING, RUN_MAIN_WITH_STAGE, seed=1).order

    assert len({tuple(order[first : first + 4]) for first in range(0, 32, 4)}) > 3


@on_both_backends
def test_different_seeds_give_different_orders(box: Box, backend: str) -> None:
    with cell_of(box, COUNTING, RUN_MAIN_WITH_STAGE) as cell:
        orders = {tuple(cell.recording(play_of(backend, seed=seed)).order) for seed in range(20)}

    assert len(orders) == 20


@on_both_backends
def test_a_task_runs_between_two_steps_of_another_under_every_seed(box: Box, backend: str) -> None:
    source = """
    import anyio
    from anyio.lowlevel import checkpoint
    async def beat(stage):
        for _ in range(50):
            stage.mark("beat")
            await checkpoint()
    async def late_comer(stage):
        stage.mark("begin")
        for _ in range(5):
            await checkpoint()
        stage.mark("end")
    async def main(stage):
        async with anyio.create_task_group() as tg:
            tg.start_soon(beat, stage)
            await checkpoint()
            tg.start_soon(late_comer, stage)
    """
    with cell_of(box, source, RUN_MAIN_WITH_STAGE) as cell:
        for seed in range(10):
            order = cell.recording(play_of(backend, seed=seed)).order
            assert abs(order[order.index("begin") : order.index("end")].count("beat") - 5) <= 1


@on_both_backends
def test_a_play_gives_the_same_digest_however_often_it_is_played(box: Box, backend: str) -> None:
    with cell_of(box, MIXED, RUN_MAIN_WITH_STAGE) as cell, cell_of(box, MIXED, RUN_MAIN_WITH_STAGE) as other:
        digests = [cell.recording(play_of(backend, seed=seed)).digest for seed in range(8)]
        again = [other.recording(play_of(backend, seed=seed)).digest for seed in reversed(range(8))]

    assert digests == again[::-1]
    assert len(set(digests)) == 8


DIGESTS = """
import sys
from grader.box import player
from grader.box.player import Program, play
from grader.box.simulation.core import Bounds
player.prepare_process()
submission, scenarios = sys.stdin.read().split("#" * 40)
program = Program(
    module="x",
    source=submission,
    submission=compile(submission, "/submission/x.py", "exec"),
    scenarios=compile(scenarios, "/scenarios.py", "exec"),
)
for backend in ("asyncio", "trio"):
    for seed in range(6):
        request = dict(play="1", scenario="scenario", inputs={"d": []}, backend=backend, seed=seed,
                       choices=None, trace=True, output=100, within=None, walk="fair", returns=False, cancel_at=None,
                       blocked=[], spun=[])
        print(play(program, request, Bounds(), None)["digest"], file=sys.__stdout__)
"""


def digests_with(hash_seed: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", DIGESTS],
        input=f"{MIXED}{'#' * 40}{RUN_MAIN_WITH_STAGE}",
        env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(Path(__file__).parents[3])},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()


KNOWN_DIGESTS = {
    "asyncio": "e34f27fa207d24fa 6a8a8813f2edb352 fd8b6fd346d9bdb4 33bd1d7cdc64040f c82b08fa072d4c98 4cc1bfbcedbfa095",
    "trio": "ad60e41cb60dd855 735461679274bf2a f060d40a04cd73d6 fd6da9ef0e45b991 d4acbdd3c2fe18c4 901ecc72b7c1f78d",
}
"""The digests of seeds 0 to 5, on every Python from 3.11 to 3.13 and with the oldest and newest anyio and trio alike.

Where an entry changes though a digest is made of the same things, every ``--seed`` that a learner has noted down names
another play.
"""


def test_digests_depend_neither_on_the_process_nor_the_hash_seed_nor_the_version_of_python(box: Box) -> None:
    with cell_of(box, MIXED, RUN_MAIN_WITH_STAGE) as cell:
        in_the_box = [cell.recording(play_of(backend, seed=seed)).digest for backend in BACKENDS for seed in range(6)]

    assert in_the_box == " ".join(KNOWN_DIGESTS.values()).split()
    assert digests_with("1") == digests_with("4711") == in_the_box


@on_both_backends
def test_the_digest_does_not_know_names_and_lines(box: Box, backend: str) -> None:
    renamed = "# a comment\n\n" + COUNTING.replace("count", "number").replace("checkpoint()", "anyio.sleep(0)")
    digests = {played(box, backend, source, RUN_MAIN_WITH_STAGE, seed=4).digest for source in (COUNTING, renamed)}

    assert len(digests) == 1


@on_both_backends
def test_the_digest_knows_when_and_in_which_order(box: Box, backend: str) -> None:
    source = "import anyio\nasync def main(): await anyio.sleep({})"
    digests = {played(box, backend, source.format(seconds)).digest for seconds in (1, 2, 2.000001)}

    assert len(digests) == 3


# ---- unfair ----------------------------------------------------------------------------------------------------------


def unfairly(box: Box, backend: str, source: str, seed: int) -> Recording:
    with cell_of(box, source, RUN_MAIN_WITH_STAGE) as cell:
        return cell.recording(replace(play_of(backend, seed=seed), walk="sticky"))


def test_an_unfair_schedule_does_not_stay_for_ever() -> None:
    schedule = Sticky(3)
    stays = "".join("x" if schedule.stays() else " " for _ in range(5000)).split()

    assert max(map(len, stays)) <= MAX_STAY


@on_both_backends
def test_an_unfair_schedule_stays_with_one_task_while_others_wait(box: Box, backend: str) -> None:
    orders = ["".join(unfairly(box, backend, COUNTING, seed).order) for seed in range(6)]

    assert all(sorted(order) == sorted("abcd" * 8) for order in orders)
    assert any(name * 6 in order for order in orders for name in "abcd")


@on_both_backends
def test_unfair_plays_of_one_seed_are_alike(box: Box, backend: str) -> None:
    assert unfairly(box, backend, MIXED, 5).digest == unfairly(box, backend, MIXED, 5).digest


@on_both_backends
def test_a_loop_that_asks_again_and_again_ends_under_an_unfair_schedule_too(box: Box, backend: str) -> None:
    source = """
    import anyio
    async def worker(state):
        for _ in range(10): await anyio.sleep(0)
        state.append(1)
    async def main(stage):
        state = []
        async with anyio.create_task_group() as tg:
            tg.start_soon(worker, state)
            while not state: await anyio.sleep(0)
    """
    assert {unfairly(box, backend, source, seed).ended for seed in range(8)} == {Ended.RETURNED}


# ---- replay ----------------------------------------------------------------------------------------------------------


@on_both_backends
@pytest.mark.parametrize("source", [COUNTING, MIXED], ids=["counting", "mixed"])
def test_the_choices_of_a_shuffled_play_replay_it_exactly(box: Box, backend: str, source: str) -> None:
    with cell_of(box, source, RUN_MAIN_WITH_STAGE) as cell:
        for seed in (1, 2, 3):
            shuffled = cell.recording(play_of(backend, seed=seed))
            replayed = cell.recording(play_of(backend, choices=shuffled.choices))

            assert not shuffled.many
            assert replayed.digest == shuffled.digest
            assert (replayed.order, replayed.choices) == (shuffled.order, shuffled.choices)


@on_both_backends
def test_after_the_last_choice_a_replay_is_natural(box: Box, backend: str) -> None:
    with cell_of(box, COUNTING, RUN_MAIN_WITH_STAGE) as cell:
        order = "".join(cell.recording(play_of(backend, choices=(3, 1))).order)
        natural = "".join(cell.recording(play_of(backend, choices=())).order)

    assert order == "dbac" * 8
    assert natural == "abcd" * 8


@on_both_backends
def test_a_play_of_one_task_has_no_choices(box: Box, backend: str) -> None:
    recording = played(box, backend, "import anyio\nasync def main(): await anyio.sleep(1)", seed=7)

    assert (recording.choices, recording.widths, recording.many) == ((), (), False)


@on_both_backends
def test_widths_say_among_how_many_tasks_each_choice_was_made(box: Box, backend: str) -> None:
    source = """
    import anyio
    async def job(): pass
    async def main():
        async with anyio.create_task_group() as tg:
            for _ in range(4):
                tg.start_soon(job)
    """
    assert played(box, backend, source).widths[:3] == (4, 3, 2)


# ---- cancellation ----------------------------------------------------------------------------------------------------


@on_both_backends
def test_tasks_are_cancelled_in_the_order_in_which_they_were_started(box: Box, backend: str) -> None:
    source = """
    import anyio
    async def job(stage, number):
        try:
            await anyio.sleep_forever()
        finally:
            stage.mark("cancelled", number)
    async def main(stage):
        async with anyio.create_task_group() as tg:
            for number in range(40):
                tg.start_soon(job, stage, number)
            await anyio.sleep(1)
            tg.cancel_scope.cancel()
    """
    recording = played(box, backend, source, RUN_MAIN_WITH_STAGE)

    assert recording.values("cancelled") == list(range(40))


@on_both_backends
def test_nested_scopes_are_cancelled_in_the_order_in_which_they_were_entered(box: Box, backend: str) -> None:
    source = """
    import anyio
    async def job(stage, number):
        with anyio.CancelScope():
            with anyio.CancelScope():
                try:
                    await anyio.sleep_forever()
                finally:
                    stage.mark("cancelled", number)
    async def main(stage):
        with anyio.move_on_after(1):
            async with anyio.create_task_group() as tg:
                for number in range(20):
                    tg.start_soon(job, stage, number)
    """
    assert played(box, backend, source, RUN_MAIN_WITH_STAGE).values("cancelled") == list(range(20))


@on_both_backends
def test_cancellation_reaches_every_task_under_every_seed(box: Box, backend: str) -> None:
    with cell_of(box, MIXED, RUN_MAIN_WITH_STAGE) as cell:
        for seed in range(15):
            recording = cell.recording(play_of(backend, seed=seed))

            assert recording.ended is Ended.RETURNED
            assert sorted(name for name in recording.order if name.startswith("done")) == [
                "done waiter 0",
                "done waiter 1",
                "done waiter 2",
            ]
            assert all(early <= late for early, late in pairwise(mark.time for mark in recording.marks))


# ---- without memory --------------------------------------------------------------------------------------------------

OUT_OF_MEMORY = """
import sys
import anyio
from anyio.lowlevel import checkpoint
from grader.box.simulation.core import Bounds
from grader.box.simulation.run import prepare, run
from grader.box.simulation.schedule import Schedule

chosen = []

def choose(width):
    if len(chosen) == 3:
        raise MemoryError
    chosen.append(width)
    return 0

async def main():
    async with anyio.create_task_group() as tg:
        for _ in range(4):
            tg.start_soon(checkpoint)

simulation = prepare(sys.argv[1], Schedule(choose), Bounds())
error = run(simulation, main)
print(error is not None, len(simulation.schedule.choices), len(simulation.widths) > 3)
"""


@on_both_backends
def test_a_run_that_ends_in_a_choice_lacks_the_note_of_it(backend: str) -> None:
    command = [sys.executable, "-c", OUT_OF_MEMORY, backend]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)

    assert done.stdout.split() == ["True", "3", "True"]
