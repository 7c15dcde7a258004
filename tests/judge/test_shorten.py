"""Shortening a failing schedule, and saying it in words."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from grader.judge.schedules import MAX_TRIES, in_words, shortest
from grader.wire.recording import Deviation, Span, Trace, TracedTask


@given(st.lists(st.integers(0, 3), max_size=40), st.data())
def test_what_is_left_still_fails_and_no_single_turn_can_be_dropped(choices, data):
    deviating = [position for position, choice in enumerate(choices) if choice]
    needed = data.draw(st.sets(st.sampled_from(deviating), max_size=2)) if deviating else set()

    def fails(tried):
        return all(position < len(tried) and tried[position] == choices[position] for position in needed)

    short = shortest(tuple(choices), fails)

    assert fails(short)
    assert {position for position, choice in enumerate(short) if choice} == needed


def test_natural_order_is_left_when_the_failure_needs_no_turn():
    assert shortest((1, 2, 3), lambda choices: True) == ()


def test_it_gives_up_after_so_many_tries_and_keeps_what_fails():
    tries = []

    def fails(choices):
        tries.append(choices)
        return False

    assert shortest((1,) * 200, fails) == (1,) * 200
    assert len(tries) == MAX_TRIES


def trace(*turns: tuple[float, int, int], spans: tuple[tuple[str, int], ...] = ()) -> Trace:
    tasks = [TracedTask(id=number, name=name, parent=None) for number, name in ((1, "main"), (2, "run"), (3, "run"))]
    outcomes = [
        Span(name=name, start=0, stopped=9, how="returned", value_or_error=None, task=task) for name, task in spans
    ]
    deviations = [Deviation(time=time, task=task, instead_of=other) for time, task, other in turns]
    return Trace(tasks=tuple(tasks), events=(), spans=tuple(outcomes), elapsed=9, deviations=tuple(deviations))


def test_a_turn_names_the_work_of_both_tasks():
    assert in_words(trace((1.5, 3, 2), spans=(("a", 2), ("b", 3)))) == "`b` goes on before `a` at 1.5 s"


def test_tasks_of_one_name_are_told_apart():
    assert in_words(trace((0, 3, 2))) == "`run` no. 2 goes on before `run` no. 1 at 0 s"


def test_many_turns_are_counted_and_none_says_nothing():
    turns = ((0.0, 3, 2), (1.0, 2, 1), (2.0, 3, 1))

    assert in_words(trace(*turns)).endswith("at 1 s (and 1 more such turn)")
    assert in_words(trace()) == ""
