"""Plays without an event loop: a plain scenario comes to its end, or what it does instead has a name."""

from __future__ import annotations

import pytest

from grader.sandbox.box import Box
from grader.sandbox.play import Play
from grader.wire import PLAIN
from grader.wire.recording import Ended, Recording
from grader.wire.rows import Remark
from tests.plays_samples import cell_of, line_of, play_of, played

RUN_MAIN = """
def scenario(stage):
    return stage.submission.main()
"""
RUN_MAIN_WITH_STAGE = """
def scenario(stage):
    return stage.submission.main(stage)
"""
ROUND_ROBIN = """
class Pause:
    def __await__(self):
        yield
async def work(turns):
    for _ in range(turns):
        await Pause()
    return turns
def run(tasks):
    while tasks:
        task = tasks.pop(0)
        try:
            task.send(None)
        except StopIteration:
            continue
        tasks.append(task)
"""
"""A submission that runs coroutines by turns, without an event loop."""


def plainly(box: Box, source: str, scenarios: str = RUN_MAIN, **inputs: object) -> Recording:
    return played(box, PLAIN, source, scenarios, **inputs)


def steps(recording: Recording) -> list[tuple[str, str]]:
    """What each task did, by its name."""
    assert recording.trace is not None
    names = {task.id: task.name for task in recording.trace.tasks}
    return [(names[event.task], event.kind) for event in recording.trace.events if event.kind != "spawn"]


# ---- what a plain scenario does and records --------------------------------------------------------------------------


def test_a_plain_scenario_returns(box: Box) -> None:
    recording = plainly(box, "def main():\n    return [1, 'two']")

    assert recording.ended is Ended.RETURNED
    assert recording.result == [1, "two"]
    assert recording.backend == PLAIN


@pytest.mark.parametrize("error", ["ValueError('no')", "StopIteration(3)"])
def test_what_it_raises_comes_out(box: Box, error: str) -> None:
    recording = plainly(box, f"def main():\n    raise {error}")

    assert recording.ended is Ended.RAISED
    assert recording.raised.isa(error.partition("(")[0])


def test_there_is_nothing_to_choose(box: Box) -> None:
    recording = plainly(box, "def main():\n    return 1")

    assert (recording.choices, recording.widths) == ((), ())


def test_the_stage_records_in_plain_functions(box: Box) -> None:
    source = """
    def main(stage):
        thing = stage.token("thing")
        stage.mark("begin", 1)
        with stage.span("work"):
            pass
        stage.attempt_sync("fails", int, "x")
        return [thing, stage.attempt_sync("works", int, "3"), stage.now]
    """
    recording = plainly(box, source, RUN_MAIN_WITH_STAGE)

    assert recording.order == ["begin"]
    assert recording.span("work").how == "returned"
    assert recording.attempt("fails").raised.isa("ValueError")
    assert recording.result[1:] == [3, 0.0]


def test_a_span_says_what_was_raised_in_it(box: Box) -> None:
    source = """
    def main(stage):
        with stage.span("work"):
            raise ValueError("no")
    """
    recording = plainly(box, source, RUN_MAIN_WITH_STAGE)

    assert recording.span("work").raised.isa("ValueError")
    assert recording.raised.isa("ValueError")


@pytest.mark.parametrize("call", ["stage.gate(2)", "stage.caller().__enter__()", "stage.settle().send(None)"])
def test_what_needs_an_event_loop_says_so(box: Box, call: str) -> None:
    recording = plainly(box, f"def main(stage):\n    {call}", RUN_MAIN_WITH_STAGE)

    assert "needs an event loop" in recording.raised.message


# ---- time ------------------------------------------------------------------------------------------------------------


def test_sleeping_takes_virtual_time_and_blocks_nothing(box: Box) -> None:
    source = """
    import time
    def main(stage):
        with stage.span("sleep"):
            time.sleep(3600)
        return time.monotonic()
    """
    recording = plainly(box, source, RUN_MAIN_WITH_STAGE)

    assert recording.result == 3600.0
    assert recording.elapsed == recording.span("sleep").took == 3600


