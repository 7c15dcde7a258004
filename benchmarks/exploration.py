"""How soon the schedules find a race: hit rates over many seeds, for the racy answers in ``benchmarks/races``.

    python benchmarks/exploration.py [SEEDS]

Every answer there passes in natural order on asyncio. For each of them and either backend this prints

    hits      on how many of SEEDS seeds (500 unless told) the hidden test fails that its first line names
    median    how many of those seeds, in random order, have to be played until one fails
    p95       the same for the unluckiest twentieth of all orders
    grade     the schedule at which ``grade`` with its defaults finds it: natural order is 0, and a small tree of
              choices is walked whole
    plain     the run at which ``anyio.run`` on asyncio finds it by itself, in as many runs

Leaves with 1 if ``grade`` with its defaults misses one on either backend.
"""

from __future__ import annotations

import importlib.util
import statistics
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import anyio
from anyio.lowlevel import checkpoint

from grader.box.player import Program
from grader.box.simulation.core import Bounds, Simulation
from grader.box.simulation.schedule import Schedule
from grader.box.stage import Stage
from grader.judge import engine
from grader.judge.kitanswers import expectations
from grader.judge.options import PlayOptions
from grader.kit.exercise import Exercise
from grader.kit.kit import Kit, load_kit
from grader.sandbox.box import Box, Job
from grader.sandbox.cell import Cell
from grader.sandbox.play import Play
from grader.wire import BACKENDS
from grader.wire.recording import Ended, Recording
from grader.wire.rows import Mark
from grader.wire.values import Decoder

RACES = Path(__file__).resolve().parent / "races"
SEEDS = 500
ORDERS = 2000
"""Random orders of the seeds from which median and 95th percentile are taken."""
PATIENCE = 5.0
"""Real seconds after which a plain run counts as hanging."""

ROUNDS = 50
"""Rounds of the event loop in which a plain run settles."""

