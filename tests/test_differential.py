"""Whether the comparison of plays with reality makes good programs, and sees a simulation that is wrong."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from math import inf
from pathlib import Path
from typing import Any

import pytest

from grader.sandbox.reading import read
from grader.wire import BACKENDS
from grader.wire.turns import chooser

ROOT = Path(__file__).parent.parent
SEEDS = range(150)

IN_PROCESS = """
import json, sys
from grader.box import player
from grader.box.simulation.core import Bounds
from grader.box.simulation.idling import Idling

jump, late = Idling._jump, 0
Idling._jump = lambda self, deadline: jump(self, deadline + late)
player.prepare_process()
source, scenario, seeds, backends = json.load(sys.stdin)
program = player.Program(
    module="x",
    source=source,
    submission=compile(source, "/submission/x.py", "exec"),
    scenarios=compile(scenario, "/scenarios.py", "exec"),
)
for backend in backends:
    for seed in seeds:
        late = int(sys.argv[1] == "broken" or (sys.argv[1] == "broken under seeds" and seed > 0))
        request = dict(play="1", scenario="scenario", inputs={"d": []}, backend=backend, seed=seed,
                       choices=None, trace=True, output=100, within=None, walk="fair", returns=False, cancel_at=None,
                       blocked=[], spun=[])
        print(json.dumps(player.play(program, request, Bounds(), None)), file=sys.__stdout__, flush=True)
"""
"""Plays in this process, whose clock jumps a second too far if it is told to."""

WAITING = 'await sleep(until(1, 2))\nmark("slept")'
RACE = """
first = []
async def take(name):
    first.append(name)
async with create_task_group() as tasks:
    tasks.start_soon(take, "a")
    tasks.start_soon(take, "b")
mark(first[0])
"""


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    # Each play of these programs goes the same way, whatever the seed.
    monkeypatch.setattr(importlib.import_module("differential"), "MORE_SEEDS", range(2))
    return importlib.import_module


class Simulation:
    """Stands in for the boxes: plays by a simulation that is sound, or broken."""

    def __init__(self, differential: Any, kind: str) -> None:
        self._differential = differential
        self._kind = kind

    def played(self, programs: Sequence[Any], seeds: Sequence[int], backends: Sequence[str]) -> Iterator[Any]:
        for program in programs:
            yield [self._in_a_process(program, list(seeds), list(backends))] * 2

    def _in_a_process(self, program: Any, seeds: list[int], backends: list[str]) -> Any:
        done = subprocess.run(
            [sys.executable, "-c", IN_PROCESS, self._kind],
            input=json.dumps([program.source, self._differential.SCENARIO, seeds, backends]),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        messages = map(json.loads, done.stdout.splitlines())
        return {
            backend: [
                read(message, play="1", scenario="scenario", backend=backend, choose=chooser(seed), late=inf)[0]
                for seed, message in zip(seeds, messages, strict=False)
            ]
            for backend in backends
        }


def of_statement(load: Any, template: str) -> Any:
    """A program of one statement."""
    generated = load("generated")
    statement = generated.Statement(kind="x", number=1, template=template, chosen={}, waits=(), blocks=())
    return generated.Program(seed=0, period=2, body=(statement,))


# ---- programs --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("family", ["tasks", "workers", "threads"])
def test_every_program_compiles_and_its_seed_always_makes_the_same(load: Any, family: str) -> None:
    generate = load("generated").generate
    sources = [generate(seed, family).source for seed in SEEDS]

    assert [generate(seed, family).source for seed in SEEDS] == sources
    assert len(set(sources)) > 0.95 * len(sources)
    for source in sources:
        compile(source, "program.py", "exec")


def test_a_program_does_not_depend_on_the_process(load: Any) -> None:
    code = "from generated import generate; print(generate(7, 'threads').source)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT / "benchmarks", capture_output=True, text=True, check=True
    )

    assert done.stdout.rstrip("\n") == load("generated").generate(7, "threads").source.rstrip("\n")


def test_the_programs_have_every_construct(load: Any) -> None:
    generated = load("generated")
    kinds = {kind for family in generated.FAMILIES for seed in SEEDS for kind in generated.generate(seed, family).kinds}

    assert kinds == {kind for place in ("task", "thread", "own") for kind in generated.constructs(place, "threads")}


def test_no_two_timers_of_a_program_end_together(load: Any) -> None:
    waits = [
        wait.partition("until(")[2].partition(",")[0]
        for wait in load("generated").generate(5, "threads").source.partition("async def main")[2].split("\n")
        if "until(" in wait
    ]

    assert len(waits) == len(set(waits)) > 5


def test_a_shorter_program_has_fewer_statements_and_compiles(load: Any) -> None:
    generated = load("generated")
    program = generated.generate(3, "tasks")
    shorter = list(generated.shorter(program))

    assert len(shorter) >= len(program.body)
    for less in shorter:
        compile(less.source, "program.py", "exec")
        assert len(less.source.splitlines()) < len(program.source.splitlines()) + 1
        assert less != program


# ---- comparing -------------------------------------------------------------------------------------------------------


def test_a_simulation_that_is_sound_is_no_difference_and_one_whose_clock_jumps_is_one(load: Any) -> None:
    differential = load("differential")
    program = of_statement(load, WAITING)
    found = {
        kind: [difference.real for difference in differential.differences(simulation, [program], ["trio"])]
        for kind in ("sound", "broken")
        for simulation in [Simulation(differential, kind)]
    }

    assert found == {"sound": [], "broken": ['[[3, "slept"], [6, "end"]]']}


def test_a_seed_that_comes_to_what_no_order_of_reality_comes_to_is_a_difference(load: Any) -> None:
    differential = load("differential")
    simulation = Simulation(differential, "broken under seeds")
    (difference,) = differential.differences(simulation, [of_statement(load, WAITING)], ["asyncio"])

    assert (difference.real, len(difference.played), difference.decided) == ('[[3, "slept"], [6, "end"]]', 2, True)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_seed_that_comes_to_what_another_order_of_reality_comes_to_is_none(load: Any, backend: str) -> None:
    differential, program = load("differential"), of_statement(load, RACE)
    simulation = Simulation(differential, "sound")
    ((recordings, _),) = simulation.played([program], differential.SEEDS, [backend])

    assert len(differential.plays_of(recordings[backend])) == 2
    assert list(differential.differences(simulation, [program], [backend])) == []


def test_what_reality_does_not_always_say_is_undecided(load: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    differential, outcome = load("differential"), load("reality").Outcome
    answers = iter(["left", "right"] * 20)
    monkeypatch.setattr(differential, "really", lambda requests, **how: [outcome(next(answers)) for _ in requests])
    simulation = Simulation(differential, "sound")
    (difference,) = differential.differences(simulation, [of_statement(load, WAITING)], ["trio"])

    assert (difference.real, difference.decided) == ("left or right", False)


def test_what_reality_says_in_noise_alone_is_undecided(load: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    differential, outcome = load("differential"), load("reality").Outcome
    monkeypatch.setattr(differential, "really", lambda requests, **how: [outcome("late", True) for _ in requests])
    simulation = Simulation(differential, "sound")
    (difference,) = differential.differences(simulation, [of_statement(load, WAITING)], ["trio"])

    assert (difference.real, difference.decided) == ("nothing without noise", False)


SPINNING = """
async with create_task_group() as tasks:
    async def spins():
        while True:
            await sleep(0)
    tasks.start_soon(spins)
    await sleep(until(1, 40))
    tasks.cancel_scope.cancel()
