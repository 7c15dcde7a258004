"""Which line a failed play is shown with, on recordings made by hand."""

from __future__ import annotations

from dataclasses import replace

from grader.judge.explain.code import Code
from grader.judge.explain.lines import line_to_look_at, longest_wait
from grader.wire.recording import Ended, Recording, Trace
from grader.wire.rows import Event, Leaf, Raised, Remark, Waiting

SOURCE = "import anyio\n\nX = 1\n\n\nasync def _helper():\n    pass\n\n\nasync def join():\n    pass\n"


def play(ended: Ended = Ended.RETURNED, **fields: object) -> Recording:
    recording = Recording(scenario="s", backend="trio", ended=ended)
    return replace(recording, **fields)  # type: ignore[arg-type]


def leaf(name: str, message: str = "", *, line: int | None = None, token: str | None = None) -> Leaf:
    return Leaf(token=token, types=(name, "Exception"), message=message, line=line)


def raised(*leaves: Leaf) -> Raised:
    return Raised(bare=True, leaves=leaves)


def trace(*events: tuple[float, str, int, int | None]) -> Trace:
    rows = tuple(Event(time=time, kind=kind, task=task, line=line, info=None) for time, kind, task, line in events)
    return Trace(tasks=(), events=rows, spans=(), elapsed=9)


def test_the_line_of_the_ending_comes_first() -> None:
    recording = play(Ended.BLOCKED_LOOP, line=7, remarks=(Remark(slug="blocked-loop", line=3, detail=""),))

    assert line_to_look_at("blocked-loop", recording, Code(SOURCE)) == 7


def test_in_a_deadlock_it_is_the_line_that_has_waited_longest() -> None:
    waiting = tuple(
        Waiting(task="t", line=line, awaiting="x", since=since) for line, since in [(4, 2.0), (None, 0.0), (6, 1.0)]
    )

    assert line_to_look_at("deadlock", play(Ended.DEADLOCK, waiting=waiting), Code(SOURCE)) == 6


def test_a_deadlock_without_a_line_points_at_the_function() -> None:
    assert line_to_look_at("deadlock", play(Ended.DEADLOCK), Code(SOURCE)) == 10


def test_what_was_left_behind_is_shown_where_it_was_made() -> None:
    remarks = (Remark(slug="unclosed", line=2, detail=""), Remark(slug="leaked-task", line=3, detail=""))

    assert line_to_look_at("leaked-task", play(remarks=remarks), Code(SOURCE)) == 3


def test_an_exception_is_shown_where_it_came_from() -> None:
    recording = play(Ended.RAISED, error=raised(leaf("KeyError", line=None), leaf("ValueError", line=8)))

    assert line_to_look_at("raised", recording, Code(SOURCE)) == 8


def test_otherwise_it_is_the_line_in_which_most_time_was_spent() -> None:
    events = trace((0, "suspend", 1, 4), (1, "resume", 1, None), (1, "suspend", 1, 6), (5, "resume", 1, None))

    assert line_to_look_at("serial", play(trace=events), Code(SOURCE)) == 6


def test_where_no_time_passes_it_is_the_line_that_was_waited_in_most_often() -> None:
    events = trace((0, "suspend", 1, 4), (0, "suspend", 2, 6), (0, "resume", 2, None), (0, "suspend", 2, 6))

    assert longest_wait(events) == 6


def test_of_two_lines_that_waited_alike_it_is_the_first() -> None:
    assert longest_wait(trace((0, "suspend", 1, 6), (0, "suspend", 2, 4))) == 4


def test_time_that_tasks_spend_side_by_side_counts_for_each_line() -> None:
    events = trace(
        (0, "suspend", 1, 4), (0, "suspend", 2, 6), (0, "suspend", 3, 6), (2, "resume", 2, None),
        (2, "resume", 3, None), (3, "resume", 1, None),
    )  # fmt: skip

    assert longest_wait(events) == 6


def test_without_any_wait_it_is_the_first_public_definition() -> None:
    assert line_to_look_at("serial", play(trace=trace((0, "start", 0, None))), Code(SOURCE)) == 10
    assert line_to_look_at("serial", play(), Code("x = 1\n")) is None


# ---- the function that the broken promise is about -------------------------------------------------------------------

TWO_ENDS = """\
class Sender:
    async def send(self, item):
        await wait_for_room(self)

    def clone(self):
        raise ClosedResourceError

    async def __anext__(self):
        return 1


class Receiver:
    async def receive(self):
        await self.changed.wait()

    async def __anext__(self):
        return await self.receive()


async def wait_for_room(sender):
    await sender.changed.wait()
"""


def of_two_ends(slug: str, recording: Recording, owner: str) -> int | None:
    code = Code(TWO_ENDS)
    return line_to_look_at(slug, recording, code, code.function(owner) or code.classes[owner])


def test_a_wait_elsewhere_does_not_explain_a_broken_promise() -> None:
    events = trace((0, "suspend", 1, 14), (9, "resume", 1, None), (0, "suspend", 2, 21), (1, "resume", 2, None))

    assert of_two_ends("wrong-order", play(trace=events), "Receiver.receive") == 14
    assert of_two_ends("wrong-order", play(trace=events), "Sender.send") == 21, "in a function that it calls"
    assert of_two_ends("wrong-order", play(trace=events), "Sender.clone") == 5


def test_nor_does_an_error_that_is_raised_elsewhere_on_purpose() -> None:
    recording = play(error=raised(leaf("ClosedResourceError", line=6)))

    assert of_two_ends("closed-end", recording, "Sender.send") == 2
    assert of_two_ends("closed-end", recording, "Sender") == 6


def test_a_checkpoint_is_missing_where_the_next_item_comes_without_an_await() -> None:
    events = trace((0, "suspend", 1, 14), (9, "resume", 1, None))

    assert of_two_ends("no-checkpoint", play(trace=events), "Sender") == 8
    assert of_two_ends("no-checkpoint", play(trace=events), "Receiver") == 12, "no wait explains a missing one"


def test_names_that_lead_back_to_each_other_are_followed_once() -> None:
    code = Code("def a():\n    b()\n\n\ndef b():\n    a()\n\n\ndef c():\n    pass\n")
    (first, *_) = code.functions

    assert code.within_reach(first) == {1, 2, 5, 6}