Playing = Callable[..., Recording]
HiddenTest = Callable[[Playing], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Race:
    """A racy answer, and the hidden test that its first line names first."""

    exercise: Exercise
    path: Path
    number: int
    test: HiddenTest

    @property
    def job(self) -> Job:
        source, scenarios = self.path.read_text(), self.exercise.scenarios.read_text()
        return Job(module=self.exercise.module, submission=source, scenarios=scenarios, limits=self.exercise.limits)


def races(course: Kit) -> Iterator[Race]:
    for exercise in course.exercises:
        assert exercise.solutions is not None
        functions = hidden_tests(exercise)
        numbers = {test.name: test.number for test in exercise.tests}
        for path in sorted((exercise.solutions / "wrong").glob("*.py")):
            first = path.read_text().partition("\n")[0]
            name, _ = next(expectations(first.removeprefix("# fails: ")))
            yield Race(exercise=exercise, path=path, number=numbers[name], test=functions[name])


def hidden_tests(exercise: Exercise) -> dict[str, HiddenTest]:
    spec = importlib.util.spec_from_file_location(f"races_{exercise.id}", exercise.test_file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return {test.name: getattr(module, test.name) for test in exercise.tests}


# ---- one run ---------------------------------------------------------------------------------------------------------


def fails(race: Race, play: Playing) -> bool:
    """Whether the hidden test fails on what ``play`` brings, as the judge would decide it."""
    used: list[Recording] = []

    def noted(scenario: str, **inputs: object) -> Recording:
        used.append(replace(play(scenario, **inputs), looked=False))
        if used[-1].ended is Ended.INTERNAL:
            sys.exit(f"{race.path.name}: {used[-1].reason}")
        return used[-1]

    try:
        race.test(noted)
    except Exception:  # what a hidden test did not expect is a failure like any other
        return True
    return any(not one.ended.by_itself or (one.ended is Ended.RAISED and not one.looked) for one in used)


def seeded(cell: Cell, backend: str, seed: int) -> Playing:
    """Play in the box under the shuffle of a seed; small trees of choices are not walked here."""

    def play(scenario: str, **inputs: object) -> Recording:
        return cell.recording(Play(scenario, Play.encode(inputs), backend, seed=seed))

    return play


class PlainStage(Stage):
    """A stage without a simulation under it."""

    async def settle(self) -> None:
        # anyio's own way to wait for this sleeps for 0.1 s. No scenario here needs more than ten rounds to settle.
        for _ in range(ROUNDS):
            await checkpoint()


def plain(program: Program) -> Playing:
    """Run as any program does: by ``anyio.run`` on asyncio as it is, in the order of asyncio's own loop."""

    def play(scenario: str, **inputs: object) -> Recording:
        stage = PlainStage(Simulation(Schedule(), Bounds()))

        async def main() -> object:
            scenarios = program.load(stage)
            with anyio.fail_after(PATIENCE):
                return await getattr(scenarios, scenario)(stage, **inputs)

        try:
            value = anyio.run(main)
        except Exception:
            return Recording(scenario=scenario, backend="asyncio", ended=Ended.RAISED)
        marks = tuple(Mark(time=0.0, name=str(name), value=Decoder().decode(value)) for _, name, value in stage.marks)
        return Recording(
            scenario=scenario,
            backend="asyncio",
            ended=Ended.RETURNED,
            value=Decoder().decode(stage.encode(value)),
            marks=marks,
        )

    return play


# ---- many runs -------------------------------------------------------------------------------------------------------


def failing_seeds(box: Box, race: Race, backend: str, seeds: int) -> list[bool]:
    cell = Cell(box, race.job)
    try:
        return [fails(race, seeded(cell, backend, seed)) for seed in range(1, seeds + 1)]
    finally:
        cell.close()


def needed(failed: list[bool]) -> list[int]:
    """How many seeds are played until one fails, in many random orders."""
    random = Random(1)
    return [random.sample(failed, len(failed)).index(True) + 1 for _ in range(ORDERS)]


def found_by_plain_runs(race: Race, runs: int) -> int | None:
    job = race.job
    program = Program(
        module=job.module,
        source=job.submission,
        submission=compile(job.submission, str(race.path), "exec", dont_inherit=True),
        scenarios=compile(job.scenarios, str(race.exercise.scenarios), "exec", dont_inherit=True),
    )
    play = plain(program)
    return next((run for run in range(1, runs + 1) if fails(race, play)), None)


def found_by_grade(box: Box, course: Kit, race: Race) -> dict[str, int | None]:
    """The default schedule that finds it, by backend."""
    request = engine.Request(path=race.path, shown=race.path.name, options=PlayOptions(tests=(race.number,)))
    (verdict,) = engine.grade(box, course, race.exercise, [request])
    return {r.backend: r.failure.schedule if r.failure else None for r in verdict.tests[0].results}


def row(race: Race, backend: str, failed: list[bool], by_grade: int | None, by_plain: str) -> str:
    name = f"{race.exercise.id} {race.path.stem}"
    draws = sorted(needed(failed)) if any(failed) else []
    median = f"{statistics.median(draws):g}" if draws else "-"
    p95 = f"{draws[int(0.95 * len(draws))]}" if draws else "-"
    grade = "MISSED" if by_grade is None else str(by_grade)
    return f"{name:36}{backend:8}{sum(failed) / len(failed):6.1%}{median:>8}{p95:>6}{grade:>8}{by_plain:>10}"


def main() -> None:
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else SEEDS
    course = load_kit(RACES)
    missed = 0
    print(f"{'':36}{'':8}{'hits':>6}{'median':>8}{'p95':>6}{'grade':>8}{'plain':>10}")
    with Box() as box:
        for race in races(course):
            by_grade = found_by_grade(box, course, race)
            by_plain = found_by_plain_runs(race, seeds)
            for backend in BACKENDS:
                failed = failing_seeds(box, race, backend, seeds)
                run_of_failure = ("no" if by_plain is None else f"run {by_plain}") if backend == "asyncio" else ""
                print(row(race, backend, failed, by_grade[backend], run_of_failure), flush=True)
                missed += by_grade[backend] is None
    print(f"{missed} missed by `grade` with its defaults")
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
