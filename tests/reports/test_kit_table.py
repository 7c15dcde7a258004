"""The table fits a narrow screen, however many answers there are."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from grader.judge.kittable import Table, TableAnswer
from grader.kit.contract import Promise
from grader.kit.hidden_tests import HiddenTest
from grader.reports.kit_table import document, show_table
from grader.reports.screen import ASCII, UNICODE, Glyphs, Screen


def hidden_test(number: int, name: str) -> HiddenTest:
    return HiddenTest(
        name=name,
        function=name.partition("[")[0],
        parameters="",
        number=number,
        label=name,
        points=50,
        diagnosis="serial",
        feedback="It is not.",
        part="",
        promise=None,
        help="",
        schedules=None,
        show=(),
        line=number,
    )


TESTS = (hidden_test(1, "test_first"), hidden_test(2, "test_" + "second" * 10))


def answer(number: int, **shown: tuple[str, ...]) -> TableAnswer:
    return TableAnswer(
        name=f"wrong/answer{number}.py",
        path=Path(f"kit/solutions/ex01_a/wrong/answer{number}.py"),
        root="serial",
        points=50,
        shown=shown,
        unjudged=frozenset(),
        faults=(),
    )


def table(count: int) -> Table:
    answers = [answer(number, test_first=("serial", "late")) for number in range(1, count)]
    return Table(exercise="ex01", title="a", tests=TESTS, answers=(*answers, answer(count, test_first=("polling",))))


def lines(table: Table, glyphs: Glyphs = UNICODE) -> list[str]:
    printed = io.StringIO()
    show_table(Screen(Console(file=printed, width=80, color_system=None), glyphs), table)
    return printed.getvalue().splitlines()


@pytest.mark.parametrize("count", [1, 13, 14, 60])
@pytest.mark.parametrize("glyphs", [ASCII, UNICODE], ids=["ascii", "unicode"])
def test_no_line_is_wider_than_the_screen_and_every_answer_has_a_column(count: int, glyphs: Glyphs) -> None:
    shown = lines(table(count), glyphs)

    assert max(map(len, shown)) <= 80
    numbers = [word for line in shown if line.split()[:1] == ["pts"] for word in line.split()[1:]]
    assert numbers == [str(number) for number in range(1, count + 1)]


def test_a_cell_has_the_letters_of_the_diagnoses_that_the_backends_show() -> None:
    shown = lines(table(2))

    (row,) = (line for line in shown if line.startswith(" 1  first"))
    assert row.split()[2:] == ["50", "ab", "c"]
    assert "a  serial" in "\n".join(shown)
    assert "failed by no answer: 2" in shown


def test_an_exercise_without_wrong_answers_is_shown_too() -> None:
    shown = lines(Table(exercise="ex01", title="a", tests=TESTS, answers=()))

    assert "failed by no answer: 1, 2" in shown


PROMISES = (
    Promise(number=1, text="The first holds. " * 9, line=1),
    Promise(number=2, text="The second holds.", line=2),
)


def test_each_promise_is_shown_with_its_tests_and_with_the_answers_that_break_it_alone() -> None:
    tests = tuple(replace(test, promise=test.number) for test in TESTS)
    shown = lines(replace(table(2), tests=tests, promises=PROMISES))

    first, second = (line for line in shown if "holds" in line)
    assert first.split()[-3:] == ["1", "1", "2"]
    assert second.split()[-2:] == ["2", "none"]
    assert max(map(len, shown)) <= 80


def test_the_document_has_the_whole_table() -> None:
    written = json.loads(document(table(2)))

    assert [one["name"] for one in written["tests"]] == [test.name for test in TESTS]
    assert written["answers"][1]["shows"] == {"test_first": ["polling"]}
    assert (written["lonely"], written["never_failed"]) == ({}, [TESTS[1].name])
