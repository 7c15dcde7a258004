"""Late binding, early returns, values that reach nobody and variables that are not the outer ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.judge.explain.finding import Finding
from grader.judge.explain.tasks import early_return, expected, got, lacks_values, late_binding, not_nonlocal, outcome
from grader.judge.explain.tasks import value_for_nobody as for_nobody
from grader.sandbox.box import Box
from grader.wire.recording import Recording
from tests.explain_samples import case, evidence, failures_of, play, returned, span

ALL = play(returns=returned(["a", "b"]), spans=(span("a", 0, 1, 1), span("b", 0, 2, 2)))
NONE = play(returns=returned(None))
HOLES = play(returns=returned([None, "b"]))


def test_the_outcome_is_the_last_value_of_a_function_of_the_exercise() -> None:
    known = case("async def join(*fns): ...\nasync def helper(): ...\n")
    mine = play(returns=(*returned(1), *returned([2]), *returned(3, name="helper")))
    found = outcome(known, evidence(mine, ALL))

    assert found is not None
    assert (found[0].value, found[1] and found[1].value) == ([2], ["a", "b"])
    assert got(known, evidence(mine, ALL)) == "join() returned [2]"
    assert got(known, evidence(play(), ALL)) == ""


def test_what_was_expected_is_shown_where_the_author_says_so() -> None:
    known = case("async def join(*fns): ...\n")

    assert expected(known, evidence(NONE, ALL, show=("expected",))) == "join() returns ['a', 'b']"
    assert expected(known, evidence(NONE, ALL, show=("seconds",))) == ""
    assert expected(known, evidence(NONE, play(), show=("expected",))) == ""


@pytest.mark.parametrize(
    ("mine", "theirs", "lacks"),
    [
        (None, ["a"], True),
        (None, None, False),
        ([], ["a"], True),
        ([None, "b"], ["a", "b"], True),
        ([None, "b"], [None, "b"], False),
        (["b", "a"], ["a", "b"], False),
        ("text", ["a"], False),
    ],
)
def test_what_lacks_values(mine: object, theirs: object, lacks: bool) -> None:
    known = case("async def join(*fns): ...\n")
    shown = evidence(play(returns=returned(mine)), play(returns=returned(theirs)))

    assert lacks_values(shown, known) is lacks


# ---- late binding ----------------------------------------------------------------------------------------------------

LATE = """
async def join(*fns):
    results = [None] * len(fns)
    async with anyio.create_task_group() as tg:
        for i, fn in enumerate(fns):
            async def run({parameters}):
                results[i] = await {body}
            {start}
    return results
