"""What runs beside what, against the same play of the reference answer, on recordings made by hand and in programs."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.judge.explain.evidence import Evidence
from grader.judge.explain.finding import Finding
from grader.judge.explain.order import (
    awaited_start,
    ends_at_a_falsy_item,
    one_after_the_other,
    one_at_a_time,
    order_of_completion,
)
from grader.sandbox.box import Box
from grader.wire.recording import Ended, Recording
from grader.wire.rows import MAX_WAITING, Span
from tests.explain_samples import (
    case,
    evidence,
    failures_of,
    play,
    resume,
    returned,
    span,
    suspend,
    trace,
    waiting,
)

SERIAL = """
async def join(*fns):
    results = []
    for fn in fns:
        results.append(await fn())
    return results
"""
TOGETHER = play(
    spans=(span("a", 0, 3, 1), span("b", 0, 5, 2), span("c", 0, 2, 3)), trace=trace(), returns=returned(["a", "b", "c"])
)
WAITS = (suspend(0, 0, 4), resume(3, 0), suspend(3, 0, 4), resume(8, 0))


def found_in(*spans: Span, ended: Ended = Ended.RETURNED, source: str = SERIAL) -> Finding | None:
    mine = play(ended, spans=spans, trace=trace(*WAITS))
    return one_after_the_other(case(source), evidence(mine, TOGETHER))


# ---- one after the other ---------------------------------------------------------------------------------------------


def test_what_runs_together_in_the_reference_and_one_after_the_other_here_is_serial() -> None:
    found = found_in(span("a", 0, 3, 0), span("b", 3, 8, 0), span("c", 8, 10, 0))

    assert found is not None
    assert (found.diagnosis, found.line) == ("serial", 4)
    assert found.error == "one after the other: `b` starts only when `a` has ended"
    assert found.got == "`a` from 0 s to 3 s, `b` from 3 s to 8 s, `c` from 8 s to 10 s"
    assert found.expected == "`a`, `b` and `c` under way at the same time"
    assert "`tg.start_soon`" in found.help


def test_what_never_begins_after_the_first_is_serial_too() -> None:
    held_up = found_in(span("a", 0, None, 0), ended=Ended.DEADLOCK)
    ran = found_in(span("a", 0, 3, 0))

    assert held_up is not None
    assert held_up.error == "`a` is awaited before `b` and `c` are started, and needs them"
    assert held_up.got == "`a` from 0 s, `b` never, `c` never"
    assert ran is not None
    assert ran.error == "only `a` is ever run: this line waits for it before `b` and `c` could start"


@pytest.mark.parametrize(
    "spans",
    [
        (span("a", 0, 3, 1), span("b", 0, 5, 2), span("c", 5, 7, 3)),  # two of them run together
        (span("a", 0, 3, 0), span("b", 3, None, 0), span("c", 8, 10, 0)),
        (span("a", 0, 3, 0), span("a", 3, 6, 0), span("b", 6, 9, 0), span("c", 9, 10, 0)),
        (span("a", 0, 0, 0),),  # it took no time
        (span("a", 0, None, 0),),  # and the play went on
        (),
    ],
)
def test_what_is_not_one_after_the_other(spans: tuple[Span, ...]) -> None:
    assert found_in(*spans) is None


def test_without_a_line_of_the_submission_or_a_reference_nothing_is_said() -> None:
    spans = (span("a", 0, 3, 7), span("b", 3, 8, 7), span("c", 8, 10, 7))

    assert found_in(*spans) is None
    mine = play(spans=(span("a", 0, 3, 0), span("b", 3, 8, 0)), trace=trace(*WAITS))
    assert one_after_the_other(case(SERIAL), evidence(mine)) is None


AWAITS_START = SERIAL.replace("results.append(await fn())", "await tg.start_soon(fn)")
LATER = (span("a", 0, 3, 0), span("b", 3, 8, 0), span("c", 8, 10, 0))


def test_an_await_before_start_soon_is_named_where_it_makes_them_wait() -> None:
    found = awaited_start(case(AWAITS_START), evidence(play(spans=LATER, elapsed=10), TOGETHER))

    assert found is not None
    assert (found.diagnosis, found.line) == ("not-awaitable", 4)
    assert "take the `await` out" in found.help


def test_an_await_before_start_soon_that_makes_nobody_wait_is_let_be() -> None:
    assert awaited_start(case(AWAITS_START), evidence(TOGETHER, TOGETHER)) is None
    assert awaited_start(case(SERIAL), evidence(play(spans=LATER, elapsed=10), TOGETHER)) is None


def test_a_group_in_the_loop_is_named_where_it_is_opened() -> None:
    source = SERIAL.replace(
        "        results.append(await fn())",
        "        async with create_task_group() as tg:\n            tg.start_soon(fn)",
    )
    found = found_in(*LATER, source=source)

    assert found is not None
    assert (found.diagnosis, found.line) == ("serial", 4)
    assert "open the task group before the loop" in found.help


# ---- evidence --------------------------------------------------------------------------------------------------------


def theirs(*spans: Span, parents: tuple[tuple[int, int | None], ...]) -> Evidence:
    return evidence(play(), play(spans=spans, trace=trace(parents=parents)))


def test_siblings_are_spans_of_tasks_beside_each_other() -> None:
    parents = ((0, None), (1, 0), (2, 0))
    inner, outer = span("a", 0, 1, 1), span("join", 0, 9, 0)

    assert theirs(outer, inner, span("b", 0, 2, 2), parents=parents).siblings == ("a", "b")
    assert theirs(outer, inner, span("b", 1, 2, 1), parents=parents).siblings == ()
    assert theirs(outer, inner, span("b", 1, 2, 2), parents=parents).together == ()
    assert theirs(outer, inner, span("a", 0, 2, 2), parents=parents).siblings == ()
    assert evidence(play()).siblings == ()


def test_of_a_play_that_was_stopped_the_spans_are_taken_as_they_stood() -> None:
    spans = (span("a", 0, 3, 1), span("b", 0, 7, 2, "cancelled"), span("c", 0, 5, 3, "cancelled"), span("d", 8, 9, 1))
    known = evidence(play(Ended.DEADLOCK, spans=spans, trace=trace(failed_at=5)))

    assert [(one.name, one.stopped, one.how) for one in known.spans] == [
        ("a", 3, "returned"),
        ("b", None, "open"),
        ("c", None, "open"),
    ]


def test_waits_of_a_play_that_was_stopped_never_go_on() -> None:
    events = (suspend(0, 1, 4), resume(2, 1), suspend(2, 1, 5), resume(5, 1), suspend(6, 1, 4), suspend(0, 2, None))
    known = evidence(play(trace=trace(*events, failed_at=5)))

    assert [(wait.line, wait.since, wait.seconds) for wait in known.waits] == [(4, 0, 2), (5, 2, None)]
    assert known.line_in(span("a", 1, 3, 1)) == 5
    assert known.line_in(span("a", 0, None, 2)) is None
    assert evidence(play()).waits == ()


# ---- a lock that is held ---------------------------------------------------------------------------------------------


def locked(*lines: int | None, ended: Ended = Ended.DEADLOCK, reference: Recording = TOGETHER) -> Finding | None:
    mine = play(ended, waiting=tuple(waiting(line, "Lock.acquire") for line in lines))
    return one_at_a_time(case(SERIAL), evidence(mine, reference))


def test_tasks_that_wait_in_one_line_for_a_lock_are_serial() -> None:
    found = locked(4, 4, 3)

    assert found is not None
    assert (found.diagnosis, found.line) == ("serial", 4)
    assert "2 wait here for the lock" in found.error
    assert "take the lock away" in found.help
    one = locked(4)
    assert one is not None
    assert "one waits here" in one.error


def test_a_limiter_is_not_said_to_let_one_in_at_a_time() -> None:
    fifty = tuple(waiting(4, "CapacityLimiter.__aenter__") for _ in range(MAX_WAITING))
    found = one_at_a_time(case(SERIAL), evidence(play(Ended.DEADLOCK, waiting=fifty), TOGETHER))

    assert found is not None
    assert found.error == (
        "only some get past this line, and the others wait until those are done: 50 or more wait here"
    )


def test_a_lock_that_nobody_is_to_run_beside_is_no_serial_answer() -> None:
    assert locked(4, reference=play(spans=(span("call", 0, 3, 0),), trace=trace())) is None
    assert locked(4, ended=Ended.RETURNED) is None
    assert locked(None) is None


# ---- another order ---------------------------------------------------------------------------------------------------


def ordered(mine: object, *, source: str = SERIAL, show: tuple[str, ...] = ("expected",)) -> Finding | None:
    shown = play(returns=returned(mine), spans=TOGETHER.spans)
    return order_of_completion(case(source), evidence(shown, TOGETHER, show=show))


def test_the_order_in_which_the_functions_ended_is_named() -> None:
    found = ordered(["c", "a", "b"])

    assert found is not None
    assert (found.diagnosis, found.line) == ("completion-order", 4)
    assert found.error == "the results come in the order in which the functions ended"
    assert found.got == "join() returned ['c', 'a', 'b']"
    assert found.expected == "join() returns ['a', 'b', 'c']"
    assert "do not append it" in found.help


def test_what_was_expected_is_a_secret_unless_the_author_shows_it() -> None:
    found = ordered(["c", "a", "b"], show=())

    assert found is not None
    assert found.expected == ""


def test_another_order_is_named_as_such() -> None:
    found = ordered(("b", "a", "c"), source="async def join(*fns):\n    return sorted(fns)\n")

    assert found is not None
    assert found.error == "the results come in another order than the arguments"
    assert (found.line, found.help) == (
        None,
        "give each task the position of its function, and put the results in that order",
    )


@pytest.mark.parametrize("mine", [["a", "b", "c"], ("a", "b", "c"), ["a", "b"], ["a", "b", "d"], ["a", "a", "b"], None])
def test_what_is_no_other_order(mine: object) -> None:
    assert ordered(mine) is None


# ---- in whole programs -----------------------------------------------------------------------------------------------

LOCKED = """
import anyio
async def join(*fns):
    results = [None] * len(fns)
    lock = anyio.Lock()
    async def run(i, fn):
        async with lock:
            results[i] = await fn()
    async with anyio.create_task_group() as tg:
        for i, fn in enumerate(fns):
            tg.start_soon(run, i, fn)
    return results
