"""Tasks are named by the work that they do, and tasks of one name are told apart."""

from __future__ import annotations

from grader.judge.tasknames import TaskNames, numbered
from grader.wire.recording import Trace
from grader.wire.rows import Span, TracedTask

TASKS = ((1, "main"), (2, "run"), (3, "run"))


def names_of(*spans: tuple[str, int, float, float | None]) -> TaskNames:
    rows = tuple(
        Span(name=name, start=start, stopped=stop, how="returned", value_or_error=None, task=task)
        for name, task, start, stop in spans
    )
    tasks = tuple(TracedTask(id=number, name=name, parent=None) for number, name in TASKS)
    return TaskNames(Trace(tasks=tasks, events=(), spans=rows, elapsed=9))


def test_things_of_one_name_get_a_number_from_the_second_on() -> None:
    assert numbered(["run", "a", "run", "run"]) == ("run", "a", "run 2", "run 3")


def test_a_task_is_named_by_its_function_and_a_number() -> None:
    names = names_of()

    assert [names.at(number, 0) for number in (1, 2, 3)] == ["main", "run", "run 2"]
    assert names.at(99, 0) == "a task", "a recording may name a task that it does not list"


def test_a_task_is_named_by_the_span_that_it_is_in_and_otherwise_by_its_first() -> None:
    names = names_of(("a", 2, 0, 1), ("b", 2, 3, None))

    assert [names.at(2, time) for time in (0.5, 2, 4)] == ["a", "a", "b"]
    assert [names.span_at(2, time) for time in (0.5, 2, 4)] == ["a", None, "b"]


def test_a_span_of_no_length_is_over_when_time_has_passed() -> None:
    names = names_of(("a", 2, 0, 0))

    assert (names.span_at(2, 0), names.span_at(2, 1)) == ("a", None)


def test_the_work_of_a_moment_is_the_innermost_span_that_goes_on() -> None:
    names = names_of(("outer", 2, 0, 9), ("a", 2, 0, 3), ("b", 2, 3, 5))

    assert [names.work_at(2, time) for time in (0, 3, 5, 9)] == ["a", "b", "outer", None]


def test_only_a_task_with_one_span_is_that_span() -> None:
    names = names_of(("a", 2, 0, 1), ("b", 3, 0, 1), ("c", 3, 2, 3))

    assert [names.only_span(number) for number in (1, 2, 3)] == [None, "a", None]
