"""Scenarios of ex06: jobs whose steps move a clock of their own, beside tasks that note when they get a turn.

No step takes real time. The clock that `crunch` is given moves by the length of a step when the step is computed, so
that a job of a hundred seconds is over in a millisecond.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import anyio
from anyio.lowlevel import checkpoint

if TYPE_CHECKING:
    from grader.authoring import Stage


class Clock:
    """Shows the time that has been computed, and moves by nothing else."""

    def __init__(self, start: float) -> None:
        self.time = start

    def __call__(self) -> float:
        return self.time


class Job:
    """A job that counts its steps. `steps` is the iterable that goes to `crunch`."""

    def __init__(self, seconds: Sequence[float], start: float = 0) -> None:
        self.seconds = seconds
        self.clock = Clock(start)
        self.done = 0
        self.elsewhere = 0
        """How many steps another thread has computed."""
        self.progress = anyio.Event()
        self._thread = threading.get_ident()

    @property
    def steps(self) -> Iterator[int]:
        for number, seconds in enumerate(self.seconds):
            self.clock.time += seconds
            self.note()
            yield number

    def note(self) -> None:
        """A step is computed."""
        self.done += 1
        if threading.get_ident() != self._thread:
            self.elsewhere += 1
        elif not self.progress.is_set():
            self.progress.set()


class Ticker:
    """Another task. It notes at each of its turns how many steps are done.

    After four turns without a step in between it waits for the next step: a job that sleeps would else never wake,
    because virtual time stands still as long as a task is ready.
    """

    def __init__(self, stage: Stage, job: Job, seconds: float = 0) -> None:
        self.stage = stage
        self.job = job
        self.seconds = seconds
        """For how long it computes in each turn."""
        self.turns: list[int] = []

    async def run(self) -> None:
        async with self.stage.span("other task"):
            while True:
                self.turns.append(self.job.done)
                self.job.clock.time += self.seconds
                if len(self.turns) >= 4 and self.turns[-4] == self.job.done:
                    self.job.progress = anyio.Event()
                    await self.job.progress.wait()
                else:
                    await checkpoint()


async def beside_a_ticker(
    stage: Stage, seconds: Sequence[float], budget: float, start: float = 0, other: float = 0
) -> dict[str, Any]:
    """One job, and a task that wants a turn all the time, and computes for `other` seconds in each."""
    job = Job(seconds, start)
    ticker = Ticker(stage, job, other)
    async with anyio.create_task_group() as group:
        group.start_soon(ticker.run)
        async with stage.span("crunch"):
            results = await stage.submission.crunch(job.steps, budget=budget, clock=job.clock)
        group.cancel_scope.cancel()
    return {
        "turns": ticker.turns,
        "complete": results == list(range(len(seconds))),
        "computed": job.done,
        "elsewhere": job.elsewhere,
    }


async def unlimited_beside_a_ticker(stage: Stage, steps: int) -> dict[str, Any]:
    """The budget is never used up."""
    return await beside_a_ticker(stage, [1] * steps, math.inf)


async def endless(stage: Stage, budget: float, patience: int) -> int:
    """A job without an end, which another task cancels after some turns. The job gives up when nobody does."""
    job = Job([])

    def steps() -> Iterator[int]:
        while job.done < patience:
            job.clock.time += 1
            job.note()
            yield job.done

    async def cancel(scope: anyio.CancelScope) -> None:
        for _ in range(5):
            await checkpoint()
        stage.mark("cancelled", job.done)
        scope.cancel()

    async with anyio.create_task_group() as group:
        group.start_soon(cancel, group.cancel_scope)
        await stage.submission.crunch(steps(), budget=budget, clock=job.clock)
        stage.mark("came back")
    return job.done


class Again:
    """An iterable that is no iterator, and has neither a length nor positions."""

    def __init__(self, values: Sequence[Any]) -> None:
        self.values = values
        self.asked = 0

    def __iter__(self) -> Iterator[Any]:
        self.asked += 1
        return iter(self.values)


async def results(stage: Stage, kind: str, count: int) -> Any:
    """Results of steps that take no time, from an iterable of some kind."""
    values = list(range(count))
    kinds: dict[str, Any] = {
        "a list": values,
        "a tuple": tuple(values),
        "a range": range(count),
        "an iterator": iter(values),
        "a generator": (value for value in values),
        "an iterable class": Again(values),
    }
    return await stage.submission.crunch(kinds[kind], budget=math.inf, clock=Clock(0))


async def odd_results(stage: Stage) -> Any:
    """Values that are false, equal to each other, or an exception."""
    values = [None, False, 0, "", None, (), stage.token("an error", ValueError("yielded, not raised")), 0, None]
    return await stage.submission.crunch(iter(values), budget=2, clock=Clock(0))


async def by_default(stage: Stage) -> Any:
    """No clock is given."""
    return await stage.submission.crunch(iter(range(5)), budget=1)


async def results_each(stage: Stage, counts: Sequence[tuple[str, int]]) -> list[Any]:
    """Results from iterables of several kinds, and at the end those of a call without a clock; None after an error."""
    values = [await stage.attempt(f"{count} from {kind}", results, stage, kind, count) for kind, count in counts]
    return [*values, await stage.attempt("by default", by_default, stage)]


async def many_short_calls(stage: Stage, steps: int, calls: int) -> int:
    """One call after the other, each over within one slice. Returns how many turns another task has had."""
    turns = 0

    async def tick() -> None:
        nonlocal turns
        for _ in range(10 * calls):
            turns += 1
            await checkpoint()

    async with anyio.create_task_group() as group:
        group.start_soon(tick)
        for _ in range(calls):
            await stage.submission.crunch(iter(range(steps)), budget=math.inf, clock=Clock(0))
        group.cancel_scope.cancel()
        return turns


async def many_short_calls_each(stage: Stage, counts: Sequence[int], calls: int) -> list[int]:
    return [await many_short_calls(stage, steps, calls) for steps in counts]


async def cancelled_before(stage: Stage, steps: int) -> None:
    """A short call in a scope that is cancelled already."""
    with anyio.CancelScope() as scope:
        scope.cancel()
        await stage.submission.crunch(iter(range(steps)), budget=math.inf, clock=Clock(0))
        stage.mark("came back", steps)


async def cancelled_before_each(stage: Stage, counts: Sequence[int]) -> None:
    for steps in counts:
        await cancelled_before(stage, steps)


async def cancelled_in_a_step(stage: Stage, at: int, budget: float, patience: int) -> int:
    """The step of that number cancels the scope in which `crunch` runs. Returns how many steps were computed."""
    job = Job([])

    def steps(scope: anyio.CancelScope) -> Iterator[int]:
        while job.done < patience:
            job.clock.time += 1
            job.note()
            if job.elsewhere:
                return  # a scope can be cancelled in its own thread alone
            if job.done == at:
                scope.cancel()
            yield job.done

    with anyio.CancelScope() as scope:
        await stage.submission.crunch(steps(scope), budget=budget, clock=job.clock)
        if not job.elsewhere:
            stage.mark("came back", at)
    return job.done


async def cancelled_in_each_step(stage: Stage, places: Sequence[int], budget: float, patience: int) -> list[int]:
    return [await cancelled_in_a_step(stage, at, budget, patience) for at in places]


async def cancelled_at_each_step(stage: Stage, steps: int, budget: float) -> int:
    """The caller is cancelled somewhere between two slices. Returns how many steps were computed afterwards."""
    job = Job([1] * steps)
    with stage.caller():
        await stage.submission.crunch(job.steps, budget=budget, clock=job.clock)
    return job.done


def failure(stage: Stage, kind: str) -> Exception:
    """An error of a step."""
    errors = {
        "ValueError": ValueError("boom"),
        "OSError": OSError("boom"),
        "RuntimeError": RuntimeError("boom"),
        "ExceptionGroup": ExceptionGroup("the step's own", [ValueError("boom")]),
    }
    return stage.token("boom", errors[kind])


class Failing:
    """Steps of which one fails. Unlike a generator, it would go on after that."""

    def __init__(self, job: Job, error: Exception, at: int) -> None:
        self.job, self.error, self.at = job, error, at

    def __iter__(self) -> Failing:
        return self

    def __next__(self) -> int:
        if self.job.done == 2 * self.at:
            raise StopIteration
        self.job.clock.time += 1
        self.job.note()
        if self.job.done == self.at:
            raise self.error
        return self.job.done


async def failing(stage: Stage, kind: str, at: int, budget: float) -> dict[str, Any]:
    """The step of that number fails."""
    job = Job([])
    steps = Failing(job, failure(stage, kind), at)
    try:
        await stage.submission.crunch(steps, budget=budget, clock=job.clock)
    except NotImplementedError:
        raise
    except Exception as error:
        return {"raised": error, "computed": job.done}
    return {"raised": None, "computed": job.done}


async def failing_each(
    stage: Stage, kinds: Sequence[str], places: Sequence[int], budget: float
) -> list[dict[str, Any]]:
    return [await failing(stage, kind, at, budget) for kind in kinds for at in places]


async def refused(stage: Stage, budget: float) -> int:
    """A budget that is not allowed. Returns how many steps were computed."""
    job = Job([1] * 5)
    crunch = partial(stage.submission.crunch, job.steps, budget=budget, clock=job.clock)
    await stage.attempt(f"budget of {budget} s", crunch)
    return job.done


async def refused_each(stage: Stage, budgets: Sequence[float]) -> list[int]:
    return [await refused(stage, budget) for budget in budgets]


async def side_by_side(stage: Stage, jobs: Sequence[str], steps: int, budget: float) -> dict[str, Any]:
    """Several jobs with one clock; another task counts the turns. Returns whose steps were computed, in order."""
    clock = Clock(0)
    job = Job([])
    ticker = Ticker(stage, job)
    trace: list[str] = []
    results: dict[str, list[int]] = {}

    def work(name: str) -> Iterator[int]:
        for number in range(steps):
            clock.time += 1
            job.note()
            trace.append(name)
            yield number

    async def run(name: str) -> None:
        async with stage.span(f"job {name}"):
            results[name] = await stage.submission.crunch(work(name), budget=budget, clock=clock)

    async with anyio.create_task_group() as group:
        group.start_soon(ticker.run)
        async with anyio.create_task_group() as all_jobs:
            for name in jobs:
                all_jobs.start_soon(run, name)
        group.cancel_scope.cancel()
    complete = all(results[name] == list(range(steps)) for name in jobs)
    return {"trace": trace, "turns": len(ticker.turns), "complete": complete}


async def very_many(stage: Stage, jobs: int) -> dict[str, int]:
    """So many jobs of three steps. Returns how many had begun when the first computed its third step."""
    begun = 0
    begun_at_third: list[int] = []

    def work(clock: Clock) -> Iterator[int]:
        nonlocal begun
        begun += 1
        for number in (1, 2, 3):
            clock.time += 1
            if number == 3:
                begun_at_third.append(begun)
            yield number

    async def run() -> None:
        clock = Clock(0)
        await stage.submission.crunch(work(clock), budget=1, clock=clock)

    async with anyio.create_task_group() as group:
        for _ in range(jobs):
            group.start_soon(run)
    return {"begun": begun_at_third[0], "finished": len(begun_at_third)}


async def one_after_the_other(stage: Stage) -> list[Any]:
    """Two calls in a row; of the second, the clock shows an earlier time."""
    first = await stage.submission.crunch(iter("abc"), budget=1, clock=Clock(5000))
    second = await stage.submission.crunch(iter("de"), budget=1, clock=Clock(-7))
    return [list(first), list(second)]