"""
AWAITED = LOCKED.replace("tg.start_soon", "await tg.start_soon").replace("async with lock:", "if True:")
PROGRAMS = {
    "a loop": (SERIAL, "serial", 4),
    "a lock": (LOCKED, "serial", 6),
    "await start_soon": (AWAITED, "not-awaitable", 10),
    "a semaphore": (LOCKED.replace("Lock()", "Semaphore(1)"), "serial", 6),
}


@pytest.mark.parametrize(("source", "diagnosis", "line"), PROGRAMS.values(), ids=PROGRAMS.keys())
def test_an_answer_that_runs_one_after_the_other(
    box: Box, tmp_path: Path, source: str, diagnosis: str, line: int
) -> None:
    said = {"serial": "`b` starts only when `a` has ended", "not-awaitable": "waits for this task before it goes on"}
    failures = failures_of(box, tmp_path, source, backends=("asyncio", "trio"))
    of_order = [one for one in failures if one.diagnosis == diagnosis]

    assert len(of_order) >= 4
    assert {one.line for one in of_order} == {line}
    assert any(said[diagnosis] in one.error for one in of_order)


def test_two_at_a_time_are_not_said_to_run_one_after_the_other(box: Box, tmp_path: Path) -> None:
    failures = failures_of(box, tmp_path, LOCKED.replace("Lock()", "Semaphore(2)"))

    assert failures
    assert not any(one.error.startswith("one after the other") for one in failures)


# ---- results that end too early --------------------------------------------------------------------------------------


def ended_at(mine: object, theirs: list[object], source: str = SERIAL) -> Finding | None:
    shown, reference = play(returns=returned(mine)), play(returns=returned(theirs))
    return ends_at_a_falsy_item(case(source), evidence(shown, reference, show=("expected",)))


@pytest.mark.parametrize("item", [0, None, "", False])
def test_items_that_end_before_one_that_looks_like_nothing_are_told_from_it(item: object) -> None:
    found = ended_at([1, 2], [1, 2, item, 3])

    assert found is not None
    assert found.diagnosis == "falsy-value"
    assert f"`{item!r}`" in found.error


@pytest.mark.parametrize(
    ("mine", "theirs"), [([1, 2], [1, 2, 3]), ([1, 0], [1, 2, 0]), ([1, 0], [1, 0]), (None, [0]), ([0, 1], [0])]
)
def test_items_that_end_elsewhere_say_nothing_about_it(mine: object, theirs: list[object]) -> None:
    assert ended_at(mine, theirs) is None


@pytest.mark.parametrize(
    "line",
    [
        "while (item := fn()): results.append(item)",
        "results = [item for item in fns if item is not None]",
        "results = list(filter(None, fns))",
        "results = results or fns",
    ],
)
def test_where_nothing_came_a_look_at_the_items_may_be_why(line: str) -> None:
    source = f"def join(*fns):\n    results = []\n    {line}\n    return results\n"

    assert ended_at([], [0, 1], source) is not None


@pytest.mark.parametrize(
    "line", ["while True: break", "if len(fns) < 0: raise ValueError", "results = [fn for fn in fns]"]
)
def test_where_nothing_came_and_no_line_looks_at_an_item_it_has_another_reason(line: str) -> None:
    source = f"def join(*fns):\n    results = []\n    {line}\n    return []\n"

    assert ended_at([], [0, 1], source) is None
