"""What was under way when a play was stopped is shown as going on."""

from __future__ import annotations

import pytest

from grader.judge.unwinding import spans_as_at
from grader.wire.rows import Event
from tests.explain_samples import span, trace


def block(time: float, task: int) -> Event:
    return Event(time=time, kind="block", task=task, line=1, info="0")


@pytest.mark.parametrize(
    ("ended", "how"),
    [
        (span("work", 0, 5, 1, how="cancelled"), "open"),
        (span("work", 0, 7, 1, how="returned"), "open"),
        (span("work", 0, 5, 0, how="raised"), "open"),
        (span("work", 0, 5, 2, how="raised"), "open"),
        (span("work", 0, 5, 1, how="raised"), "raised"),
        (span("work", 0, 5, 1, how="returned"), "returned"),
        (span("work", 0, 4, 1, how="cancelled"), "cancelled"),
    ],
    ids=["cancelled then", "later", "raised in the main task", "held up the loop", "raised", "returned", "before"],
)
def test_only_what_the_simulation_has_ended_goes_on(ended, how) -> None:
    (stood,) = spans_as_at([ended], trace(block(5, 2)), 5)

    assert (stood.how, stood.stopped) == (how, None if how == "open" else ended.stopped)


def test_what_began_after_the_play_was_stopped_is_left_out() -> None:
    assert spans_as_at([span("late", 6, 7)], trace(), 5) == ()
