"""All that is wrong with one ``@grading(...)`` is said at once."""

from __future__ import annotations

import ast

import pytest

from grader.kit.grading import Grading, problems_of_raised, read_grading

SLUGS = ("serial", "deadlock")


def read(arguments: str) -> tuple[Grading, list[tuple[int, str, str]]]:
    call = ast.parse(f"grading({arguments})", mode="eval").body
    assert isinstance(call, ast.Call)
    grading, problems = read_grading(call, "test_it", SLUGS)
    return grading, [tuple(problem) for problem in problems]


def test_everything_that_is_declared_is_read() -> None:
    grading, problems = read(
        'points=0, diagnosis="serial", feedback="It " "hangs.", help="wait", schedules=3, show=["seconds"]'
    )

    assert problems == []
    assert grading == Grading(
        points=0, diagnosis="serial", feedback="It hangs.", help="wait", schedules=3, show=("seconds",)
    )


def test_all_that_is_wrong_is_said_at_once_each_on_its_line() -> None:
    grading, problems = read('1,\npoints="ten",\ndiagnosis="serail",\nshwo=1,\nschedules=0,\nhelp=f"{1}"')

    assert grading == Grading(diagnosis="serial")
    assert [(line, what) for line, what, _ in problems] == [
        (1, "`test_it` has no `feedback` in its @grading"),
        (1, "`test_it` must give every argument of grading by name"),
        (2, "`test_it` must give `points` as a whole number of at least 0, not 'ten'"),
        (3, "`test_it` names an unknown diagnosis, 'serail'"),
        (4, "`test_it` has an unknown argument of grading, 'shwo'"),
        (5, "`test_it` must give `schedules` as a whole number of at least 1, not 0"),
        (6, "`test_it` must give `help` as a literal: this file is read without running it"),
    ]


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        ('diagnosis="serial", feedback="x"', "Add it: `points=10`."),
        ('points="ten", diagnosis="serial", feedback="x"', "Write `points=10`."),
        ('points=1, diagnosis="serail", feedback="x"', "Write `serial`."),
        (
            'points=1, diagnosis="other", feedback="x"',
            "Describe it in kit.toml under `[diagnoses.other]`, or name one that `grade explain` lists.",
        ),
        ('points=1, diagnosis="serial", feedback="x", show="expected"', 'Write `show=("seconds", "expected")`.'),
    ],
)
def test_each_fault_comes_with_a_valid_value(arguments: str, hint: str) -> None:
    _, ((_, _, said),) = read(arguments)

    assert said == hint


def test_a_diagnosis_that_is_near_no_known_one_is_none() -> None:
    assert read('points=1, diagnosis="other", feedback="x"')[0].diagnosis is None


def test_the_diagnosis_of_what_is_raised_has_to_be_a_known_literal() -> None:
    tree = ast.parse('Diagnosed("serial", "x")\nDiagnosed("serail", "x")\nDiagnosed(slug, "x")\nOther("serail")\n')

    problems = list(problems_of_raised(ast.walk(tree), SLUGS))

    assert [(problem.line, problem.what.partition(":")[0]) for problem in problems] == [
        (2, "`Diagnosed` names an unknown diagnosis, 'serail'"),
        (3, "the diagnosis of `Diagnosed` is no literal text"),
    ]
