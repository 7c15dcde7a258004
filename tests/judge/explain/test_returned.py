"""A value of another kind than promised is named at its ``def``, and only where it explains the failure."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from grader.judge.explain.code import Code
from grader.judge.explain.finding import Finding
from grader.judge.explain.returned import unusable, wrong_kind
from grader.judge.verdict import Failure
from grader.policy.promises import definitions, promises
from grader.sandbox.box import Box
from grader.wire.recording import Ended, Recording
from grader.wire.rows import Leaf, Mark, Raised, Returned, Span
from tests.explain_samples import builtin, case, evidence, failures_of, verdict_of

STUB = """\
class Winner: ...
class Stream:
    def map(self, fn) -> Stream: ...
    def __aiter__(self) -> Stream: ...
    async def __anext__(self) -> T: ...
async def join(*fns) -> list[int]: ...
async def fetch(url) -> bytes: ...
async def select(*fns) -> Winner: ...
async def anything(fn) -> T: ...
async def items(n) -> AsyncIterator[int]: ...
def pick(fn): ...
"""
SOURCE = """\
import anyio


async def join(*fns):
    for fn in fns:
        await fn()
async def fetch(url):
    return url
async def select(*fns):
    if fns:
        return fns
async def anything(fn):
    return await fn()
"""
ITERATING = Leaf(token=None, types=("TypeError",), message="", line=None, scenario_line=4)
IN_THE_SUBMISSION = replace(ITERATING, line=5, scenario_line=None)
IN_THE_FUNCTION = replace(IN_THE_SUBMISSION, line=2)


def play(*returned: tuple[str, str], **fields: object) -> Recording:
    kinds = tuple(Returned(name=name, types=(kind, "object"), value=None) for name, kind in returned)
    recording = Recording(scenario="s", backend="trio", ended=Ended.RETURNED, returns=kinds)
    return replace(recording, **fields)  # type: ignore[arg-type]


def stopped(*returned: tuple[str, str], leaf: Leaf = ITERATING) -> Recording:
    return play(*returned, ended=Ended.RAISED, error=Raised(bare=True, leaves=(leaf,)))


def use(recording: Recording, source: str = SOURCE) -> Finding | None:
    return unusable(case(source, stub=STUB), evidence(recording))


def found(recording: Recording, source: str = SOURCE, *, stumbled: bool = False) -> Finding | None:
    return wrong_kind(recording, promises(STUB), definitions(source), stumbled=stumbled, code=Code(source))


# ---- a value of another kind -----------------------------------------------------------------------------------------


def test_none_is_said_with_the_line_of_the_def_and_with_what_is_missing() -> None:
    assert found(play(("join", "NoneType"))) == Finding(
        diagnosis="wrong-kind",
        error="`join` returned None; a list was expected",
        help="add `return ...` to `join`: a function without it returns None",
        line=4,
        got="join() returned None",
        expected="join() returns a list",
    )


def test_none_from_a_function_that_has_a_return_is_said_in_other_words() -> None:
    unfit = found(play(("select", "NoneType")))

    assert unfit is not None
    assert (unfit.error, unfit.line) == ("`select` returned None; a Winner was expected", 9)
    assert "add `return" not in unfit.help


@pytest.mark.parametrize(
    ("name", "kind", "error"),
    [
        ("fetch", "str", "`fetch` returned a str; bytes were expected"),
        ("select", "tuple", "`select` returned a tuple; a Winner was expected"),
        ("select", "submission.Other", "`select` returned an Other; a Winner was expected"),
        ("select", "coroutine", "`select` returned a coroutine; a Winner was expected"),
        ("join", "no identifier", "`join` returned something else; a list was expected"),
    ],
)
def test_another_kind_is_said_if_the_scenario_or_the_test_could_not_go_on(name: str, kind: str, error: str) -> None:
    for unfit in (found(stopped((name, kind))), found(play((name, kind)), stumbled=True)):
        assert unfit is not None
        assert unfit.error == error


@pytest.mark.parametrize(
    "fields",
    [
        {"value": "text"},
        {"marks": (Mark(0, "got", "text"),)},
        {"attempts": (Span("a", 0, 1, "returned", "text", None),)},
    ],
    ids=["result", "mark", "attempt"],
)
def test_another_kind_is_said_if_the_test_could_look_at_it(fields: dict[str, object]) -> None:
    assert found(play(("fetch", "str"), **fields)) is not None
    assert found(play(("join", "str"), **fields)) is not None
    assert found(play(("fetch", "list"), **fields)) is None


def test_a_tuple_that_the_scenario_makes_a_list_of_explains_no_failure() -> None:
    assert found(play(("join", "tuple"), value=["a", "b"])) is None


@pytest.mark.parametrize(
    "returned",
    [
        ("join", "list"),
        ("fetch", "bytearray"),
        ("select", "submission.Winner"),
        ("anything", "NoneType"),
        ("anything", "str"),
        ("pick", "NoneType"),
        ("no_such_function", "NoneType"),
        ("Winner.method", "NoneType"),
    ],
)
def test_what_keeps_its_promise_is_never_said(returned: tuple[str, str]) -> None:
    assert found(play(returned)) is None


def test_a_subclass_keeps_the_promise_of_its_base() -> None:
    kept = Returned(name="join", types=("submission.Results", "list", "object"), value=None)

    assert found(replace(stopped(), returns=(kept,))) is None


def test_where_anything_is_promised_none_is_said_only_if_the_scenario_or_the_test_could_not_go_on() -> None:
    unfit = found(stopped(("anything", "NoneType")))

    assert unfit is not None
    assert unfit.error == "`anything` returned None; a value was expected"
    assert found(stopped(("anything", "str"))) is None


# ---- a def of another form -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("leaf", [ITERATING, IN_THE_FUNCTION], ids=["scenario", "function"])
def test_a_yield_that_makes_a_generator_is_said(leaf: Leaf) -> None:
    unfit = found(stopped(leaf=leaf), "async def join(*fns):\n    for fn in fns:\n        yield await fn()\n")

    assert unfit is not None
    assert unfit.error == "`join` has a `yield`, which makes an async generator of it; a list was expected"
    assert unfit.line == 1


def test_a_yield_in_a_method_that_is_awaited_is_said() -> None:
    unfit = found(stopped(), "class Stream:\n    async def __anext__(self):\n        yield 1\n")

    assert unfit is not None
    assert (unfit.error.endswith("nothing can await that"), unfit.line) == (True, 2)


def test_an_async_def_where_a_plain_one_is_called_is_said() -> None:
    unfit = found(stopped(), "class Stream:\n    async def map(self, fn):\n        return self\n")

    assert unfit is not None
    assert unfit.error == "`Stream.map` is an `async def`, so that a call returns a coroutine; a Stream was expected"


def test_a_special_method_that_nobody_awaits_is_said() -> None:
    unfit = found(
        stopped(("Stream.of", "Stream")), "class Stream:\n    async def __aiter__(self):\n        return self\n"
    )

    assert unfit is not None
    assert (unfit.help, unfit.line) == ("write `def` without `async`", 2)


@pytest.mark.parametrize(
    "source",
    [
        "class Stream:\n    async def __aiter__(self):\n        yield 1\n",
        "async def items(n):\n    yield n\n",
        "async def join(*fns):\n    def inner():\n        yield 1\n    return list(inner())\n",
    ],
)
def test_a_yield_where_one_may_stand_is_not_said(source: str) -> None:
    assert found(stopped(), source) is None


JOIN_GENERATES = "async def join(*fns):\n    for fn in fns:\n        yield await fn()\n"


def test_an_exception_of_another_line_of_the_submission_goes_before_a_form() -> None:
    both = Raised(bare=False, leaves=(ITERATING, IN_THE_SUBMISSION))

    assert found(stopped(leaf=IN_THE_SUBMISSION), JOIN_GENERATES) is None
    assert found(play(error=both, ended=Ended.RAISED), JOIN_GENERATES) is None
    assert found(stopped(leaf=IN_THE_SUBMISSION), JOIN_GENERATES, stumbled=True) is None
    assert found(play(), JOIN_GENERATES, stumbled=True) is not None


@pytest.mark.parametrize(
    "source",
    [
        f"@collected\n{JOIN_GENERATES}",
        f"@contextlib.asynccontextmanager\n{JOIN_GENERATES}",
        f"@retried(3)\n{JOIN_GENERATES}",
        f"{JOIN_GENERATES}join = collected(join)\n",
    ],
)
def test_what_a_decorator_makes_of_a_function_is_not_known(source: str) -> None:
    assert found(stopped(("join", "NoneType")), source) is None
    assert use(stopped(("join", "list")), source) is None


def test_a_stub_that_is_decorated_promises_nothing() -> None:
    stub = "@contextmanager\ndef connect(): ...\nclass Stream:\n    @classmethod\n    def of(cls) -> Stream: ...\n"

    assert [promise.name for promise in promises(stub)] == ["Stream.of"]


def test_a_form_explains_nothing_where_all_went_on() -> None:
    assert found(play(value=3), "async def join(*fns):\n    yield 1\n") is None


# ---- of the promised kind, and of no use -----------------------------------------------------------------------------


def test_a_scenario_that_could_not_go_on_is_told_by_what_was_returned() -> None:
    unfit = use(stopped(("join", "list")))

    assert unfit is not None
    assert (unfit.diagnosis, unfit.line) == ("raised", 4)
    assert unfit.error == "the exercise cannot go on with what `join` returned, a list"


@pytest.mark.parametrize(
    "recording",
    [stopped(), stopped(("join", "list"), leaf=IN_THE_SUBMISSION), play(("join", "list"))],
    ids=["nothing was returned", "the submission raised", "nothing was raised"],
)
def test_an_exception_that_did_not_follow_from_a_value_is_told_as_such(recording: Recording) -> None:
    assert use(recording) is None


# ---- as beginners write it -------------------------------------------------------------------------------------------

JOIN_NONE = """
import anyio
async def join(*fns):
    async with anyio.create_task_group() as tg:
        for fn in fns:
            tg.start_soon(fn)