"""


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_play_may_hang_where_tasks_spin_in_reality(load: Any, backend: str) -> None:
    differential, program = load("differential"), of_statement(load, SPINNING)
    simulation = Simulation(differential, "sound")
    ((recordings, _),) = simulation.played([program], [0], [backend])

    assert differential.plays_of(recordings[backend]) == ("went on for ever",)
    assert list(differential.differences(simulation, [program], [backend])) == []


def test_reality_knows_what_spins(load: Any) -> None:
    programs = [of_statement(load, template).source for template in (SPINNING, WAITING)]
    requests = [(source, backend) for source in programs for backend in BACKENDS]

    assert [outcome.spins for outcome in load("reality").really(requests, at_once=1)] == [True, True, False, False]


def test_the_fingerprint_tells_whether_two_runs_are_of_the_same_programs(load: Any) -> None:
    generate, fingerprint = load("generated").generate, load("differential").fingerprint
    programs = [generate(seed, "tasks") for seed in range(3)]

    assert fingerprint(programs) == fingerprint([generate(seed, "tasks") for seed in range(3)])
    assert len({fingerprint(some) for some in (programs, programs[:2], programs[::-1])}) == 3


def test_what_two_plays_of_one_seed_do_not_agree_about_is_a_difference(load: Any) -> None:
    differential = load("differential")
    program = of_statement(load, 'import os\nmark(f"in process {{os.getpid()}}")')

    class Twice(Simulation):
        def played(self, programs: Sequence[Any], seeds: Sequence[int], backends: Sequence[str]) -> Iterator[Any]:
            for first, again in zip(
                *(super(Twice, self).played(programs, seeds, backends) for _ in range(2)), strict=True
            ):
                yield [first[0], again[0]]

    (difference,) = differential.differences(Twice(differential, "sound"), [program], ["asyncio"])

    assert (difference.backend, difference.real, len(difference.played)) == ("asyncio", "", 2)


def test_a_difference_is_made_shorter_while_it_stays_one(load: Any) -> None:
    differential, generated = load("differential"), load("generated")
    say = of_statement(load, 'mark("here")').body
    program = generated.Program(seed=0, period=2, body=say)
    difference = differential.Difference(program=program, backend="trio", played=())

    short = differential.shortest(Simulation(differential, "broken"), difference)

    assert short.program.body == ()
    assert short.real == '[[2, "end"]]'


def test_reality_knows_what_hangs_and_what_leaves(load: Any) -> None:
    hangs, leaves = (of_statement(load, template).source for template in ("await Event().wait()", "raise SystemExit"))
    requests = [(source, backend) for source in (hangs, leaves) for backend in BACKENDS]

    outcomes = load("reality").really(requests, unit=0.003)

    assert [outcome.what for outcome in outcomes] == ["hung", "hung", "raised SystemExit", "raised SystemExit"]
