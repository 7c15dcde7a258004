"""The thirteen tests of ex01 as a plain anyio test suite: what one would write without a grader.

Real clock, so its sleeps are as short as an honest suite dares; two backends by anyio's own pytest plugin.
"""

from __future__ import annotations

import importlib.util
import os
from functools import partial
from itertools import accumulate
from pathlib import Path
from typing import Any

import anyio
import pytest
from anyio.lowlevel import checkpoint

UNIT = 0.005

_spec = importlib.util.spec_from_file_location("join", Path(os.environ["JOIN_FILE"]))
assert _spec is not None
assert _spec.loader is not None
_module = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_module)
join = _module.join

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def after(units: float, value: Any = None, log: list[Any] | None = None) -> Any:
    async def job() -> Any:
        try:
            await anyio.sleep(units * UNIT)
        finally:
            if log is not None:
                log.append((value, anyio.current_time()))
        return value

    return job


def fail(units: float) -> Any:
    async def job() -> None:
        if units:
            await anyio.sleep(units * UNIT)
        raise ValueError("boom")

    return job


async def test_results_in_argument_order() -> None:
    assert list(await join(after(3, "a"), after(5, "b"), after(2, "c"))) == ["a", "b", "c"]


async def test_all_started_before_any_finishes() -> None:
    opened, missing = anyio.Event(), [3]

    async def meet() -> None:
        missing[0] -= 1
        if not missing[0]:
            opened.set()
        await opened.wait()

    with anyio.fail_after(1):
        await join(meet, meet, meet)


async def test_takes_as_long_as_the_slowest() -> None:
    began = anyio.current_time()
    await join(after(3), after(5), after(2))
    assert 5 * UNIT <= anyio.current_time() - began < 50 * UNIT


async def test_zero_functions() -> None:
    assert list(await join()) == []


async def test_awaiting_is_what_starts_it() -> None:
    log: list[str] = []

    async def job() -> None:
        log.append("run")

    awaitable = join(job, job)
    await anyio.sleep(UNIT)
    assert log == []
    await awaitable
    assert log == ["run", "run"]


async def test_any_value_is_a_value() -> None:
    error = ValueError("a value")
    values = [None, False, 0, (), error]
    assert list(await join(*(after(0, value) for value in values))) == values


async def test_same_function_twice_runs_twice() -> None:
    calls: list[int] = []

    async def job() -> int:
        calls.append(1)
        mine = len(calls)
        await anyio.sleep(UNIT)
        return mine

    assert sorted(await join(job, job, job)) == [1, 2, 3]


async def test_first_error_cancels_the_rest_at_once() -> None:
    began = anyio.current_time()
    with pytest.raises(BaseException) as caught:  # noqa: PT011 - a group or the bare error
        await join(after(100), fail(1), after(100))
    assert caught.group_contains(ValueError) or isinstance(caught.value, ValueError)
    assert anyio.current_time() - began < 50 * UNIT


async def test_cleanup_of_cancelled_siblings_is_awaited() -> None:
    log: list[str] = []

    async def tidy() -> None:
        try:
            await anyio.sleep(100)
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.sleep(3 * UNIT)
                log.append("clean")

    with pytest.raises(BaseException):  # noqa: B017, PT011 - a group or the bare error
        await join(tidy, fail(1))
    assert log == ["clean"]


async def test_error_before_first_await_still_propagates() -> None:
    with pytest.raises(BaseException):  # noqa: B017, PT011 - a group or the bare error
        await join(after(100), fail(0))


async def test_outer_cancellation_stops_everything() -> None:
    log: list[Any] = []
    with anyio.move_on_after(2 * UNIT) as scope:
        await join(after(100, "one", log), after(100, "two", log))
    assert scope.cancelled_caught
    assert len(log) == 2


async def test_join_is_fair() -> None:
    order: list[str] = []

    async def count(name: str) -> None:
        for _ in range(30):
            order.append(name)
            await checkpoint()

    await join(partial(count, "a"), partial(count, "b"))
    assert max(map(abs, accumulate(1 if name == "a" else -1 for name in order))) <= 2


async def test_joins_nest() -> None:
    async def pair(first: str, second: str) -> list[str]:
        return list(await join(after(2, first), after(1, second)))

    assert list(await join(partial(pair, "a", "b"), partial(pair, "c", "d"))) == [["a", "b"], ["c", "d"]]
