"""``grades.csv`` and ``results.jsonl``: what an instructor takes away from a class, one row or line at a time."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

from grader.classroom.gradebook import Learner
from grader.classroom.marks import Mark, Standing
from grader.classroom.totals import weighed
from grader.classroom.weighing import Weighing
from grader.reports.tables import class_lines, grades_csv, run_lines
from tests import samples
from tests.results_samples import class_of, course, judged, missing, person, results_of

KIT = course(2)


def mark(who: Learner, exercise: str, points: float | None, standing: Standing = Standing.JUDGED) -> Mark:
    return Mark(learner=who.key, exercise=exercise, total=100, standing=standing, points=points, raw=points or 0.0)


def table(*people: Learner, marks: list[Mark]) -> list[list[str]]:
    text = grades_csv(results_of(KIT, people, marks))
    assert text.endswith("\r\n")
    assert text.count("\n") == text.count("\r\n")
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


# ---- grades.csv ------------------------------------------------------------------------------------------------------


def test_a_learner_is_a_row_and_an_exercise_a_column():
    who = Learner(key="ada", name="Lovelace, Ada", email="ada@example.org")

    assert table(who, marks=[mark(who, "ex01", 82.0), mark(who, "ex02", 17.0)]) == [
        ["key", "name", "email", "ex01", "ex02", "total"],
        ["ada", "Lovelace, Ada", "ada@example.org", "82", "17", "99"],
    ]


def test_the_total_is_the_sum_of_the_cells():
    who = person(1)

    row = table(who, marks=[mark(who, "ex01", 99.5), mark(who, "ex02", 0.5)])[1]

    assert row[3:] == ["99.5", "0.5", "100"]


def test_where_a_total_is_no_plain_sum_the_table_says_of_what_it_is_and_what_does_not_count():
    who = person(1)
    made = weighed(
        [mark(who, "ex01", 99.5), mark(who, "ex02", 0.5)], Weighing(best=1, weights={"ex01": 2.0, "ex02": 3.0})
    )

    header, row = table(who, marks=list(made))

    assert header[3:] == ["ex01", "ex02", "total", "of", "dropped"]
    assert row[3:] == ["99.5", "0.5", "199", "200", "ex02"]


def test_what_was_not_judged_is_an_empty_cell_and_never_a_nought():
    who = person(1)

    row = table(who, marks=[mark(who, "ex01", 70.0), mark(who, "ex02", None, Standing.NOT_JUDGED)])[1]

    assert row[3:] == ["70", "", ""]


def test_what_was_not_handed_in_and_has_no_points_yet_does_not_spoil_the_total():
    who = person(1)

    row = table(who, marks=[mark(who, "ex01", 70.0), mark(who, "ex02", None, Standing.MISSING)])[1]

    assert row[3:] == ["70", "", "70"]


def test_a_learner_with_no_points_at_all_has_no_total():
    who = person(1)

    row = table(who, marks=[mark(who, each, None, Standing.MISSING) for each in ("ex01", "ex02")])[1]

    assert row[3:] == ["", "", ""]


def test_where_the_rules_say_zero_nothing_handed_in_is_a_nought_in_cell_and_total():
    who = person(1)

    row = table(who, marks=[mark(who, each, 0.0, Standing.MISSING) for each in ("ex01", "ex02")])[1]

    assert row[3:] == ["0", "0", "0"]


def test_no_cell_is_a_formula_and_no_name_breaks_the_table():
    evil = Learner(key='=cmd|"/c calc"!A1', name='@SUM(1)\r\n"x",y', email="+1\ttab")
    header, row = table(evil, marks=[mark(evil, "ex01", 1.0), mark(evil, "ex02", 1.0)])

    assert len(row) == len(header)
    assert not any(cell.startswith(("=", "@", "+", "-", "\t")) for cell in row)


def test_hostile_names_of_every_kind_stay_in_their_cells():
    evil = Learner(key=samples.HOSTILE, name=samples.HOSTILE, email=samples.HOSTILE)

    header, row = table(evil, marks=[mark(evil, "ex01", 1.0), mark(evil, "ex02", 1.0)])

    assert len(row) == len(header)
    assert all(cell.isprintable() for cell in row)


def test_a_class_of_three_hundred_is_three_hundred_rows():
    results = class_of(300, 12)

    rows = list(csv.DictReader(io.StringIO(grades_csv(results), newline="")))

    assert [row["key"] for row in rows] == [learner.key for learner in results.intake.learners]
    assert set(rows[0]) == {"key", "name", "email", "total", *results.exercises}


def test_where_learners_have_sections_there_is_a_column_that_says_which():
    people = [replace(person(0), section="=A"), person(1)]
    text = grades_csv(results_of(KIT, people, [missing(one, KIT.exercises[0]) for one in people]))
    header, first, second = csv.reader(io.StringIO(text, newline=""), strict=True)

    assert header[:4] == ["key", "name", "email", "section"]
    assert (first[3], second[3]) == ("'=A", "")
    assert len(header) == len(first) == len(second)


# ---- results.jsonl ---------------------------------------------------------------------------------------------------


def test_every_mark_of_a_class_is_a_line_with_the_learner_and_the_verdict():
    who = person(3)
    marks = [judged(who, samples.mixed(), days_late=1, deducted=7.9, points=71.6), missing(who, KIT.exercises[1])]

    first, second = map(json.loads, class_lines(results_of(KIT, [who], marks)))

    assert (first["learner"]["key"], first["learner"]["section"]) == (who.key, who.section)
    assert first["mark"] == {
        "exercise": "ex01",
        "standing": "judged",
        "points": 71.6,
        "total": 100,
        "raw": 74.0,
        "deducted": 7.9,
        "days_late": 1,
        "deadline": "",
        "common_deadline": "",
        "handed_in": "",
        "override": "",
        "weight": 1.0,
        "extra": False,
        "dropped": False,
        "verdict_id": None,
    }
    assert [test["earned"] for test in first["verdict"]["tests"]] == [69, 0, 5]
    assert first["verdict"]["tests"][1]["results"][0]["failure"]["diagnosis"] == "serial"
    assert (second["mark"]["standing"], second["verdict"]) == ("missing", None)


def test_a_run_names_nobody_and_has_a_line_per_verdict():
    lines = [json.loads(line) for line in run_lines([samples.mixed(), samples.unjudgeable()]).splitlines()]

    assert [set(line) for line in lines] == [{"format", "verdict"}] * 2
    assert lines[1]["verdict"]["faults"][0] == {
        "kind": "off-limits",
        "error": "`anyio.gather` is the answer to this exercise, not a building block for it",
        "line": 12,
        "source": "    return await anyio.gather(*fns)",
    }


def test_what_an_instructor_should_look_at_is_in_the_lines_of_a_class_only():
    who, suspect = person(3), samples.verdict(samples.case(1, "x", 100), look=samples.unjudgeable().faults)
    results = results_of(KIT, [who], [judged(who, suspect)])

    (line,) = map(json.loads, class_lines(results))

    assert [fault["line"] for fault in line["look"]] == [12]
    assert "look" not in keys(json.loads(run_lines([suspect])))


def test_a_line_is_ascii_and_no_text_in_it_is_a_line_end_or_a_control():
    text = run_lines([samples.hostile()])

    assert text.isascii()
    assert text.count("\n") == 1
    assert all(string.isprintable() for string in strings(json.loads(text)))


def test_a_line_has_no_trace_in_it():
    text = run_lines([samples.mixed()])

    assert not {"trace", "reference", "spans", "events", "name"} & keys(json.loads(text)["verdict"])


def strings(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for key, item in value.items() for text in (*strings(key), *strings(item))]
    if isinstance(value, list):
        return [text for item in value for text in strings(item)]
    return [value] if isinstance(value, str) else []


def keys(value: object) -> set[str]:
    if isinstance(value, dict):
        return set(value).union(*map(keys, value.values()))
    if isinstance(value, list):
        return set().union(*map(keys, value))
    return set()


def test_a_line_says_which_tests_make_up_a_part():
    (line,) = run_lines([samples.in_parts()]).splitlines()
    found = json.loads(line)["verdict"]

    assert [test["part"] for test in found["tests"]] == ["one", "one", "two", "two"]
    assert [(part["name"], part["earned"], part["points"]) for part in found["parts"]] == [
        ("one", 20, 40),
        ("two", 0, 60),
    ]
