"""One play after the other: each begins afresh and says everything about itself in one message."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.box.player import PLAYS_PER_FULL_COLLECTION, Output, too_large
from grader.kit.exercise import Limits
from grader.sandbox.box import Box, Job
from grader.sandbox.cell import Cell
from grader.sandbox.play import Play
from grader.sandbox.reading import read
from grader.wire.lines import dumps, loads
from grader.wire.recording import Ended
from grader.wire.rows import MAX_RETURNED, Remark
from grader.wire.turns import MAX_CHOICES, natural
from grader.wire.values import Token
from tests.plays_samples import (
    RUN_MAIN,
    RUN_MAIN_WITH_INPUTS,
    RUN_MAIN_WITH_STAGE,
    cell_of,
    line_of,
    on_both_backends,
    play_of,
    played,
)


@on_both_backends
def test_the_module_is_fresh_for_every_play(box: Box, backend: str) -> None:
    source = """
    calls = 0
    seen = []
    async def main():
        global calls
        calls += 1
        seen.append(calls)
        return seen
    """
    with cell_of(box, source) as cell:
        results = [cell.recording(play_of(backend, seed=seed)).result for seed in range(4)]

    assert results == [[1]] * 4


@on_both_backends
def test_the_scenarios_are_fresh_for_every_play(box: Box, backend: str) -> None:
    scenarios = """
    calls = []
    async def scenario(stage):
        calls.append(1)
        return len(calls)
    """
    with cell_of(box, "", scenarios) as cell:
        results = [cell.recording(play_of(backend, seed=seed)).result for seed in range(3)]

    assert results == [1, 1, 1]


@on_both_backends
def test_the_module_is_known_under_its_name(box: Box, backend: str) -> None:
    source = """
    from dataclasses import dataclass
    @dataclass
    class Point:
        x: "int"
    async def main():
        import sys
        return [__name__, __file__, sys.modules["x"].Point is Point, Point(3).x]
    """
    assert played(box, backend, source).result == ["x", "/submission/x.py", True, 3]


@on_both_backends
def test_inputs_arrive_as_they_were_given(box: Box, backend: str) -> None:
    scenarios = """
    async def scenario(stage, **inputs):
        return [inputs, [type(value).__name__ for value in inputs.values()]]
    """
    inputs = {"number": 1, "flag": True, "pair": (1, [2]), "table": {1: "one"}, "data": b"\xff", "text": "a'b"}

    assert played(box, backend, "", scenarios, **inputs).result == [
        inputs,
        ["int", "bool", "tuple", "dict", "bytes", "str"],
    ]


@on_both_backends
def test_the_clock_and_the_numbers_of_tasks_begin_anew(box: Box, backend: str) -> None:
    source = "import anyio\nasync def main(stage):\n    await anyio.sleep(100)\n    return stage.now"
    with cell_of(box, source, RUN_MAIN_WITH_STAGE) as cell:
        first, second = (cell.recording(play_of(backend, seed=seed)) for seed in (1, 2))

    assert first.result == second.result == 100.0
    assert first.trace is not None
    assert second.trace is not None
    assert first.trace.tasks == second.trace.tasks


@on_both_backends
def test_a_play_goes_the_same_way_with_and_without_a_trace(box: Box, backend: str) -> None:
    source = """
    import anyio
    async def job(stage, name):
        for _ in range(5):
            stage.mark(name)
            await anyio.sleep(0)
    async def main(stage):
        async with anyio.create_task_group() as tg:
            for name in "abc":
                tg.start_soon(job, stage, name)
    """
    with cell_of(box, source, RUN_MAIN_WITH_STAGE) as cell:
        for seed in range(4):
            # In this order: a cell answers a play without a trace by the one with a trace, if it has that.
            plain = cell.recording(Play("scenario", Play.encode({}), backend, seed))
            traced = cell.recording(play_of(backend, seed=seed))

            assert plain is not traced
            assert plain.order == traced.order
            assert (plain.choices, plain.widths, plain.steps) == (traced.choices, traced.widths, traced.steps)


@on_both_backends
def test_an_ending_is_the_same_with_and_without_a_trace(box: Box, backend: str) -> None:
    source = """
    import anyio
    async def main():
        await anyio.sleep(3)
        await anyio.Event().wait()
    """
    with cell_of(box, source) as cell:
        plain = cell.recording(Play("scenario", Play.encode({}), backend))
        traced = cell.recording(play_of(backend))

    assert plain is not traced
    assert plain.ended is traced.ended is Ended.DEADLOCK
    assert plain.waiting == traced.waiting != ()


@on_both_backends
def test_a_play_with_more_choices_than_may_cross_says_so(box: Box, backend: str) -> None:
    source = """
    import anyio
    async def job():
        for _ in range(600): await anyio.sleep(0)
    async def main():
        async with anyio.create_task_group() as tg:
            tg.start_soon(job)
            tg.start_soon(job)
    """
    recording = played(box, backend, source, seed=1)

    assert recording.many
    assert len(recording.widths) == len(recording.choices) == MAX_CHOICES


# ---- output ----------------------------------------------------------------------------------------------------------


@on_both_backends
def test_what_is_printed_comes_along_up_to_the_limit(box: Box, backend: str) -> None:
    source = """
    import sys
    async def main():
        print("hello")
        print("world", file=sys.stderr)
        print("x" * 100)
    """
    recording = played(box, backend, source, limits=Limits(output_bytes=20))

    assert recording.output == "hello\nworld\nxxxxxxxx\n... and 93 characters more"


@on_both_backends
def test_what_one_play_prints_is_not_in_the_next(box: Box, backend: str) -> None:
    with cell_of(box, "async def main(): print('once')") as cell:
        outputs = [cell.recording(play_of(backend, seed=seed)).output for seed in range(2)]

    assert outputs == ["once\n", "once\n"]


@on_both_backends
def test_printing_without_end_takes_no_memory(box: Box, backend: str) -> None:
    source = """
    async def main():
        for _ in range(3000):
            print("x" * 1_000_000)
    """
    recording = played(box, backend, source)

    assert recording.ended is Ended.RETURNED
    assert len(recording.output) < Limits().output_bytes + 100


@on_both_backends
def test_writing_to_the_descriptors_does_not_disturb_the_messages(box: Box, backend: str) -> None:
    source = """
    import os
    async def main():
        os.write(1, b"{}\\n")
        os.write(2, b"{}\\n")
        return "fine"
    """
    assert played(box, backend, source).result == "fine"


def test_output_counts_what_it_drops() -> None:
    noted: list[str] = []
    output = Output(5, noted.append)

    assert [output.write("abc"), output.write("defg"), output.write("h")] == [3, 4, 1]
    assert noted == ["abc", "de"]
    assert output.text() == "abcde\n... and 3 characters more"
    assert output.writable()


@on_both_backends
@pytest.mark.parametrize("call", ["input('? ')", "breakpoint()"])
def test_a_call_that_waits_for_a_person_says_that_there_is_none(box: Box, backend: str, call: str) -> None:
    recording = played(box, backend, f"async def main():\n    {call}  # here")
    (leaf,) = recording.raised.leaves

    assert leaf.types[0] == "RuntimeError"
    assert leaf.line == 2
    assert call.partition("(")[0] in leaf.message
    assert "the grader plays your code" in leaf.message
    assert leaf.message.endswith("take it out")


# ---- crashes ---------------------------------------------------------------------------------------------------------


@on_both_backends
def test_an_exception_with_a_hostile_message_that_goes_through_the_loop_is_a_crash(box: Box, backend: str) -> None:
    source = """
    class Meta(type):
        __mro__ = (5,)
        __name__ = property(lambda cls: 5)
    class Hostile(BaseException, metaclass=Meta):
        def __str__(self): raise KeyboardInterrupt
    async def main():
        raise Hostile  # here
    """
    recording = played(box, backend, source)

    assert (recording.ended, recording.reason, recording.line) == (Ended.CRASHED, "Hostile", line_of(source))


@on_both_backends
def test_after_a_crash_the_next_play_gets_a_process_of_its_own(box: Box, backend: str) -> None:
    source = """
    import os, sys
    async def main(): sys.exit()
    async def process(): return os.getpid()
    """
    scenarios = f"{RUN_MAIN}\nasync def other(stage): return await stage.submission.process()"
    with cell_of(box, source, scenarios) as cell:
        first = cell.recording(play_of(backend, scenario="other")).result
        assert cell.recording(play_of(backend)).ended is Ended.CRASHED
        second = cell.recording(play_of(backend, scenario="other", seed=1)).result

    assert first != second


@on_both_backends
def test_plays_that_end_by_themselves_share_a_process(box: Box, backend: str) -> None:
    source = "import os\nasync def main(): return os.getpid()"
    with cell_of(box, source) as cell:
        processes = {int(cell.recording(play_of(backend, seed=seed)).result) for seed in range(3)}  # type: ignore[call-overload]

    assert len(processes) == 1


@on_both_backends
def test_a_scenario_that_is_not_there_is_no_fault_of_the_play(box: Box, backend: str) -> None:
    with cell_of(box, "async def main(): pass") as cell:
        recording = cell.recording(play_of(backend, scenario="missing"))

    assert recording.raised.isa("AttributeError")


def test_a_message_that_does_not_fit_is_replaced_by_one_that_the_trusted_side_reads() -> None:
    message = {
        "play": "1", "ended": "returned", "reason": "", "line": None, "waiting": [], "elapsed": 3.0, "result": "x" * 10,
        "raised": None, "spans": [], "marks": [[0.0, "a", 1]], "attempts": [], "returns": [], "hygiene": [],
        "choices": [], "widths": [], "many": False, "steps": 4, "output": "said", "trace": None, "digest": "0",
        "spent": False, "now": 4.0, "instants": [[0.0, "mark", 0, 1], [3.0, "over", 0, 0]], "failed_at": None,
    }  # fmt: skip
    line = dumps(too_large(message))
    recording, spent = read(loads(line), play="1", scenario="s", backend="trio", choose=natural, late=100)

    assert (recording.ended, recording.reason) == (Ended.LIMIT, "it returned or marked more than the grader accepts")
    assert (recording.order, recording.value, recording.output, spent) == ([], None, "said", False)


# ---- what kinds of values were returned ------------------------------------------------------------------------------

RETURNING = """
import anyio
class Winner: pass
class Mine(list):
    def method(self):
        return "text"
    @classmethod
    def made(cls):
        return cls()
