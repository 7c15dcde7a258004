"""In a class made of the kit's own wrong answers, the misconceptions are those that the answers make on purpose.

Each wrong answer is handed in by a learner of its own. Its first lines say which mistake it makes, and ``roots.toml``
says so, too, with everything that fails because of it; the page must count that mistake and none of the others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

import pytest

from grader.classroom.gradebook import Learner
from grader.classroom.marks import ClassResults
from grader.judge import engine
from grader.judge.explain.finding import AUTHOR, Finding
from grader.judge.explain.learned import Lesson, read_learned
from grader.judge.explain.roots import Key, root_of
from grader.judge.kitanswers import claim_of, request_for, wrong_answers
from grader.judge.options import PlayOptions
from grader.judge.verdict import Status, TestResult, Verdict
from grader.kit.exercise import Exercise
from grader.kit.kit import builtin_root, load_kit
from grader.reports.of_class.misconceptions import misconceptions, roots
from grader.sandbox.box import Box
from tests.results_samples import judged, results_of
from tests.samples import failing, failure, passing, verdict

COURSE = load_kit(builtin_root())
ENOUGH = 0.95
"""The share of the learners that has to be counted under the mistake that they made."""


def class_of(exercise: Exercise, verdicts: Iterable[Verdict]) -> ClassResults:
    people, marks = [], []
    for number, made in enumerate(verdicts):
        people.append(Learner(key=f"l{number}", name=f"Learner {number}"))
        marks.append(judged(people[-1], made))
    return results_of(COURSE, people, marks, exercises=(exercise.id,))


def counted(results: ClassResults) -> Counter[str]:
    return Counter({one.slug: one.learners for one in misconceptions(results, roots(results))})


def right(found: Counter[str], truth: Counter[str]) -> float:
    return (found & truth).total() / truth.total()


# ---- what the answers are known to show ------------------------------------------------------------------------------


def as_learned(exercise: Exercise, lesson: Lesson) -> Verdict:
    """The verdict on an answer that fails as ``roots.toml`` says, with its root as the judge finds it."""
    tests, findings = [], {}
    for test in exercise.tests:
        slugs = sorted(lesson.shown.get(test.name, ()))
        # Two diagnoses of one test are those of two backends.
        by_backend = dict(zip(exercise.backends, slugs * len(exercise.backends), strict=False))
        results = [
            failing(backend, failure(diagnosis=by_backend[backend], source=f"{by_backend[backend]} = 1"))
            if slugs
            else passing(backend)
            for backend in exercise.backends
        ]
        tests.append(replace(_bare(test.number, test.name), results=tuple(results)))
        for backend, slug in by_backend.items():
            findings[Key(test.number, test.name, backend)] = _finding(slug)
    root = root_of(findings, read_learned(exercise))
    return replace(verdict(exercise=exercise.id, root=root), tests=tuple(tests))


def _bare(number: int, name: str) -> TestResult:
    return TestResult(number=number, name=name, label=name, points=1, results=())


def _finding(slug: str) -> Finding:
    return Finding(diagnosis=slug, error=slug, help="", layer=AUTHOR)


@pytest.mark.parametrize("exercise", COURSE.exercises, ids=lambda exercise: exercise.id)
def test_the_counts_are_those_of_the_roots_that_the_kit_has_learned(exercise: Exercise) -> None:
    lessons = read_learned(exercise).lessons
    results = class_of(exercise, (as_learned(exercise, lesson) for lesson in lessons))
    truth = Counter(lesson.root for lesson in lessons)

    assert len(lessons) > 20
    assert sum(len(lesson.shown) for lesson in lessons) > len(lessons), "many answers fail several tests"
    assert right(counted(results), truth) >= ENOUGH


def test_the_excerpt_is_the_line_of_the_root_and_not_of_a_consequence() -> None:
    exercise = COURSE.exercises[0]
    lessons = [lesson for lesson in read_learned(exercise).lessons if len(lesson.shown) > 1]
    results = class_of(exercise, (as_learned(exercise, lesson) for lesson in lessons))

    assert lessons
    assert all(one.excerpt == f"{one.slug} = 1" for one in misconceptions(results, roots(results)))


# ---- what the answers really do --------------------------------------------------------------------------------------


def played(box: Box, exercise: Exercise, step: int) -> tuple[Counter[str], Counter[str]]:
    """What the page counts of every n-th wrong answer, and the truth, of those that fail in natural order.

    Some answers pass in natural order, and some use what the rules of the exercise forbid; of neither is there anything
    to count. That each is found under all schedules is what ``grade kit check`` proves.
    """
    paths = wrong_answers(exercise)[::step]
    requests = [request_for(path, PlayOptions(schedules=1)) for path in paths]
    verdicts = list(engine.grade(box, COURSE, exercise, requests))
    failed = [(path, made) for path, made in zip(paths, verdicts, strict=True) if made.status is Status.FAIL]
    truth = Counter(str(claim_of(path).root) for path, _ in failed)
    return counted(class_of(exercise, (made for _, made in failed))), truth


def test_a_class_that_is_played_is_counted_by_the_mistakes_that_it_made(box: Box) -> None:
    found, truth = played(box, COURSE.exercises[3], 7)

    assert truth.total() >= 4
    assert found == truth


@pytest.mark.slow
@pytest.mark.timeout(3000)
def test_a_class_of_wrong_answers_of_all_exercises_is_counted_by_the_mistakes_that_it_made(box: Box) -> None:
    found, truth = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for exercise in COURSE.exercises:
        of_exercise, true = played(box, exercise, 3)
        found.update({(exercise.id, slug): count for slug, count in of_exercise.items()})
        truth.update({(exercise.id, slug): count for slug, count in true.items()})

    assert truth.total() > 100
    assert (found & truth).total() / truth.total() >= ENOUGH, f"found besides: {found - truth}, missed: {truth - found}"
