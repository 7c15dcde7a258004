"""Plays that did not come to their own end, on recordings made by hand and in whole programs."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path

import pytest

from grader.judge.explain.endings import (
    blocked_loop,
    catches_cancellation,
    caught_cancellation,
    deadlock,
    leaves_the_process,
)
from grader.judge.explain.finding import Finding
from grader.sandbox.box import Box
from grader.wire.recording import Ended
from grader.wire.rows import Raised, Waiting
from tests.explain_samples import case, code, evidence, in_short, leaf, of_double, play, waiting

# ---- the loop is held ------------------------------------------------------------------------------------------------


def blocked(source: str, reason: str, line: int, *, threads: bool = False) -> Finding:
    shown = play(Ended.BLOCKED_LOOP, reason=reason, line=line)
    found = blocked_loop(case(source, threads=threads), evidence(shown))
    assert found is not None
    assert found.diagnosis == "blocked-loop"
    return found


def test_a_blocking_sleep_is_said_with_the_one_that_can_be_awaited() -> None:
    found = blocked("import time\nasync def f():\n    time.sleep(2)\n", "time.sleep(2)", 3)

    assert found.line == 3
    assert "`time.sleep(2)` stops all tasks" in found.error
    assert found.help == "write `await anyio.sleep(2)`: only this task waits then"


def test_a_blocking_sleep_in_a_loop_that_waits_is_said_with_the_loop() -> None:
    found = blocked("async def f():\n    while not done:\n        time.sleep(1)\n", "time.sleep(1)", 3)

    assert "what `while not done` waits for cannot happen" in found.error
    assert found.help.startswith("take the loop out")


@pytest.mark.parametrize("loop", ["while True:", "while n < 3:\n        n += 1", "for n in x:"])
def test_a_blocking_sleep_in_a_loop_that_waits_for_nobody_is_said_as_any_other(loop: str) -> None:
    source = f"async def f(n):\n    {loop}\n        time.sleep(1)\n"
    found = blocked(source, "time.sleep(1)", len(source.splitlines()))

    assert found.help == "write `await anyio.sleep(1)`: only this task waits then"


def test_a_function_that_was_given_and_sleeps_is_said_with_its_call() -> None:
    source = "async def f(encode, frame):\n    return encode(frame)\n"
    found = blocked(source, "time.sleep(1.5)", 2, threads=True)

    assert found.error.startswith("`encode(...)` takes 1.5 s in the thread of the event loop")
    assert found.help == "call it in a worker thread: `await to_thread.run_sync(encode, frame)`"
    assert "to_thread" not in blocked(source, "time.sleep(1.5)", 2).help


def test_of_nested_calls_the_one_that_can_wait_is_named() -> None:
    assert "`q.get(...)` waits" in blocked("print(q.get())\n", "a call that blocks", 1).error
    assert "`one.result(...)` waits" in blocked("found.append(one.result())\n", "a call that blocks", 1).error
    assert "`input(...)` waits" in blocked("input()\n", "a call that blocks", 1).error


@pytest.mark.parametrize("threads", [False, True])
def test_a_call_that_blocks_is_named(threads: bool) -> None:
    found = blocked("async def f():\n    lock.acquire()\n", "a call that blocks", 2, threads=threads)

    assert "`lock.acquire(...)` waits without giving way" in found.error
    assert "something that can be awaited" in found.help
    assert ("to_thread" in found.help) is threads


@pytest.mark.parametrize(
    ("source", "network"),
    [
        ("import socket\nasync def f():\n    sock.recv(9)\n", True),
        ("import urllib.request\nasync def f():\n    urllib.request.urlopen(url)\n", True),
        ("async def f():\n    sock.recv(9)\n", False),
        ("import socket\nasync def f():\n    lock.acquire()\n", False),
    ],
)
def test_a_call_of_the_network_is_said_with_anyios_own(source: str, network: bool) -> None:
    found = blocked(source, "a call that blocks", len(source.splitlines()))

    assert ("connect_tcp" in found.help) is network


@pytest.mark.parametrize(
    ("loop", "line", "words"),
    [
        ("while x:\n        pass", 2, "goes round and round without an `await`"),
        ("for x in y:\n        z(x)", 2, "goes round and round without an `await`"),
        ("while x:\n        y = sum(z)\n        await f()", 2, "computes for so long"),
        ("x = 1\n    y = sum(z)", 3, "computes for so long"),
    ],
)
def test_what_computes_is_said_with_its_loop(loop: str, line: int, words: str) -> None:
    found = blocked(f"async def f():\n    {loop}\n", "computing", 3)

    assert found.line == line
    assert words in found.error


@pytest.mark.parametrize("threads", [False, True])
def test_a_thread_is_advised_where_threads_are_allowed(threads: bool) -> None:
    found = blocked("async def f():\n    sum(z)\n", "computing", 2, threads=threads)

    assert ("to_thread" in found.help) is threads


# ---- a cancellation that is caught -----------------------------------------------------------------------------------

CATCHES = """
async def f():
    try:
        await g()
    except {kind}:
        {then}
