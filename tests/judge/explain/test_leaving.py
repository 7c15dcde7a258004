"""Ways out of a function that lose its value, its error or its tasks."""

from __future__ import annotations

import pytest

from grader.judge.explain.leaving import (
    cancelled_at_once,
    named_and_not_called,
    no_return,
    return_in_finally,
    returns_error,
    runs_off_the_end,
    swapped_fields,
)
from grader.wire.recording import Ended
from grader.wire.rows import Returned
from grader.wire.values import Record
from tests.explain_samples import case, evidence, leaf, play, raising, returned, span

ALL = play(returns=returned(["a", "b"]), spans=(span("a", 0, 1, 1), span("b", 0, 2, 2)))
NONE = play(returns=returned(None))


# ---- values ----------------------------------------------------------------------------------------------------------


def test_a_function_without_return_is_named_where_a_value_was_expected() -> None:
    found = no_return(case("async def join(*fns):\n    await fns[0]()\n"), evidence(NONE, ALL))

    assert found is not None
    assert (found.diagnosis, found.line) == ("nothing-returned", 1)
    assert "`join` has no `return`" in found.error


@pytest.mark.parametrize(
    ("body", "mine", "theirs"),
    [
        ("return await run()", NONE, ALL),
        ("yield 1", NONE, ALL),
        ("pass", NONE, NONE),
        ("pass", play(), ALL),
        ("pass", NONE, play()),
    ],
)
def test_a_function_that_returns_or_need_not_is_let_be(body: str, mine: object, theirs: object) -> None:
    shown = evidence(mine, theirs)  # type: ignore[arg-type]

    assert no_return(case(f"async def join(*fns):\n    {body}\n"), shown) is None


def test_an_error_that_is_returned_is_named_at_its_return() -> None:
    source = "class Late(Exception): ...\nasync def join(*fns):\n    return Late(1)\n"
    mine = play(returns=(Returned(name="join", types=("submission.Late", "Exception"), value=None),))
    found = returns_error(case(source), evidence(mine, raising(leaf("Late"))))

    assert found is not None
    assert (found.diagnosis, found.line, found.help) == ("wrong-kind", 3, "write `raise Late(1)`")
    assert returns_error(case(source), evidence(mine, ALL)) is None
    assert returns_error(case(source), evidence(NONE, raising(leaf("Late")))) is None
    assert returns_error(case(source), evidence(play(), raising(leaf("Late")))) is None


def pair(index: object, value: object) -> tuple[Returned, ...]:
    return returned(Record(type_name="Winner", fields=(("index", index), ("value", value))))


def test_values_in_the_wrong_fields_are_named_where_the_object_is_made() -> None:
    source = case("async def join(*fns):\n    return Winner('a', 1)\n")
    found = swapped_fields(source, evidence(play(returns=pair("a", 1)), play(returns=pair(1, "a"))))

    assert found is not None
    assert (found.line, found.help) == (2, "give them in the order of the fields, or by name: `Winner(index, value)`")
    assert swapped_fields(source, evidence(play(returns=pair(2, "a")), play(returns=pair(1, "a")))) is None
    assert swapped_fields(source, evidence(play(returns=pair(1, "a")), play(returns=pair(1, "a")))) is None
    assert swapped_fields(source, evidence(NONE, ALL)) is None


ANEXT = "class Kept:\n    async def __anext__(self):\n        {body}\n"
USED = raising(leaf("TypeError", "unsupported operand type(s) for *: 'NoneType' and 'int'", line=3, scenario=4))


@pytest.mark.parametrize(
    "body",
    [
        "if keep(1): return 1",
        "while True:\n            break\n        if keep(1): return 1",
        "try:\n            return 1\n        except ValueError:\n            pass",
        "if keep(1): return 1\n        else: pass",
    ],
)
def test_an_anext_that_may_end_without_an_item_is_named(body: str) -> None:
    found = runs_off_the_end(case(ANEXT.format(body=body)), evidence(USED))

    assert found is not None
    assert (found.diagnosis, found.line) == ("none-used", 2)
    holes = play(returns=returned([1, None]))
    assert runs_off_the_end(case(f"async def join(): ...\n{ANEXT.format(body=body)}"), evidence(holes, ALL)) is not None
    assert runs_off_the_end(case(ANEXT.format(body=body)), evidence(ALL, ALL)) is None


@pytest.mark.parametrize(
    "body",
    [
        "while True:\n            if keep(1): return 1",
        "if keep(1): return 1\n        raise StopAsyncIteration",
        "if keep(1): return 1\n        else: return 2",
        "try:\n            return 1\n        except ValueError:\n            raise",
        "async with lock:\n            return 1",
        "pass",
    ],
)
def test_an_anext_that_always_has_an_item_is_let_be(body: str) -> None:
    assert runs_off_the_end(case(ANEXT.format(body=body)), evidence(USED)) is None


# ---- errors ----------------------------------------------------------------------------------------------------------

FINALLY = "async def join(*fns):\n    try:\n        await run()\n    finally:\n        return 1\n"


def test_a_return_in_a_finally_is_named_where_an_error_was_to_come_out() -> None:
    found = return_in_finally(case(FINALLY), evidence(ALL, raising(leaf("ValueError")), slug="lost-error"))

    assert found is not None
    assert (found.diagnosis, found.line) == ("lost-error", 5)
    assert return_in_finally(case(FINALLY), evidence(ALL, ALL)) is None
    assert return_in_finally(case(FINALLY), evidence(play(Ended.DEADLOCK), raising(leaf("ValueError")))) is None
    behind = case("async def join(*fns):\n    try:\n        pass\n    finally:\n        f()\n    return 1\n")
    assert return_in_finally(behind, evidence(ALL, raising(leaf("ValueError")))) is None


def test_a_return_in_a_finally_is_named_where_a_cancellation_was_to_go_on() -> None:
    mine, theirs = play(spans=(span("f", 0, 1),)), play(spans=(span("f", 0, 1, how="cancelled"),))

    assert return_in_finally(case(FINALLY), evidence(mine, theirs)) is not None


# ---- tasks -----------------------------------------------------------------------------------------------------------

GROUP = """
async def join(*fns):
    async with anyio.create_task_group() as tg:
        for fn in fns:
            tg.start_soon(fn)
        {line}
        tg.cancel_scope.cancel()
    return winner
"""


def test_a_group_that_is_cancelled_at_once_is_named_at_that_line() -> None:
    found = cancelled_at_once(case(GROUP.format(line="pass")), evidence(NONE, ALL))

    assert found is not None
    assert (found.diagnosis, found.line) == ("early-return", 6)
    assert cancelled_at_once(case(GROUP.format(line="await done.wait()")), evidence(NONE, ALL)) is None
    assert cancelled_at_once(case(GROUP.format(line="yield done")), evidence(NONE, ALL)) is None
    assert cancelled_at_once(case(GROUP.format(line="pass")), evidence(ALL, ALL)) is None
    assert cancelled_at_once(case("async def join(*fns): ...\n"), evidence(NONE, ALL)) is None


def test_a_method_that_is_only_named_is_told_to_be_called() -> None:
    source = case("async def join(*fns):\n    tg.cancel_scope.cancel\n")
    found = named_and_not_called(source, evidence(ALL, slug="losers-left-running"))

    assert found is not None
    assert (found.diagnosis, found.line) == ("losers-left-running", 2)
    assert found.help == "write `tg.cancel_scope.cancel()`"
    assert named_and_not_called(source, evidence(raising(leaf("ValueError")))) is None
    assert named_and_not_called(case("async def join(*fns):\n    tg.cancel()\n"), evidence(ALL)) is None