def test_sleeping_for_too_long_is_late(box: Box) -> None:
    source = """
    import time
    def main():
        time.sleep(5)
        time.sleep(10)  # here
    """
    with cell_of(box, source, RUN_MAIN) as cell:
        recording = cell.recording(Play("scenario", Play.encode({}), PLAIN, within=12))

    assert recording.ended is Ended.LATE
    assert recording.elapsed == 12
    assert recording.line == line_of(source)


def test_sleeping_without_an_end_is_late(box: Box) -> None:
    source = """
    import time
    def main():
        while True:
            time.sleep(0.001)
    """
    recording = plainly(box, source)

    assert recording.ended is Ended.LATE
    assert "10001 sleeps" in recording.reason


# ---- what does not come back -----------------------------------------------------------------------------------------


def test_a_loop_without_an_end_never_returns(box: Box) -> None:
    source = """
    def main():
        n = 0
        while n >= 0:
            n += 1  # here
    """
    recording = plainly(box, source)

    assert recording.ended is Ended.NEVER_RETURNS
    assert recording.reason == "computing"
    assert recording.line in (line_of(source), line_of(source) - 1)


def test_code_that_catches_everything_cannot_hold_it_up(box: Box) -> None:
    source = """
    def main():
        while True:
            try:
                while True:
                    pass
            except BaseException:
                pass
    """
    assert plainly(box, source).ended is Ended.NEVER_RETURNS


def test_a_long_call_into_c_never_returns(box: Box) -> None:
    source = """
    import re
    def main():
        re.match("(a+)+$", "a" * 64 + "b")  # here
    """
    recording = plainly(box, source)

    assert recording.ended is Ended.NEVER_RETURNS
    assert recording.line == line_of(source)


def test_a_wait_that_nothing_ends_never_returns(box: Box) -> None:
    source = """
    import threading
    def main():
        threading.Event().wait()  # here
    """
    recording = plainly(box, source)

    assert recording.ended is Ended.NEVER_RETURNS
    assert recording.reason == "a call that blocks"
    assert recording.line == line_of(source)


def test_computing_for_less_than_a_second_is_allowed(box: Box) -> None:
    source = """
    import time
    def main():
        begin = time.thread_time()
        while time.thread_time() - begin < 0.7:
            pass
        return "back"
    """
    assert plainly(box, source).result == "back"


def test_a_play_that_hung_does_not_make_others_hang(box: Box) -> None:
    source = """
    import time
    def main(seconds):
        begin = time.thread_time()
        while time.thread_time() - begin < seconds:
            pass
        return "back"
    """
    scenarios = """
    def scenario(stage, seconds):
        return stage.submission.main(seconds)
    """
    with cell_of(box, source, scenarios) as cell:
        hung = cell.recording(play_of(PLAIN, seconds=100))
        other = cell.recording(play_of(PLAIN, seconds=0.2))

    assert hung.ended is Ended.NEVER_RETURNS
    assert other.result == "back"


def test_leaving_the_process_is_told(box: Box) -> None:
    recording = plainly(box, "import sys\ndef main():\n    sys.exit()")

    assert recording.ended is Ended.CRASHED
    assert "sys.exit()" in recording.reason


# ---- what is left behind ---------------------------------------------------------------------------------------------


def test_a_coroutine_that_nothing_awaits_is_remarked(box: Box) -> None:
    source = """
    async def work():
        pass
    def main():
        work()  # here
    """
    assert plainly(box, source).remarks == (Remark(slug="never-awaited", line=line_of(source), detail="work"),)


def test_a_coroutine_that_is_left_half_done_is_remarked(box: Box) -> None:
    source = """
    class Pause:
        def __await__(self):
            yield  # here
    async def work():
        await Pause()
    def main():
        global kept
        kept = work()
        kept.send(None)
    """
    assert plainly(box, source).remarks == (Remark(slug="unclosed", line=line_of(source), detail="__await__"),)