"""


def caught(source: str, ended: Ended = Ended.NEVER_YIELDS, **fields: object) -> Finding | None:
    return caught_cancellation(case(source), evidence(play(ended, **fields)))


@pytest.mark.parametrize("ended", [Ended.NEVER_YIELDS, Ended.LATE, Ended.LIMIT])
@pytest.mark.parametrize("kind", ["BaseException", "(OSError, BaseException)", "anyio.get_cancelled_exc_class()"])
def test_a_handler_that_takes_the_cancellation_is_named(kind: str, ended: Ended) -> None:
    found = caught(CATCHES.format(kind=kind, then="pass"), ended, line=3)

    assert found is not None
    assert (found.diagnosis, found.line) == ("swallowed-cancellation", 4)
    assert f"`except {kind}` catches the cancellation" in found.error


def test_a_bare_except_is_named() -> None:
    found = caught(CATCHES.format(kind="", then="pass").replace("except :", "except:"), line=3)

    assert found is not None
    assert "`except:` catches" in found.error


@pytest.mark.parametrize(
    "source",
    [
        CATCHES.format(kind="Exception", then="pass"),
        CATCHES.format(kind="BaseException", then="raise"),
        CATCHES.format(kind="BaseException", then="pass").replace("await ", ""),
    ],
)
def test_a_handler_that_lets_it_pass_or_never_meets_it_is_not_named(source: str) -> None:
    assert caught(source, line=3) is None


def test_only_the_handler_round_the_line_is_named() -> None:
    source = CATCHES.format(kind="BaseException", then="pass") + "    await h()\n"

    assert caught(source, line=3) is not None
    assert caught(source, line=6) is None


def test_of_a_play_that_is_late_it_is_the_handler_round_a_line_that_waits() -> None:
    source = CATCHES.format(kind="BaseException", then="pass") + "    await h()\n"

    assert caught(source, Ended.LATE, waiting=(waiting(6, "sleep"),)) is None
    assert caught(source, Ended.LATE, waiting=()) is None
    assert caught(source, Ended.LATE, waiting=(waiting(6, "sleep"), waiting(3, "sleep"))) is not None


@pytest.mark.parametrize("ended", [Ended.DEADLOCK, Ended.RETURNED, Ended.BLOCKED_LOOP])
def test_nothing_is_cancelled_in_other_endings(ended: Ended) -> None:
    assert caught(CATCHES.format(kind="BaseException", then="pass"), ended) is None


@pytest.mark.parametrize(("kind", "named"), [("trio.Cancelled", True), ("CancelledError", True), ("ValueError", False)])
def test_a_crash_is_one_if_it_was_a_cancellation(kind: str, named: bool) -> None:
    error = Raised(bare=True, leaves=(leaf(kind),))

    assert (caught(CATCHES.format(kind="BaseException", then="pass"), Ended.CRASHED, error=error) is not None) is named


def test_what_catches_a_cancellation() -> None:
    handlers = [
        node
        for kind in ("BaseException", "asyncio.CancelledError", "trio.Cancelled", "Exception", "(OSError, ValueError)")
        for node in ast.walk(code(CATCHES.format(kind=kind, then="pass")).tree)
        if isinstance(node, ast.ExceptHandler)
    ]

    assert [catches_cancellation(handler) for handler in handlers] == [True, True, True, False, False]


# ---- deadlocks -------------------------------------------------------------------------------------------------------

WAITS = "async def double(n):\n    await one.wait()\n    await two.wait()\n"


def stuck(*waits: Waiting, source: str = WAITS) -> Finding | None:
    return deadlock(case(source), evidence(play(Ended.DEADLOCK, waiting=waits)))


def test_the_task_that_waits_longest_is_named_with_what_would_end_its_wait() -> None:
    found = stuck(waiting(2, "Lock.acquire", 2), waiting(3, "Event.wait", 1), waiting(None, "Event.wait", 0))

    assert found is not None
    assert (found.diagnosis, found.line) == ("deadlock", 3)
    assert "`double` waits until the event is set" in found.error
    assert "event.set()" in found.help


def test_a_wait_outside_of_every_function_is_named_by_its_task() -> None:
    found = stuck(waiting(1, "Lock.acquire", task="double.<locals>.run"), source="x = 1\n")

    assert found is not None
    assert "`run` waits for the lock" in found.error


def test_a_deadlock_of_unknown_waits_is_left_to_others() -> None:
    assert stuck(waiting(2, "something")) is None
    assert stuck(waiting(None, "Event.wait")) is None
    assert deadlock(case(WAITS), evidence(replace(play(), waiting=(waiting(2, "Event.wait"),)))) is None


# ---- the process ends ------------------------------------------------------------------------------------------------


def test_an_exit_is_named() -> None:
    found = leaves_the_process(case("x = 1\n"), evidence(play(Ended.CRASHED, reason="sys.exit(1)", line=1)))

    assert found is not None
    assert (found.diagnosis, found.line) == ("crashed", 1)
    assert leaves_the_process(case("x = 1\n"), evidence(play(Ended.CRASHED, reason="a signal"))) is None
    assert leaves_the_process(case("x = 1\n"), evidence(play(reason="sys.exit(1)"))) is None


# ---- in whole programs -----------------------------------------------------------------------------------------------

BODIES = {
    "Event.wait": ("await anyio.Event().wait() #<", "until the event is set", "event.set()"),
    "Lock": ("lock = anyio.Lock()\n    await lock.acquire()\n    async with anyio.create_task_group() as tg:\n"
             "        tg.start_soon(lock.acquire)", "", ""),
    "Condition.wait": ("c = anyio.Condition()\n    async with c: await c.wait() #<", "to be notified", "notify_all()"),
    "receive": ("s, r = anyio.create_memory_object_stream(1)\n    await r.receive() #<", "for an item", "close the"),
    "send": ("s, r = anyio.create_memory_object_stream(0)\n    await s.send(1) #<", "to receive", "a buffer"),
    "Semaphore": ("await anyio.Semaphore(0).acquire() #<", "for the semaphore", "async with semaphore"),
    "sleep_forever": ("await anyio.sleep_forever() #<", "for ever", "a deadline"),
}  # fmt: skip


@pytest.mark.parametrize(("body", "need", "help"), BODIES.values(), ids=BODIES.keys())
def test_a_deadlock_says_what_is_waited_for(box: Box, tmp_path: Path, body: str, need: str, help: str) -> None:
    source = f"import anyio\nasync def double(n):\n    {body}\n    return 2 * n\n"
    failures = of_double(box, tmp_path, source)

    assert len(failures) == 2
    for failure in failures:
        assert failure.diagnosis == "deadlock"
        assert need in failure.error
        assert help in failure.help
        assert not need or failure.source.endswith("#<")


@pytest.mark.parametrize(
    ("body", "diagnosis", "words"),
    [
        ("time.sleep(2) #<", "blocked-loop", ("`time.sleep(2)` stops all tasks", "`await anyio.sleep(2)`")),
        ("while n: #<\n        pass", "blocked-loop", ("goes round and round",)),
        ("sys.exit() #<", "crashed", ("`sys.exit()` ends the whole Python process", "`return`")),
    ],
)
def test_a_program_that_does_not_go_on(
    box: Box, tmp_path: Path, body: str, diagnosis: str, words: tuple[str, ...]
) -> None:
    source = f"import sys, time\nasync def double(n):\n    {body}\n    return 2 * n\n"

    for failure in of_double(box, tmp_path, source):
        assert failure.diagnosis == diagnosis
        assert failure.source.endswith("#<")
        assert all(word in in_short(failure) for word in words)


SWALLOWS = """
import anyio
async def double(n):
    async def worker():
        while True:
            try:
                await anyio.sleep(1)
            except BaseException:
                pass
    async with anyio.create_task_group() as tg:
        tg.start_soon(worker)
        await anyio.sleep(n)
        tg.cancel_scope.cancel()
    return 2 * n
"""


def test_a_task_that_swallows_its_cancellation_is_named(box: Box, tmp_path: Path) -> None:
    failures = of_double(box, tmp_path, SWALLOWS)

    assert {(one.diagnosis, one.line) for one in failures} == {("swallowed-cancellation", 7)}
    assert len(failures) == 2


def test_a_deadlock_beside_a_handler_is_a_deadlock(box: Box, tmp_path: Path) -> None:
    source = """
    import anyio
    async def double(n):
        try:
            await anyio.sleep(n)
        except BaseException:
            pass
        await anyio.Event().wait()
    """

    assert {(one.diagnosis, one.line) for one in of_double(box, tmp_path, source)} == {("deadlock", 7)}