"""
RUNS_ONE_TWICE = play(returns=returned(["b", "b"]), spans=(span("b", 0, 2, 1), span("b", 0, 2, 2)))


def late(source: str, mine: Recording = HOLES) -> Finding | None:
    return late_binding(case(source), evidence(mine, ALL))


@pytest.mark.parametrize("mine", [HOLES, NONE, RUNS_ONE_TWICE, play(returns=returned(["b", "b"]))])
def test_a_closure_over_the_variables_of_the_loop_is_named_where_it_looks_them_up(mine: Recording) -> None:
    found = late(LATE.format(parameters="", body="fn()", start="tg.start_soon(run)"), mine)

    assert found is not None
    assert (found.diagnosis, found.line) == ("late-binding", 6)
    assert "`run` looks up `i` and `fn`" in found.error
    assert found.help == "hand them on as an argument: `start_soon(run, i, fn)`, with `async def run(i, fn)`"


@pytest.mark.parametrize(
    "source",
    [
        LATE.format(parameters="i, fn", body="fn()", start="tg.start_soon(run, i, fn)"),
        LATE.format(parameters="i=i, fn=fn", body="fn()", start="tg.start_soon(run)"),
        LATE.format(parameters="", body="fn()", start="await run()"),
        # A lambda in the place of the function is called at once.
        "async def join(*fns):\n    for fn in fns:\n        tg.start_soon(lambda: run(fn))\n",
        # The group waits before the loop goes on.
        "async def join(*fns):\n    for fn in fns:\n        async with anyio.create_task_group() as tg:\n"
        "            async def run():\n                out.append(await fn())\n            tg.start_soon(run)\n",
    ],
)
def test_what_keeps_the_value_is_not_named(source: str) -> None:
    assert late(source) is None


def test_a_lambda_that_is_handed_on_to_a_task_is_named() -> None:
    found = late("async def join(*fns):\n    for fn in fns:\n        tg.start_soon(run, lambda: fn())\n")

    assert found is not None
    assert "this lambda looks up `fn`" in found.error
    assert found.help.startswith("hand it on")


def test_a_closure_explains_nothing_where_all_values_are_there() -> None:
    source = LATE.format(parameters="", body="fn()", start="tg.start_soon(run)")

    assert late(source, play(returns=returned(["b", "a"]), spans=ALL.spans)) is None


# ---- early returns ---------------------------------------------------------------------------------------------------

EARLY = """
async def join(*fns):
    results = []
    async with anyio.create_task_group() as tg:
        for fn in fns:
            tg.start_soon(run, fn)
{line}
"""


SHORT = play(returns=returned(["a"]))


def early(line: str, mine: Recording = SHORT) -> Finding | None:
    return early_return(case(EARLY.format(line=line)), evidence(mine, ALL))


def test_a_return_in_the_loop_that_starts_the_tasks_is_named() -> None:
    found = early("            return results")

    assert found is not None
    assert (found.diagnosis, found.line) == ("early-return", 6)
    assert "stands in the loop" in found.error
    assert found.help == "move it out of the `for` loop, and behind the `async with`"
    assert found.got == "join() returned ['a']"


def test_a_return_that_computes_its_value_in_the_group_is_named() -> None:
    found = early("        return list(results)")

    assert found is not None
    assert (found.diagnosis, found.line) == ("early-return", 6)
    assert "before the tasks are done" in found.error


@pytest.mark.parametrize(
    "line", ["        return results", "    return list(results)", "        async def f():\n            return [1]"]
)
def test_a_return_of_the_list_that_is_filled_meanwhile_or_behind_the_group_is_not_named(line: str) -> None:
    assert early(line) is None


def test_a_return_that_may_not_be_reached_in_the_first_turn_is_not_named() -> None:
    assert early("            if results:\n                return results") is None


def test_a_return_explains_nothing_where_nothing_is_missing() -> None:
    assert early("            return results", play(returns=returned(["b", "a"]))) is None


# ---- values for nobody -----------------------------------------------------------------------------------------------

NOBODY = """
async def join(*fns):
    async def run(fn):
        return await fn()
    async with anyio.create_task_group() as tg:
        for fn in fns:
            {start}
    {end}
"""


def nobody(start: str = "tg.start_soon(run, fn)", end: str = "pass", mine: Recording = NONE) -> Finding | None:
    return for_nobody(case(NOBODY.format(start=start, end=end)), evidence(mine, ALL))


@pytest.mark.parametrize("start", ["tg.start_soon(run, fn)", "await tg.start_soon(run, fn)"])
def test_a_value_that_a_task_returns_to_nobody_is_named_at_its_return(start: str) -> None:
    found = nobody(start)

    assert found is not None
    assert (found.diagnosis, found.line) == ("nothing-returned", 3)
    assert "`run` returns its value to nobody" in found.error
    assert "where `join` finds it" in found.help


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("handle = tg.start_soon(run, fn)", "pass"),
        ("handles.append(tg.start_soon(run, fn))", "pass"),
        ("tg.start_soon(run, fn)", "return await run(fns[0])"),
        ("tg.start_soon(other, fn)", "pass"),
    ],
)
def test_a_value_that_somebody_may_get_is_not_named(start: str, end: str) -> None:
    assert nobody(start, end) is None


def test_a_value_for_nobody_explains_nothing_where_nothing_is_missing() -> None:
    assert nobody(mine=ALL) is None


# ---- nonlocal --------------------------------------------------------------------------------------------------------

INNER = """
async def join(*fns):
    winner = None
    async def run(fn):
        {inner}
    async with anyio.create_task_group() as tg:
        tg.start_soon(run, fns[0])
    return {end}