"""
JOIN_YIELD = "async def join(*fns):\n    for fn in fns:\n        yield await fn()\n"
WINNER = """
from dataclasses import dataclass
import anyio
@dataclass(frozen=True)
class Winner:
    index: int
    value: object
async def select(*fns):
    if not fns:
        raise ValueError
    winner = None
    async def run(index, fn):
        nonlocal winner
        value = await fn()
        if winner is None:
            winner = (index, value)
            tg.cancel_scope.cancel()
    async with anyio.create_task_group() as tg:
        for index, fn in enumerate(fns):
            tg.start_soon(run, index, fn)
    return {winner}
"""
SERIAL_TUPLE = "async def join(*fns):\n    return tuple([await fn() for fn in fns])\n"


@pytest.mark.parametrize(
    ("exercise", "source", "error", "line"),
    [
        ("ex01", JOIN_NONE, "`join` returned None; a list was expected", 2),
        ("ex01", "async def join(*fns):\n    pass\n", "`join` returned None; a list was expected", 1),
        (
            "ex01",
            JOIN_YIELD,
            "`join` has a `yield`, which makes an async generator of it; a list was expected",
            1,
        ),
        ("ex02", WINNER.replace("{winner}", "winner"), "`select` returned a tuple; a Winner was expected", 20),
        (
            "ex02",
            WINNER.replace("{winner}", "{'index': winner[0], 'value': winner[1]}"),
            "`select` returned a dict; a Winner was expected",
            20,
        ),
        ("ex02", WINNER.replace("return {winner}", "winner"), "`select` returned None; a Winner was expected", 7),
    ],
)
def test_the_first_thing_a_beginner_reads_is_what_was_returned(
    box: Box, tmp_path: Path, exercise: str, source: str, error: str, line: int
) -> None:
    first = first_failure(box, tmp_path, exercise, source)

    assert (first.diagnosis, first.error, first.line) == ("wrong-kind", error, line)
    assert first.exception == "" or first.exception.endswith(" (raised by the scenario)")


def test_a_serial_answer_is_serial_whether_it_returns_a_list_or_a_tuple(box: Box, tmp_path: Path) -> None:
    assert first_failure(box, tmp_path, "ex01", SERIAL_TUPLE).diagnosis in ("serial", "deadlock")


TUPLE = """
import anyio
async def join(*fns):
    results = {}
    async def run(index, fn):
        results[index] = await fn()
    async with anyio.create_task_group() as tg:
        for index, fn in enumerate(fns):
            tg.start_soon(run, index, fn)
    return tuple(results[index] for index in range(len(fns)))
