"""Turns out of natural order in words."""

from __future__ import annotations

from grader.judge.explain.turns import turns_in_words
from grader.wire.recording import Trace
from grader.wire.rows import Deviation, Span, TracedTask


def with_turns(*turns: tuple[float, int, int], spans: tuple[tuple[str, int], ...] = ()) -> Trace:
    tasks = [TracedTask(id=number, name=name, parent=None) for number, name in ((1, "main"), (2, "run"), (3, "run"))]
    finished = [
        Span(name=name, start=0, stopped=9, how="returned", value_or_error=None, task=task) for name, task in spans
    ]
    deviations = [Deviation(time=time, task=task, instead_of=other) for time, task, other in turns]
    return Trace(tasks=tuple(tasks), events=(), spans=tuple(finished), elapsed=9, deviations=tuple(deviations))


def test_a_turn_names_the_work_of_both_tasks() -> None:
    assert turns_in_words(with_turns((1.5, 3, 2), spans=(("a", 2), ("b", 3)))) == "`b` goes on before `a` at 1.5 s"


def test_tasks_of_one_name_are_told_apart() -> None:
    assert turns_in_words(with_turns((0, 3, 2))) == "`run 2` goes on before `run` at 0 s"


def test_many_turns_are_counted_and_none_says_nothing() -> None:
    turns = ((0.0, 3, 2), (1.0, 2, 1), (2.0, 3, 1))

    assert turns_in_words(with_turns(*turns)).endswith("at 1 s (and 1 more such turn)")
    assert turns_in_words(with_turns()) == ""
