"""What the class report shows, as data: states, figures, failures, gaps and lists."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.classroom.marks import Mark, Standing
from grader.classroom.totals import weighed
from grader.classroom.weighing import Weighing
from grader.judge.verdict import Failure, TestResult
from grader.kit.catalogue import BUILTIN
from grader.kit.of_tasks import OF_TASKS
from grader.policy.submission import Fault
from grader.reports.of_class.failures import (
    Manner,
    failure_rows,
    gap_rows,
    manner_of,
    misses,
    worst,
)
from grader.reports.of_class.figures import (
    CellState,
    distribution,
    facts,
    figures,
    headline,
    heat_rows,
    links_of,
    states_of,
    totals_of,
    weighing_said,
)
from grader.reports.of_class.lists import MAX_ROWS, lists
from grader.reports.of_class.page import page_name
from grader.wire.recording import Ended
from tests.results_samples import class_with, course, failing_with, judged, missing, person, results_of
from tests.samples import case, deadlock, failed_on_both, failing, failure, passing, verdict

KIT = course(1)
FAULT = Fault(kind="syntax", error="it is broken", help="mend it", line=7, text="x = (")


def one_mark(**changes: object) -> Mark:
    return judged(person(0), failing_with(failure()), **changes)


def cell_of(mark: Mark) -> tuple[str, str, str, str]:
    results = results_of(KIT, [person(0)], [mark])
    (row,) = heat_rows(results, states_of(results), links_of(results, {}), {})
    (cell,) = row.cells
    return cell.tone, cell.points, cell.word, cell.flag


# ---- file names ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "key", ["ada", "../../etc/passwd", "CON", ".hidden", "", "a" * 5000, "\ud800", "Zoë Ångström", "<b>", "a/b\\c:d*?"]
)
def test_a_page_has_a_name_that_every_file_system_takes(key: str) -> None:
    name = page_name(key)

    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-.")
    assert name[0] not in "-."
    assert name.endswith(".html")
    assert name.count(".") == 1
    assert len(name) < 70


def test_pages_of_different_keys_have_different_names_also_without_case() -> None:
    keys = ["ada", "Ada", "ADA", "ada ", "a-da", "ä", "a", "\ud800", "\ud801", "", "x" * 300, "x" * 301]
    assert len({page_name(key).casefold() for key in keys}) == len(keys)


def test_a_page_is_called_after_its_learner() -> None:
    assert page_name("Ada.Lovelace").startswith("ada-lovelace-")


# ---- the heat map ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mark", "cell"),
    [
        (one_mark(), ("f2", "60", CellState.FAIL, "")),
        (one_mark(points=12.0), ("f0", "12", CellState.FAIL, "")),
        (one_mark(points=99.9), ("f3", "99.9", CellState.FAIL, "")),
        (one_mark(points=48.0, deducted=12.0, days_late=2), ("f1", "48", CellState.FAIL, "†")),
        (one_mark(points=100.0, override="shown in the lab", days_late=2), ("f3", "100", CellState.FAIL, "‡")),
        (judged(person(0), verdict(case(1, "x", 100))), ("p", "100", CellState.PASS, "")),
        (judged(person(0), verdict(faults=(FAULT,))), ("c", "0", CellState.FAULT, "")),
        (one_mark(standing=Standing.NOT_JUDGED, points=None), ("n", "", CellState.NOT_JUDGED, "")),
        (missing(person(0), KIT.exercises[0]), ("m", "0", CellState.MISSING, "")),
        (replace(missing(person(0), KIT.exercises[0]), points=None), ("m", "", CellState.MISSING, "")),
        (
            replace(missing(person(0), KIT.exercises[0]), override="oral", points=50.0),
            ("m", "50", CellState.MISSING, "‡"),
        ),
    ],
)
def test_a_cell_says_in_a_word_what_became_of_an_exercise(mark: Mark, cell: tuple[str, str, CellState, str]) -> None:
    assert cell_of(mark) == cell


# ---- figures ---------------------------------------------------------------------------------------------------------


def test_the_figures_count_learners_and_files() -> None:
    results = class_with(verdict(case(1, "x", 100)), failing_with(failure()), verdict(faults=(FAULT,)), None)
    states = states_of(results)

    assert headline(results, states) == "3 of 4 learners handed something in; 1 of 2 judged files pass every test."
    assert {what: number for number, what in facts(results, states)} == {
        "in the class": "4",
        "handed something in": "3",
        "pass everything": "1",
        "files judged": "2",
        "not gradable": "1",
        "not judged": "0",
        "please look": "0",
    }


def test_mean_and_median_are_of_the_judged_files() -> None:
    broken = verdict(faults=(FAULT,))
    results = class_with(verdict(case(1, "x", 100)), failing_with(failure()), failing_with(failure()), broken, None)
    (row,) = figures(results)

    assert (row.mean_said, row.median_said, row.share) == ("73.3", "60", "33%")
    assert row.counts == {
        CellState.PASS: 1,
        CellState.FAIL: 2,
        CellState.FAULT: 1,
        CellState.NOT_JUDGED: 0,
        CellState.MISSING: 1,
    }


def test_all_points_are_a_bin_of_their_own_and_nothing_handed_in_is_in_none() -> None:
    almost = results_of(KIT, [person(0)], [one_mark(points=99.99)])
    full = class_with(verdict(case(1, "x", 100)), failing_with(failure()), None)

    assert [bin.learners for bin in distribution(almost)] == [0] * 9 + [1, 0]
    assert [bin.learners for bin in distribution(full)] == [0] * 6 + [1, 0, 0, 0, 1]
    assert [bin.height for bin in distribution(full) if bin.learners] == ["100.0%", "100.0%"]


def test_a_total_to_which_something_is_still_to_be_judged_is_no_number_and_in_no_bin() -> None:
    kit = course(2)
    open_mark = Mark(learner=person(0).key, exercise="ex02", total=100, standing=Standing.NOT_JUDGED)
    results = results_of(kit, [person(0)], [one_mark(), open_mark])
    (row,) = heat_rows(results, states_of(results), links_of(results, {}), {})

    assert row.total == "–"
    assert not any(bin.learners for bin in distribution(results))


def test_a_learner_without_any_points_has_no_total() -> None:
    nothing = replace(missing(person(0), KIT.exercises[0]), points=None)
    results = results_of(KIT, [person(0)], [nothing])
    (row,) = heat_rows(results, states_of(results), links_of(results, {}), {})

    assert row.total == "–"


def test_the_page_says_what_makes_a_total_and_of_how_many_points_it_is() -> None:
    kit = course(3)
    marks = [replace(missing(person(0), exercise), points=50.0) for exercise in kit.exercises]
    plain = results_of(kit, [person(0)], marks)
    rule = Weighing(weights={"ex01": 2.0}, drop=1, extra=frozenset({"ex03"}))
    made = results_of(kit, [person(0)], weighed(marks, rule))
    (row,) = heat_rows(made, states_of(made), links_of(made, {}), {})

    assert (weighing_said(plain), totals_of(plain)) == ("", "300")
    assert weighing_said(made) == (
        "In the total, ex01 counts twice, ex03 is extra credit and the worst exercise of each learner does not count."
    )
    assert (totals_of(made), row.total) == ("200", "150")


def test_where_totals_are_of_different_points_the_page_says_between_which() -> None:
    kit = course(2)
    first = [replace(missing(person(0), exercise), points=50.0) for exercise in kit.exercises]
    second = [replace(missing(person(1), exercise), points=50.0) for exercise in kit.exercises]
    second[0] = replace(second[0], points=10.0)
    made = results_of(kit, [person(0), person(1)], weighed([*first, *second], Weighing(best=1, weights={"ex01": 3.0})))

    assert totals_of(made) == "100 to 300"


# ---- hidden tests ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("why", "manner"),
    [
        (failure(), Manner.WRONG),
        (deadlock(), Manner.STUCK),
        (failure(diagnosis="late", ended=Ended.LATE), Manner.STUCK),
        (failure(diagnosis="serial", ended=Ended.DEADLOCK), Manner.STUCK),
        (failure(diagnosis="blocked-loop", ended=Ended.BLOCKED_LOOP), Manner.BLOCKED),
        (failure(diagnosis="raised", ended=Ended.RETURNED), Manner.RAISED),
        (failure(diagnosis="unknown-name", ended=Ended.RAISED), Manner.RAISED),
        (failure(diagnosis="never-awaited", ended=Ended.RETURNED), Manner.LEFT),
        (failure(diagnosis="crashed", ended=Ended.CRASHED), Manner.BROKEN),
    ],
)
def test_the_manner_of_a_failure_is_how_the_play_ended_or_what_was_found(why: Failure, manner: Manner) -> None:
    assert manner_of(why) is manner


@pytest.mark.parametrize(
    "slug", sorted(BUILTIN.keys() - {"fragile", "wrong-kind"} - {diagnosis.slug for diagnosis in OF_TASKS})
)
def test_what_the_grader_itself_finds_has_a_manner_of_its_own(slug: str) -> None:
    """``fragile`` is noticed in tests that pass, and nothing fails by it.

    A wrong kind, and tasks that run in another way, are not what was asked for.
    """
    assert manner_of(failure(diagnosis=slug, ended=Ended.RETURNED)) is not Manner.WRONG


def test_a_learner_who_fails_a_test_on_both_backends_fails_it_once() -> None:
    results = class_with(failing_with(failure()), failing_with(deadlock()), verdict(case(1, "x", 100)))
    row = failure_rows(results, misses(results))[0]

    assert (row.failed, row.judged, row.share, row.kinds) == (2, 3, "67%", "deadlock 1, serial 1")
    assert [(part.manner, part.x, part.width) for part in row.segments] == [
        (Manner.WRONG, "0%", "33.33%"),
        (Manner.STUCK, "33.33%", "33.33%"),
    ]


def test_the_worst_tests_come_first_and_tests_that_all_learners_pass_are_not_among_them() -> None:
    tests = [failed_on_both(1, "all fail", 10, failure()), case(2, "none fail", 10), case(3, "one fails", 10)]
    other = [*tests[:2], failed_on_both(3, "one fails", 10, failure())]
    results = class_with(verdict(*tests), verdict(*other))

    assert [row.number for row in worst(failure_rows(results, misses(results)))] == [1, 3]


def test_a_gap_is_a_test_that_passes_on_one_backend_and_fails_on_another() -> None:
    def on(*backends: str) -> TestResult:
        each = [passing(b) if b in backends else failing(b, failure()) for b in ("asyncio", "trio")]
        return case(1, "x", 100, *each)

    tests = [on("asyncio"), on("asyncio"), on("trio"), on(), on("asyncio", "trio")]
    results = class_with(*(verdict(test) for test in tests))

    found = [(row.passes, row.fails, row.learners) for row in gap_rows(misses(results))]
    assert found == [("asyncio", "trio", 2), ("trio", "asyncio", 1)]


# ---- lists -----------------------------------------------------------------------------------------------------------


def test_what_an_instructor_has_to_see_to_is_listed_with_its_place() -> None:
    look = replace(FAULT, kind="please-look", error="it reaches far", line=31)
    results = class_with(verdict(faults=(FAULT,)), replace(failing_with(failure()), look=(look,)), None)
    found = lists(results, states_of(results), links_of(results, {}))

    assert [(row.place, row.error) for row in found.not_gradable.rows] == [("ex01_join/join.py:7", "it is broken")]
    assert [(row.place, row.error) for row in found.look.rows] == [("ex01_join/join.py:31", "it reaches far")]
    assert [row.what for row in found.left.rows] == ["not matched", "refused"]
    assert [one.name for one in found.absent.rows] == [person(2).name]


def test_of_a_long_path_the_end_is_shown_with_the_line() -> None:
    results = class_with(verdict(faults=(FAULT,), file="deep/" * 50 + "join.py"))
    (row,) = lists(results, states_of(results), links_of(results, {})).not_gradable.rows

    assert row.place.endswith("deep/deep/join.py:7")
    assert len(row.place) < 130


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"days_late": 2, "deducted": 12.0}, "2 d late, 12 points less"),
        ({"days_late": 2}, "2 d late, no points less"),
        ({"override": "shown in the lab"}, "set by hand: shown in the lab"),
        ({"override": "ill", "days_late": 1, "deducted": 6.0}, "set by hand: ill; 1 d late, 6 points less"),
    ],
)
def test_a_mark_that_is_not_the_verdicts_says_why(changes: dict[str, object], why: str) -> None:
    results = results_of(KIT, [person(0)], [one_mark(**changes)])
    assert [row.why for row in lists(results, states_of(results), links_of(results, {})).changed.rows] == [why]


def test_a_long_list_is_cut_and_says_how_long_it_is() -> None:
    results = class_with(*[verdict(faults=(FAULT,))] * (MAX_ROWS + 5))
    found = lists(results, states_of(results), links_of(results, {}))

    assert (len(found.not_gradable.rows), found.not_gradable.count) == (MAX_ROWS, MAX_ROWS + 5)


def test_a_mark_set_by_hand_where_nothing_was_judged_shows_no_verdict() -> None:
    by_hand = replace(missing(person(0), KIT.exercises[0]), override="oral", points=50.0)
    results = results_of(KIT, [person(0)], [by_hand])
    (row,) = lists(results, states_of(results), links_of(results, {})).changed.rows

    assert (row.raw, row.points) == ("–", "50")