"""


def inner(line: str, end: str = "winner", mine: Recording = NONE) -> Finding | None:
    return not_nonlocal(case(INNER.format(inner=line, end=end)), evidence(mine, ALL))


def test_an_assignment_that_stays_in_the_inner_function_is_named() -> None:
    found = inner("winner = await fn()")

    assert found is not None
    assert (found.diagnosis, found.line) == ("nonlocal", 4)
    assert "`winner` is assigned in `run`" in found.error
    assert "the `winner` of `join`" in found.error
    assert found.help == "write `nonlocal winner` as the first line of `run`"


@pytest.mark.parametrize(
    ("line", "end"),
    [
        ("nonlocal winner; winner = await fn()", "winner"),
        ("winner = await fn(); results.append(winner)", "winner"),
        ("winner = await fn()", "None"),
        ("other = await fn()", "winner"),
    ],
)
def test_a_variable_that_is_meant_to_be_its_own_is_not_named(line: str, end: str) -> None:
    assert inner(line, end) is None


def test_a_missing_nonlocal_explains_nothing_where_nothing_is_missing() -> None:
    assert inner("winner = await fn()", mine=ALL) is None


# ---- in whole programs -----------------------------------------------------------------------------------------------

GROUP = """
import anyio
async def join(*fns):
    results = [None] * len(fns)
    async def run(i, fn):
        results[i] = await fn()
    async with anyio.create_task_group() as tg:
        for i, fn in enumerate(fns):
            tg.start_soon(run, i, fn)
    return results
"""
LOOKS_UP = GROUP.replace("            tg.start_soon(run, i, fn)\n", "{}").format(
    "            async def again():\n                await run(i, fn)\n            tg.start_soon(again)\n"
)
PROGRAMS = {
    "late binding": (LOOKS_UP, "late-binding", 9),
    "early, in the loop": (GROUP.replace("    return", "            return"), "early-return", 9),
    "early, in the group": (GROUP.replace("    return results", "        return list(results)"), "early-return", 9),
    "for nobody": (GROUP.replace("results[i] =", "return"), "nothing-returned", 5),
    "no nonlocal": (GROUP.replace("results[i] =", "results ="), "nonlocal", 5),
    "order of completion": (
        GROUP.replace("results[i] = await fn()", "results.append(await fn())").replace("[None] * len(fns)", "[]"),
        "completion-order",
        5,
    ),
}


def test_the_program_without_a_mistake_passes(box: Box, tmp_path: Path) -> None:
    assert failures_of(box, tmp_path, GROUP, backends=("asyncio", "trio")) == []
    called_at_once = GROUP.replace("start_soon(run, i, fn)", "start_soon(lambda: run(i, fn))")
    assert failures_of(box, tmp_path, called_at_once, backends=("asyncio", "trio")) == []


@pytest.mark.parametrize(("source", "diagnosis", "line"), PROGRAMS.values(), ids=PROGRAMS.keys())
def test_the_first_failure_names_the_mistake(box: Box, tmp_path: Path, source: str, diagnosis: str, line: int) -> None:
    first = failures_of(box, tmp_path, source)[0]

    assert (first.diagnosis, first.line) == (diagnosis, line)
    assert first.got.startswith("join() returned ")


def test_a_variable_that_a_task_gives_another_value_is_read_too_soon_in_the_group() -> None:
    source = """
        async def join(*fns):
            winner = None
            async def run(fn):
                nonlocal winner
                winner = await fn()
            async with anyio.create_task_group() as tg:
                tg.start_soon(run, fns[0])
                return winner
    """
    found = early_return(case(source), evidence(NONE, ALL))

    assert found is not None
    assert (found.diagnosis, found.line) == ("early-return", 8)
    # The list by its name is the same list when the tasks have filled it.
    assert early_return(case(source.replace("nonlocal winner", "pass")), evidence(NONE, ALL)) is None
