"""Sums up the results of an exercise that is cut into parts, and says which part to write next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from grader.judge.verdict import BackendResult, Outcome, PartResult, PartState, Root, TestResult
from grader.kit.diagnosis import NOT_WRITTEN
from grader.kit.exercise import Exercise
from grader.kit.hidden_tests import HiddenTest


def part_results(exercise: Exercise, tests: Sequence[TestResult]) -> tuple[PartResult, ...]:
    """What came of each part of which a test was asked for, in order; none if the exercise has no parts."""
    found = []
    for part in exercise.parts:
        own = [test for test in tests if test.part == part.name]
        if own:
            found.append(
                PartResult(
                    name=part.name,
                    title=part.title,
                    minutes=part.minutes,
                    points=sum(test.points for test in own),
                    earned=sum(test.earned for test in own),
                    state=_state([result for test in own for result in test.results]),
                )
            )
    return tuple(found)


def _state(results: Sequence[BackendResult]) -> PartState:
    outcomes = {result.outcome for result in results}
    if outcomes == {Outcome.PASS}:
        return PartState.COMPLETE
    if Outcome.NOT_JUDGED in outcomes:
        return PartState.NOT_JUDGED
    return PartState.NOT_WRITTEN if all(map(_is_not_written, results)) else PartState.FAILING


def _is_not_written(result: BackendResult) -> bool:
    return result.failure is not None and result.failure.diagnosis == NOT_WRITTEN


def place_of(exercise: Exercise, test: HiddenTest) -> int:
    """The place of the part to which a hidden test belongs, counted from 0."""
    names = [part.name for part in exercise.parts]
    return names.index(test.part) if test.part in names else 0


def going_on(exercise: Exercise, tests: Sequence[TestResult], root: Root | None) -> tuple[TestResult, ...]:
    """The same results; the help for a part that is to be written next says so if all parts before it are complete."""
    part = None if root is None else exercise.part_of(root.test)
    if part is None:
        return tuple(tests)
    place = exercise.parts.index(part)
    results = part_results(exercise, tests)
    done = [result.name for result in results if result.state is PartState.COMPLETE]
    written = [result.name for result in results if result.state is not PartState.NOT_WRITTEN]
    if not place or part.name in written or done[:place] != [each.name for each in exercise.parts[:place]]:
        return tuple(tests)
    help = f"go on with part {place + 1}, {part.name}: write what its docstring in the stub promises"
    return tuple(_with_help(tests, part.name, help))


def _with_help(tests: Sequence[TestResult], part: str, help: str) -> Iterator[TestResult]:
    for test in tests:
        if test.part != part:
            yield test
            continue
        results = (
            replace(result, failure=replace(result.failure, help=help)) if result.failure is not None else result
            for result in test.results
        )
        yield replace(test, results=tuple(results))