async def nothing():
    await anyio.sleep(1)
async def early():
    await anyio.sleep(1)
    if True:
        return Winner()
    await anyio.sleep(1)
async def fails():
    await anyio.sleep(1)
    raise ValueError
async def generates():
    yield 1
def plain():
    return nothing()
async def main(stage):
    async def inner():
        return 1
    await inner()
    (lambda: 1)()
    await nothing()
    await early()
    await stage.attempt("fails", fails)
    async for _ in generates():
        pass
    await plain()
    Mine.made().method()
    return [1]
"""


def kinds(box: Box, backend: str, source: str = RETURNING) -> list[tuple[str, str]]:
    with cell_of(box, source, RUN_MAIN_WITH_STAGE) as cell:
        recording = cell.recording(replace(play_of(backend), returns=True))
    return [(returned.name, returned.types[0]) for returned in recording.returns]


@on_both_backends
def test_what_kinds_of_values_the_functions_of_a_submission_return_is_told_if_it_is_asked_for(
    box: Box, backend: str
) -> None:
    assert kinds(box, backend) == [
        ("early", "submission.Winner"),
        ("plain", "coroutine"),
        ("nothing", "NoneType"),
        ("Mine.made", "submission.Mine"),
        ("Mine.method", "str"),
        ("main", "list"),
    ]


def test_what_was_returned_last_is_told_and_of_a_large_value_the_type_alone(box: Box) -> None:
    source = """
    from dataclasses import dataclass
    def count(n):
        return [n, "text"]
    @dataclass(frozen=True)
    class Winner:
        index: int
        value: str
    def winner():
        return Winner(1, "fast")
    def many():
        return [0] * 1000
    def long():
        return "x" * 5000
    async def main(stage):
        given = stage.token("given", object())
        def hand():
            return given
        count(1), count(2), many(), long(), winner()
        return {"key": given}
    """
    with cell_of(box, source, RUN_MAIN_WITH_STAGE) as cell:
        returns = cell.recording(replace(play_of("asyncio"), returns=True)).returns

    values = {returned.name: returned.value for returned in returns}
    assert values["count"] == [2, "text"]
    assert values["main"] == {"key": Token("given")}
    assert repr(values["winner"]) == "Record(type_name='Winner', fields=(('index', 1), ('value', 'fast')))"
    assert [repr(values[name]) for name in ("many", "long")] == ["Opaque(type_name='list')", "Opaque(type_name='str')"]


@on_both_backends
def test_a_play_goes_the_same_way_with_and_without_the_kinds(box: Box, backend: str) -> None:
    with cell_of(box, RETURNING, RUN_MAIN_WITH_STAGE) as cell:
        plain = cell.recording(play_of(backend, seed=1))
        watched = cell.recording(replace(play_of(backend, seed=1), returns=True))

    assert plain.returns == ()
    assert watched.returns != ()
    assert replace(watched, returns=()).trace == plain.trace
    assert (watched.digest, watched.steps, watched.value, watched.waiting) == (
        plain.digest,
        plain.steps,
        plain.value,
        plain.waiting,
    )


@on_both_backends
def test_functions_are_the_same_objects_while_their_values_are_watched(box: Box, backend: str) -> None:
    source = """
    import inspect
    async def other():
        return 1
    async def main(stage):
        own = stage.submission.other
        return [own is other, inspect.iscoroutinefunction(own), len(inspect.stack()), await own()]
    """
    with cell_of(box, source, RUN_MAIN_WITH_STAGE) as cell:
        plain = cell.recording(play_of(backend))
        watched = cell.recording(replace(play_of(backend), returns=True))

    assert watched.result == plain.result
    assert watched.returns


@on_both_backends
def test_the_kinds_of_a_hostile_submission_are_bounded(box: Box, backend: str) -> None:
    source = """
    class Lies(type):
        __name__ = __mro__ = property(lambda self: 1 / 0)
        def __getattribute__(self, name): raise ValueError
    def one(kind):
        return kind()
    async def main(stage):
        for number in range(200):
            one(Lies(f"x{number}" + "x" * 500, (), {"__module__": "builtins"}))
    """
    found = kinds(box, backend, source)

    assert len(found) == MAX_RETURNED
    assert all(name == "one" and kind.startswith("submission.x") and len(kind) < 300 for name, kind in found)


@on_both_backends
def test_the_line_of_the_scenarios_is_told_if_an_exception_came_from_there(box: Box, backend: str) -> None:
    scenarios = """
    async def scenario(stage):
        async def job():
            return None.real
        await stage.attempt("own", job)
        await stage.attempt("through", stage.submission.main, job)
        await stage.attempt("submission", stage.submission.main, stage.submission.fails)
        await stage.attempt("library", stage.submission.main, sleep)
        stage.nothing

    from functools import partial
    import anyio
    sleep = partial(anyio.sleep, "x")
    """
    source = "async def main(fn):\n    await fn()\nasync def fails():\n    raise ValueError\n"
    recording = played(box, backend, source, scenarios)

    leaves = [recording.attempt(name).raised.leaves[0] for name in ("own", "through", "submission", "library")]
    assert [leaf.scenario_line for leaf in leaves] == [4, 4, None, None]
    assert [leaf.line for leaf in leaves] == [None, 2, 4, 2]
    assert recording.raised.leaves[0].scenario_line == 9


# ---- coroutines that nothing awaits, and what dies late --------------------------------------------------------------


@on_both_backends
@pytest.mark.parametrize("end", ["return 3", "raise SystemExit"])
def test_who_made_a_coroutine_that_nothing_awaits_is_told_without_a_trace_too(box: Box, backend: str, end: str) -> None:
    """``raise SystemExit`` leaves the process unfit for another play, which its line takes."""
    submission = f"""
    import anyio
    async def main():
        anyio.sleep(1)  # here
        {end}
    """
    with cell_of(box, submission) as cell:
        recording = cell.recording(replace(play_of(backend), trace=False))

    assert recording.remarks == (Remark(slug="never-awaited", line=line_of(submission), detail="sleep"),)


@on_both_backends
def test_a_play_in_which_everything_is_awaited_is_made_once_and_without_a_trace(box: Box, backend: str) -> None:
    with cell_of(box, "async def main(): return 3") as cell:
        recording = cell.recording(replace(play_of(backend), trace=False))

        assert (recording.trace, cell.plays) == (None, 1)


@on_both_backends
def test_one_that_was_made_in_another_thread_is_no_remark_without_a_line(box: Box, backend: str) -> None:
    submission = """
    import anyio
    async def work():
        pass
    def drop():
        work()
    async def main():
        await anyio.to_thread.run_sync(drop)
    """
    with cell_of(box, submission) as cell:
        assert cell.recording(replace(play_of(backend), trace=False)).remarks == ()


class OnePlay(Cell):
    """Has spent its budget with the first play."""

    def _next(self) -> None:
        super()._next()
        self.budget.spent = "it is spent"


def test_where_no_second_play_can_be_paid_for_the_first_one_counts(box: Box) -> None:
    submission = "import anyio\nasync def main(): anyio.sleep(1)"
    cell = OnePlay(box, Job(module="x", submission=submission, scenarios=RUN_MAIN, limits=Limits()))
    recording = cell.recording(replace(play_of("asyncio"), trace=False))
    cell.close()

    assert recording.ended is Ended.RETURNED
    assert recording.remarks == (Remark(slug="never-awaited", line=None, detail="sleep"),)


CYCLE = """
class Holder:
    pass

async def work():
    pass

async def main(number):
    holder = Holder()
    holder.itself, holder.coroutine = holder, work()  # here
    return number
"""


@on_both_backends
def test_what_dies_in_a_cycle_dies_in_its_own_play_however_many_there_were(box: Box, backend: str) -> None:
    remark = Remark(slug="never-awaited", line=line_of(CYCLE), detail="work")
    with cell_of(box, CYCLE, RUN_MAIN_WITH_INPUTS) as cell:
        found = [cell.recording(play_of(backend, number=number)) for number in range(2 * PLAYS_PER_FULL_COLLECTION)]

    assert [recording.result for recording in found] == list(range(len(found)))
    assert {recording.remarks for recording in found} == {(remark,)}
