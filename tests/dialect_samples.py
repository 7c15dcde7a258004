"""Builds the results of a class for the tests of reports that other programs read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from grader.classroom.intake import Intake, Layout, Learner, LeftOver
from grader.classroom.marks import Mark, Standing
from grader.classroom.results import ClassResults
from grader.kit import Exercise, Kit, load
from grader.verdict import Verdict
from tests import samples


@cache
def course(exercises: int) -> Kit:
    """The kit of this repository with so many exercises, the later ones being copies of others."""
    kit = load(Path(__file__).parent.parent)
    models = [kit.exercises[number % len(kit.exercises)] for number in range(exercises)]
    return replace(kit, exercises=tuple(replace(model, id=f"ex{n:02}") for n, model in enumerate(models, start=1)))


def person(number: int) -> Learner:
    return Learner(key=f"s{number:04}", name=f"Ada Lovelace {number}", email=f"s{number:04}@example.edu")


def judged(who: Learner, verdict: Verdict, **changes: object) -> Mark:
    mark = Mark(
        learner=who.key,
        exercise=verdict.exercise,
        total=verdict.total,
        standing=Standing.CANNOT_JUDGE if verdict.faults else Standing.JUDGED,
        verdict=verdict,
        raw=verdict.points,
        points=verdict.points,
    )
    return replace(mark, **changes)  # type: ignore[arg-type]


def missing(who: Learner, exercise: Exercise) -> Mark:
    return Mark(learner=who.key, exercise=exercise.id, total=100, standing=Standing.MISSING, points=0.0)


def results_of(kit: Kit, people: Sequence[Learner], marks: Sequence[Mark]) -> ClassResults:
    return ClassResults(
        title="Concurrent programming, autumn 2026",
        kit=kit,
        exercises=tuple(exercise.id for exercise in kit.exercises),
        intake=Intake(
            layout=Layout.FOLDERS,
            because="a folder per learner",
            learners=tuple(people),
            files=(),
            unmatched=(LeftOver(shown="todo.txt", reason="no exercise has a file of this name"),),
            refused=(LeftOver(shown="link.py", reason="a link that leads out of the folder"),),
        ),
        marks=tuple(marks),
        made_at="2026-11-22T06:50:00+00:00",
        version="0.1.0",
        isolation=3,
        schedules=21,
    )


def class_of(learners: int, exercises: int) -> ClassResults:
    """A class in which every third fails a few tests, every tenth file is broken, and some hand nothing in."""
    kit, people = course(exercises), [person(number) for number in range(learners)]
    marks = [
        missing(who, exercise) if (number + place) % 13 == 0 else judged(who, _verdict(number + place, exercise))
        for number, who in enumerate(people)
        for place, exercise in enumerate(kit.exercises)
    ]
    return results_of(kit, people, marks)


def _verdict(number: int, exercise: Exercise) -> Verdict:
    if number % 10 == 9:
        return replace(samples.unjudgeable(), exercise=exercise.id, file=exercise.file)
    tests = (
        samples.failed_on_both(test.number, test.label, test.points, samples.failure(error=test.feedback))
        if number % 3 == 0 and test.number % 4 == 0
        else samples.case(test.number, test.label, test.points)
        for test in exercise.tests
    )
    return samples.verdict(*tests, exercise=exercise.id, title=exercise.title, file=exercise.file)
