"""A learner's page in a class report says what the gradebook holds, in the same numbers as ``grades.csv``."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.classroom.marks import ClassResults, Mark, Standing
from grader.classroom.remarks import remarks_for
from grader.classroom.rules import InstructorRemark
from grader.classroom.totals import weighed
from grader.classroom.weighing import Weighing
from grader.kit.kit import builtin_root
from grader.policy.submission import Fault
from grader.reports.of_class.learner_marks import marked, nameless
from grader.reports.of_class.page import learner_pages, nameless_learner_pages
from tests.page_samples import Page
from tests.results_samples import course, failing_with, judged, missing, person, results_of
from tests.samples import HOSTILE, case, failure, passing, verdict
from tests.samples import failing as failing_on

TEMPLATES = builtin_root() / "templates"
ADA = person(0)
FAULT = Fault(kind="syntax", error="it is broken", help="mend it", line=7, text="x = (")
LATE = {"days_late": 1, "deducted": 10.0, "points": 50.0}
TIMES = {"deadline": "2026-11-20T18:00:00+01:00", "handed_in": "2026-11-20T18:00:01+01:00"}


def results(*marks: Mark, **changes: object) -> ClassResults:
    return results_of(course(len(marks)), [ADA], marks, **changes)


def failing(**changes: object) -> Mark:
    """A mark of 60 points."""
    return judged(ADA, failing_with(failure()), **changes)


def why(mark: Mark) -> tuple[str, ...]:
    return marked(results(mark), ADA.key).exercises[0].why


def page(made: ClassResults) -> str:
    ((_, text),) = learner_pages(made, templates=TEMPLATES)
    return text


RAW = "Raw points, for the tests that pass: 60"


@pytest.mark.parametrize(
    ("mark", "said"),
    [
        (failing(), ()),
        (
            failing(**LATE, **TIMES),
            (
                RAW,
                "Late: due 2026-11-20 18:00 (UTC+1), handed in 2026-11-20 18:00:01 (UTC+1); 1 day late, 10 points less",
            ),
        ),
        (
            failing(days_late=9, deducted=60.0, points=0.0, **TIMES),
            (
                RAW,
                "Late: due 2026-11-20 18:00 (UTC+1), handed in 2026-11-20 18:00:01 (UTC+1); "
                "9 days late, 60 points less, so that nothing is left",
            ),
        ),
        (
            failing(**LATE),
            (
                RAW,
                "Late, as the platform says, which does not say when; it counts as 1 day late, 10 points less",
            ),
        ),
        (
            failing(deadline="2026-11-23T18:00:00+05:30", common_deadline="2026-11-20T18:00:00+05:30"),
            ("Extension: due 2026-11-23 18:00 (UTC+5:30) instead of 2026-11-20 18:00 (UTC+5:30)",),
        ),
        (
            failing(override="by mail", points=80.0, days_late=1, deducted=10.0, **TIMES),
            (
                "Set by hand by the instructor: by mail",
                RAW,
                "Late: due 2026-11-20 18:00 (UTC+1), handed in 2026-11-20 18:00:01 (UTC+1); "
                "1 day late, which costs nothing, as the mark is set by hand",
            ),
        ),
        (judged(ADA, verdict(faults=(FAULT,))), ("The file is not gradable, which counts as 0",)),
        (
            judged(ADA, verdict(faults=(FAULT,)), override="oral", points=50.0),
            ("Set by hand by the instructor: oral", "The file is not gradable"),
        ),
        (missing(ADA, course(1).exercises[0]), ("Nothing was handed in, which counts as 0",)),
        (replace(missing(ADA, course(1).exercises[0]), points=None), ("Nothing was handed in",)),
        (
            failing(standing=Standing.NOT_JUDGED, points=None),
            ("Not judged, through no fault of the file: this costs no points",),
        ),
    ],
)
def test_it_is_said_how_a_mark_came_about(mark: Mark, said: tuple[str, ...]) -> None:
    assert why(mark) == said


def test_the_page_shows_the_mark_and_names_the_raw_points_as_such() -> None:
    text = Page(page(results(failing(**LATE, **TIMES, verdict_id=17)))).text

    assert ADA.name in text
    assert "mark 50 of 100" in text
    assert "60 of 100 raw points" in text
    assert "60 of 100 points" not in text
    assert "Verdict 17 of the gradebook" in text


def test_half_of_a_tests_points_are_shown_as_such_in_every_place() -> None:
    one_backend = case(1, "x", 45, passing("asyncio"), failing_on("trio", failure()))
    text = Page(page(results(judged(ADA, verdict(one_backend, case(2, "y", 55)))))).text

    assert "mark 77.5 of 100" in text
    assert "77.5 of 100 raw points" in text
    assert "22.5 of 45" in text


def test_the_total_says_what_it_is_made_of() -> None:
    marks = [failing(), replace(missing(ADA, course(2).exercises[1]), points=30.0, override="oral")]
    made = results(*weighed(marks, Weighing(weights={"ex01": 2.0}, extra=frozenset({"ex02"}))))
    found = marked(made, ADA.key)

    assert (found.total, found.total_why) == ("150 of 200", ("Made of 2 × 60 for ex01 and 30 for ex02",))
    assert "In the total, ex01 counts twice" in found.exercises[0].why
    assert "Extra credit: adds to the total, and not to what can be had" in found.exercises[1].why


def test_a_dropped_mark_says_that_it_does_not_count() -> None:
    marks = [failing(), missing(ADA, course(2).exercises[1])]
    found = marked(results(*weighed(marks, Weighing(drop=1))), ADA.key)

    assert found.total == "60 of 100"
    assert "Does not count in the total, because others are better" in found.exercises[1].why


def test_a_learner_with_a_mark_and_no_file_has_a_page() -> None:
    oral = replace(missing(ADA, course(1).exercises[0]), points=70.0, override="shown in person")

    text = Page(page(results(oral))).text

    assert "70 of 100" in text
    assert "Set by hand by the instructor: shown in person" in text
    assert not list(learner_pages(results(replace(oral, points=None, override="")), templates=TEMPLATES))


def test_a_nameless_page_has_neither_name_nor_key() -> None:
    made = results(replace(failing(), verdict=replace(failing_with(failure()), file="join.py")), show="grade class x")
    ((_, text),) = nameless_learner_pages(made, templates=TEMPLATES)

    assert ADA.name in page(made)
    assert ADA.name not in text
    assert ADA.key not in text
    assert nameless(made, ADA.key).show == ""


def test_names_reasons_and_remarks_of_any_kind_act_nowhere() -> None:
    hostile = replace(ADA, name=HOSTILE)
    made = results_of(
        course(1), [hostile], [failing(override=HOSTILE)], remarks=(InstructorRemark(text=HOSTILE),), show="x"
    )
    text = page(made)

    assert text.count("<script") == 1
    assert all(line.isprintable() for line in text.split("\n"))


# ---- remarks ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("remark", "exercises"),
    [
        (InstructorRemark(text="x"), [""]),
        (InstructorRemark(text="x", learner=ADA.key), [""]),
        (InstructorRemark(text="x", learner="bob"), []),
        (InstructorRemark(text="x", exercise="ex02"), ["ex02"]),
        (InstructorRemark(text="x", exercise="ex09"), []),
        (InstructorRemark(text="x", diagnosis="serial"), ["ex01"]),
        (InstructorRemark(text="x", diagnosis="deadlock"), []),
        (InstructorRemark(text="x", diagnosis="serial", exercise="ex01", learner=ADA.key), ["ex01"]),
        (InstructorRemark(text="x", diagnosis="serial", exercise="ex02"), []),
        (InstructorRemark(text="x", diagnosis="serial", learner="bob"), []),
    ],
)
def test_a_remark_reaches_whom_it_is_for(remark: InstructorRemark, exercises: list[str]) -> None:
    marks = [failing(), missing(ADA, course(2).exercises[1])]

    assert [fitting.exercise for fitting in remarks_for(ADA.key, marks, (remark,))] == exercises


def test_a_remark_on_a_fault_reaches_those_whose_file_has_it() -> None:
    marks = [judged(ADA, verdict(faults=(FAULT,)))]
    assert remarks_for(ADA.key, marks, (InstructorRemark(text="x", diagnosis="syntax"),))


def test_remarks_stand_on_the_page_at_their_exercise() -> None:
    remarks = (
        InstructorRemark(text="Office hours have moved."),
        InstructorRemark(text="Bring this file.", diagnosis="serial"),
    )
    text = Page(page(results(failing(), remarks=remarks))).text

    assert text.index("Office hours have moved.") < text.index("mark 60 of 100") < text.index("Bring this file.")
