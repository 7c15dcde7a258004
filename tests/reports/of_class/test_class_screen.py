"""The screen of ``grade class``, and that it says the same of the class as the page and the summary of a job."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace

from rich.console import Console

from grader.classroom.found import LeftOver
from grader.classroom.marks import ClassResults, Mark, Standing
from grader.policy.submission import Fault
from grader.reports.github import class_summary
from grader.reports.of_class.figures import figures, percent
from grader.reports.of_class.screen import show_class, show_class_quiet
from grader.reports.screen import UNICODE
from tests.results_samples import class_with, course, failing_with, judged, missing, person, results_of
from tests.samples import HOSTILE, case, failure, verdict

BROKEN = verdict(faults=(Fault(kind="syntax", error="it is broken", help="mend it", line=7, text="x = ("),))


def lines(results: ClassResults, *, notes: Sequence[str] = ()) -> list[str]:
    file = io.StringIO()
    console = Console(file=file, width=80, color_system=None)
    show_class(console, results, notes=notes, written=["out/class.html"], glyphs=UNICODE)
    return file.getvalue().splitlines()


def mixed() -> ClassResults:
    return class_with(verdict(case(1, "x", 100)), failing_with(failure()), failing_with(failure()), BROKEN, None)


def test_the_title_and_the_layout_have_a_line_each() -> None:
    results = mixed()
    results = replace(results, intake=replace(results.intake, because="67 of 67 files are named as Canvas does it"))

    assert lines(results)[:2] == [results.title, "67 of 67 files are named as Canvas does it"]


def test_screen_page_and_summary_give_the_same_means() -> None:
    results = mixed()
    (row,) = figures(results)
    (on_screen,) = [line for line in lines(results) if line.startswith("ex01")]
    (in_summary,) = [line for line in class_summary(results).splitlines() if line.startswith("| ex01")]

    assert (row.judged, row.not_gradable, row.missing, row.complete) == (3, 1, 1, 1)
    assert on_screen.split()[-2:] == ["73.3", "60.0"]
    assert (row.mean_said, row.median_said) == ("73.3", "60")
    assert in_summary.split(" | ")[-2:] == ["73.3", "60.0 |"]


def test_the_numbers_of_a_row_add_up_to_the_class() -> None:
    open_mark = Mark(learner=person(1).key, exercise="ex01", total=100, standing=Standing.NOT_JUDGED)
    kit = course(1)
    marks = [judged(person(0), failing_with(failure())), open_mark, missing(person(2), kit.exercises[0])]
    results = results_of(kit, [person(number) for number in range(3)], marks)
    (row,) = figures(results)
    (on_screen,) = [line for line in lines(results) if line.startswith("ex01")]

    assert row.judged + row.not_gradable + row.not_judged + row.missing == 3
    assert on_screen.split()[-7:-2] == ["1", "0", "1", "1", "0"]


def test_what_is_still_to_be_judged_is_said_before_the_last_line_also_of_a_quiet_run() -> None:
    kit, file = course(2), io.StringIO()
    open_mark = Mark(learner=person(0).key, exercise="ex02", total=100, standing=Standing.NOT_JUDGED)
    results = results_of(kit, [person(0)], [judged(person(0), failing_with(failure())), open_mark])
    show_class_quiet(Console(file=file, width=80, color_system=None), results, glyphs=UNICODE)
    *before, last = file.getvalue().splitlines()

    assert "1 submission NOT JUDGED" in before[0]
    assert last.startswith("1 learner, 1 of 2 submissions judged")


def test_a_file_that_is_not_gradable_counts_as_nought_and_one_that_was_not_judged_not_at_all() -> None:
    (full,) = class_with(verdict(case(1, "x", 100))).marks
    broken = replace(full, standing=Standing.CANNOT_JUDGE, points=0.0)
    unsettled = replace(full, standing=Standing.NOT_JUDGED, points=None)

    assert percent([full, broken]) == 50
    assert percent([full, unsettled]) == 100
    assert percent([broken, unsettled]) is None


def test_hostile_names_stay_on_their_lines_and_no_line_is_wider_than_the_terminal() -> None:
    results = mixed()
    left = (LeftOver(shown=HOSTILE, reason=HOSTILE),) * 20
    found = lines(replace(results, intake=replace(results.intake, unmatched=left)), notes=[HOSTILE])

    assert "  and 12 more, all of them in class.html" in found
    assert all(line.isprintable() and len(line) <= 80 for line in found)