"""


def test_a_tuple_of_results_has_all_points_as_the_contract_says(box: Box, tmp_path: Path) -> None:
    verdict = verdict_of(box, tmp_path, TUPLE, exercise="ex01", backends=("asyncio", "trio"))
    contract = " ".join(builtin().exercise("ex01").stub.read_text(encoding="utf-8").split())

    assert verdict.points == 100
    assert "as a list (another sequence, such as a tuple, will do)" in contract


SWALLOWS = """
import anyio
async def join(*fns):
    results = [None] * len(fns)
    async def run(index, fn):
        results[index] = await fn()
    try:
        async with anyio.create_task_group() as tg:
            for index, fn in enumerate(fns):
                tg.start_soon(run, index, fn)
    except Exception:
        return None
    return results
"""


def test_none_in_place_of_an_exception_is_no_wrong_kind(box: Box, tmp_path: Path) -> None:
    first = first_failure(box, tmp_path, "ex01", SWALLOWS)

    assert first.diagnosis == "lost-error"


def test_bytes_that_were_decoded_are_told_from_bytes(box: Box, tmp_path: Path) -> None:
    reference = builtin().exercise("ex05").reference
    assert reference is not None
    decoded = reference.read_text().replace("async def fetch_data_from(", "async def _fetch(")
    decoded += "\n\nasync def fetch_data_from(url):\n    return (await _fetch(url)).decode('latin-1')\n"

    first = first_failure(box, tmp_path, "ex05", decoded)

    assert first.error == "`fetch_data_from` returned a str; bytes were expected"
    assert first.source == "    return (await _fetch(url)).decode('latin-1')"


MAP_RAISES_AND_FILTER_GENERATES = """
class Stream:
    def __init__(self, source):
        self._source = source
    @classmethod
    def from_iter(cls, items):
        async def all_items():
            for item in items:
                yield item
        return cls(all_items())
    def __aiter__(self):
        return self
    async def __anext__(self):
        return await self._source.__anext__()
    def map(self, fn):
        return {}["fn"]
    async def filter(self, fn):
        async for item in self._source:
            if fn(item):
                yield item
    async def collect(self):
        return [item async for item in self]
"""


def test_each_of_two_functions_that_fail_is_told_of_in_the_tests_that_call_it(box: Box, tmp_path: Path) -> None:
    failures = failures_of(box, tmp_path, MAP_RAISES_AND_FILTER_GENERATES, exercise="ex03")

    of_map = [failure for failure in failures if failure.exception == "KeyError: 'fn'"]
    of_filter = [failure for failure in failures if "`Stream.filter`" in failure.error]
    assert of_map
    assert of_filter
    assert {failure.line for failure in of_map} == {15}
    assert {failure.line for failure in of_filter} == {16}


def first_failure(box: Box, root: Path, exercise: str, source: str) -> Failure:
    """The failure of the first hidden test that a submission of an exercise that comes with the grader fails."""
    return failures_of(box, root, source, exercise=exercise)[0]
