"""Which hidden tests fail on which wrong answers of an exercise, with the diagnosis that is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.errors import KitError
from grader.judge import engine
from grader.judge.kitanswers import claim_of, request_for, shown, wrong_answers
from grader.judge.kitmending import mended
from grader.judge.kitpromises import broken_alone
from grader.judge.options import EVERYTHING, PlayOptions
from grader.judge.verdict import Outcome, Verdict
from grader.kit.contract import Promise, read_contract
from grader.kit.exercise import Exercise
from grader.kit.hidden_tests import HiddenTest
from grader.kit.kit import Kit, ReadKit
from grader.kit.tables import read_text
from grader.sandbox.box import Box


@dataclass(frozen=True, slots=True, kw_only=True)
class TableAnswer:
    """A wrong answer, and what came of it."""

    name: str
    """``wrong/sequential.py``."""
    path: Path
    root: str | None
    """The mistake that it says it makes."""
    points: float
    shown: Mapping[str, tuple[str, ...]]
    """The diagnoses that are shown of each hidden test that it fails, one for each backend that differs."""
    unjudged: frozenset[str]
    """The hidden tests that were not judged."""
    faults: tuple[str, ...]
    """Why it cannot be judged at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The hidden tests of one exercise against its wrong answers."""

    exercise: str
    title: str
    tests: tuple[HiddenTest, ...]
    answers: tuple[TableAnswer, ...]
    promises: tuple[Promise, ...] = ()

    def proving(self, promise: Promise) -> tuple[HiddenTest, ...]:
        """The hidden tests that prove a promise."""
        return tuple(test for test in self.tests if test.promise == promise.number)

    def breaking(self, promise: Promise) -> tuple[TableAnswer, ...]:
        """The answers that break a promise and no other one."""
        return tuple(each for each in self.answers if broken_alone(self.tests, each.shown) == promise.number)

    def failing(self, test: str) -> tuple[TableAnswer, ...]:
        """The answers that fail a hidden test."""
        return tuple(answer for answer in self.answers if test in answer.shown)

    @property
    def lonely(self) -> tuple[tuple[HiddenTest, TableAnswer], ...]:
        """The tests that exactly one answer fails, each with that answer."""
        failing = [(test, self.failing(test.name)) for test in self.tests]
        return tuple((test, answers[0]) for test, answers in failing if len(answers) == 1)

    @property
    def never_failed(self) -> tuple[HiddenTest, ...]:
        return tuple(test for test in self.tests if not self.failing(test.name))

    @property
    def never_alone(self) -> tuple[HiddenTest, ...]:
        """The tests that some answer fails, and none without failing another one as well."""
        alone = {name for answer in self.answers if len(answer.shown) == 1 for name in answer.shown}
        return tuple(test for test in self.tests if self.failing(test.name) and test.name not in alone)

    @property
    def slugs(self) -> tuple[str, ...]:
        """The diagnoses that are shown, those of the first tests first."""
        slugs = (slug for test in self.tests for answer in self.answers for slug in answer.shown.get(test.name, ()))
        return tuple(dict.fromkeys(slugs))


def table(box: Box, kit: Kit, exercise: Exercise, read: ReadKit, *, options: PlayOptions = EVERYTHING) -> Table:
    """Judge the wrong answers of an exercise as the check does. Raises KitError if nothing of it can be judged."""
    with mended(exercise, read) as case:
        if not case.judgeable:
            hint = f"Correct what `grade kit check {kit.root}` reports of {exercise.id}."
            raise KitError(f"{exercise.folder}: nothing of this exercise can be judged", hint=hint)
        answers = wrong_answers(case.original)
        verdicts = engine.grade(box, kit, case.exercise, [request_for(path, options) for path in answers])
    return Table(
        exercise=exercise.id,
        title=exercise.title,
        tests=exercise.tests,
        promises=read_contract(read_text(exercise.stub)),
        answers=tuple(_answer(path, verdict) for path, verdict in zip(answers, verdicts, strict=True)),
    )


def _answer(path: Path, verdict: Verdict) -> TableAnswer:
    slugs: dict[str, tuple[str, ...]] = {}
    unjudged: set[str] = set()
    for test in verdict.tests:
        failures = [result.failure.diagnosis for result in test.results if result.failure is not None]
        if failures:
            slugs[test.name] = tuple(dict.fromkeys(failures))
        elif any(result.outcome is Outcome.NOT_JUDGED for result in test.results):
            unjudged.add(test.name)
    return TableAnswer(
        name=shown(path),
        path=path,
        root=claim_of(path).root,
        points=verdict.points,
        shown=slugs,
        unjudged=frozenset(unjudged),
        faults=tuple(fault.error for fault in verdict.faults),
    )
