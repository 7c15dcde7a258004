"""The file for Perfetto holds every failed play, the learner's beside the reference's."""

from __future__ import annotations

import json

import pytest

from grader.reports.perfetto import trace_events
from tests.samples import (
    cancelled_at_step,
    case,
    event,
    failing,
    failure,
    hostile,
    one_after_the_other,
    passing,
    span,
    together,
    trace,
    verdict,
)


def rows(*verdicts):
    return json.loads(trace_events(verdicts))["traceEvents"]


def serial():
    why = failure(trace=one_after_the_other(a=3, b=5), reference=together(a=3, b=5))
    return verdict(case(2, "label", 8, passing("trio"), failing("asyncio", why)))


def test_each_play_is_a_process_with_a_name_of_its_own():
    named = [row for row in rows(serial()) if row["name"] == "process_name"]

    assert [row["args"]["name"] for row in named] == [
        "ex01 test 2 on asyncio: yours",
        "ex01 test 2 on asyncio: reference",
    ]
    assert len({row["pid"] for row in named}) == 2


def test_a_span_is_as_long_in_microseconds_as_in_virtual_seconds():
    stretches = [row for row in rows(serial()) if row["ph"] == "X" and row["name"] in "ab"]

    assert [(row["name"], row["ts"], row["dur"]) for row in stretches[:2]] == [("a", 0, 3e6), ("b", 3e6, 5e6)]


def test_a_wait_says_what_for_and_a_blocked_loop_for_how_long():
    happened = [event(0, "suspend", 0, "sleep"), event(1, "resume", 0), event(1, "block", 0, "3")]
    play = trace(span("a", 0, 4), elapsed=4, events=happened)
    why = failure(trace=play, reference=None)
    found = {row["name"]: row for row in rows(verdict(case(1, "x", 8, failing("trio", why))))}

    assert found["waits: sleep"]["dur"] == 1e6
    assert found["blocks the loop"]["dur"] == 3e6


@pytest.mark.parametrize("held", ["abc", "inf", "nan", "-3", None])
def test_a_forged_length_of_a_blocked_loop_is_shown_as_none(held):
    play = trace(span("a", 0, 4), elapsed=4, events=[event(1, "block", 0, held)])
    why = failure(trace=play, reference=None)
    found = {row["name"]: row for row in rows(verdict(case(1, "x", 8, failing("trio", why))))}

    assert found["blocks the loop"]["dur"] == 0


def test_hostile_names_are_escaped():
    names = [row["args"]["name"] for row in rows(hostile()) if row["ph"] == "M"]

    assert names
    assert all(name.isprintable() for name in names)


def test_a_passing_run_has_an_empty_trace():
    assert rows(verdict(case(1, "x", 8, passing("asyncio")))) == []


def test_a_cancellation_of_the_caller_is_a_moment_and_ends_no_wait():
    found = {row["name"]: row for row in rows(verdict(case(1, "x", 8, failing("trio", cancelled_at_step(at=2)))))}

    assert (found["the caller is cancelled"]["ph"], found["the caller is cancelled"]["ts"]) == ("i", 2e6)
    assert found["waits: the task group"]["dur"] == 5e6