def test_a_coroutine_that_is_closed_is_not(box: Box) -> None:
    source = """
    class Pause:
        def __await__(self):
            yield
    async def work():
        await Pause()
    def main():
        global kept
        kept = work()
        kept.send(None)
        kept.close()
    """
    assert plainly(box, source).remarks == ()


# ---- coroutines that a scenario follows ------------------------------------------------------------------------------

FOLLOW_TWO = """
def scenario(stage):
    work = stage.submission.work
    stage.submission.run([stage.follow("a", work(2)), stage.follow("b", work(1))])
"""


def test_each_send_into_a_followed_coroutine_is_a_step_of_a_task(box: Box) -> None:
    recording = plainly(box, ROUND_ROBIN, FOLLOW_TWO)

    taken = [name for name, kind in steps(recording) if kind in ("start", "resume")]
    assert taken == ["main", "a", "b", "a", "b", "a"]
    assert [name for name, kind in steps(recording) if kind == "finish"] == ["b", "a", "main"]


def test_an_untraced_play_of_followed_coroutines_is_the_same(box: Box) -> None:
    with cell_of(box, ROUND_ROBIN, FOLLOW_TWO) as cell:
        assert cell.recording(Play("scenario", Play.encode({}), PLAIN)).ended is Ended.RETURNED


def test_a_followed_coroutine_gives_what_it_returns_raises_and_is_sent(box: Box) -> None:
    scenarios = """
    class Ask:
        def __await__(self):
            return (yield "a question")
    async def ask(stage):
        try:
            answer = await Ask()
            await Ask()
        except ValueError as error:
            return [answer, str(error)]
        finally:
            stage.mark("over")
    def scenario(stage):
        first = stage.follow("first", ask(stage))
        second = stage.follow("second", ask(stage))
        yielded = first.send(None)
        first.send("an answer")
        second.send(None)
        second.close()
        try:
            first.throw(ValueError("an error"))
        except StopIteration as stop:
            return [yielded, *stop.value]
    """
    recording = plainly(box, "", scenarios)

    assert recording.result == ["a question", "an answer", "an error"]
    assert recording.order == ["over", "over"]
    assert recording.trace is not None
    ends = [event.info for event in recording.trace.events if event.kind == "finish"]
    assert ends == ["cancelled", "returned", "returned"]


def test_what_happens_in_a_step_belongs_to_its_task(box: Box) -> None:
    scenarios = """
    async def work(stage):
        with stage.span("inside"):
            print("hello")
    def scenario(stage):
        try:
            stage.follow("a", work(stage)).send(None)
        except StopIteration:
            pass
        with stage.span("outside"):
            pass
    """
    recording = plainly(box, "", scenarios)

    assert recording.trace is not None
    number = {task.name: task.id for task in recording.trace.tasks}
    assert recording.span("inside").task == number["a"]
    assert recording.span("outside").task == number["main"]
    assert [event.task for event in recording.trace.events if event.kind == "print"] == [number["a"]]


def test_an_executor_that_polls_for_ever_never_returns(box: Box) -> None:
    source = """
    def run(task):
        while True:
            task.send(None)  # here
    """
    scenarios = """
    class Pause:
        def __await__(self):
            while True:
                yield
    async def work():
        await Pause()
    def scenario(stage):
        stage.submission.run(stage.follow("a", work()))
    """
    recording = plainly(box, source, scenarios)

    assert recording.ended is Ended.NEVER_RETURNS
    assert recording.line in (line_of(source), line_of(source) - 1)


def test_following_is_for_plain_scenarios(box: Box) -> None:
    scenarios = """
    async def scenario(stage):
        stage.follow("a", stage.submission.main())
    """
    assert "backends = []" in played(box, "trio", "async def main(): pass", scenarios).raised.message
