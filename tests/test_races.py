"""The kit in benchmarks/races: answers that are wrong in some order of tasks only, and never in the usual one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from grader.judge import engine
from grader.judge.kitanswers import answer_requests, expectations
from grader.judge.kitcheck import check
from grader.judge.options import PlayOptions
from grader.judge.verdict import Status
from grader.kit.exercise import Exercise
from grader.kit.kit import load_kit, read_kit
from grader.sandbox.box import Box
from grader.wire import BACKENDS

COURSE = load_kit(Path(__file__).parent.parent / "benchmarks" / "races")

each_exercise = pytest.mark.parametrize("exercise", COURSE.exercises, ids=lambda exercise: exercise.id)


@each_exercise
def test_every_race_is_named_and_no_right_answer_is_blamed(box: Box, exercise: Exercise) -> None:
    checked = check(box, read_kit(COURSE.root), only={exercise.folder.name})

    assert [(one.subject, one.problems) for one in checked if one.problems] == []


@each_exercise
def test_every_race_is_found_on_both_backends(box: Box, exercise: Exercise) -> None:
    requests = [only_what_it_fails(request, exercise) for request in answer_requests(exercise) if is_racy(request)]
    assert requests

    for verdict in engine.grade(box, COURSE, exercise, requests):
        found = {result.backend for test in verdict.tests for result in test.results if result.failure is not None}
        assert found == set(BACKENDS), verdict.file


@each_exercise
def test_no_race_shows_in_the_usual_order_of_asyncio(box: Box, exercise: Exercise) -> None:
    natural = PlayOptions(backends=("asyncio",), schedules=1)
    requests = [replace(request, options=natural) for request in answer_requests(exercise)]

    for verdict in engine.grade(box, COURSE, exercise, requests):
        assert verdict.status is Status.PASS, verdict.file


def is_racy(request: engine.Request) -> bool:
    return request.path.parent.name == "wrong"


def only_what_it_fails(request: engine.Request, exercise: Exercise) -> engine.Request:
    """Ask for the hidden test that the first line of a racy answer names, and for no other."""
    first = request.path.read_text().partition("\n")[0]
    ((name, _),) = expectations(first.removeprefix("# fails: "))
    (number,) = (test.number for test in exercise.tests if test.name == name)
    return replace(request, options=PlayOptions(tests=(number,)))
