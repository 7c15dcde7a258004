"""Marks: which hand-in counts, what being late costs, what an instructor has set, and what ``class.toml`` may say."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from grader.classroom.gradebook import Counted, HandIn, JudgedHandIn
from grader.classroom.marks import Mark, Standing, lowest_level, mark, moved
from grader.classroom.pool import Conditions, StoredVerdict
from grader.classroom.rules import ClassRules, Count, InstructorRemark, read_rules
from grader.classroom.weighing import Weighing
from grader.errors import ClassroomError
from grader.judge.verdict import Status

UNDER = Conditions(exercise="ex01", kit="kit-1", schedules=21, versions="grade 1")
EXERCISES = ("ex01", "ex02")


def handed(points: float, *, run: int = 1, at: str = "", late: bool = False, **changes: object) -> JudgedHandIn:
    """A hand-in that was judged, with changes of its verdict."""
    verdict = StoredVerdict(
        exercise="ex01",
        key=f"k{points}",
        status=Status.PASS if points == 100 else Status.FAIL,
        points=points,
        total=100,
        level=2,
        own_fault=False,
        fault="",
        trouble="",
        judged_at="",
    )
    return JudgedHandIn(
        learner="ada",
        exercise="ex01",
        key=verdict.key,
        shown="a",
        late=late,
        submitted_at=at,
        run=run,
        verdict=replace(verdict, **changes),  # type: ignore[arg-type]
        verdict_id=run,
        conditions=UNDER,
    )


def marked(*hand_ins: HandIn, rules: ClassRules | None = None) -> Mark:
    return mark("ada", "ex01", 100, hand_ins, rules or ClassRules(), skips=lambda one: one.verdict.fault == "untouched")


def rules(tmp_path: Path, text: str) -> ClassRules:
    path = tmp_path / "class.toml"
    path.write_text(text)
    return read_rules(path, EXERCISES, ["serial", "deadlock"])


# ---- which hand-in counts --------------------------------------------------------------------------------------------


def test_the_latest_hand_in_counts() -> None:
    assert marked(handed(90, run=1), handed(40, run=2)).points == 40


def test_the_best_hand_in_counts_where_the_rules_say_so() -> None:
    assert marked(handed(90, run=1), handed(40, run=2), rules=ClassRules(count=Count.BEST)).points == 90


def test_the_best_hand_in_is_the_best_after_what_being_late_costs(tmp_path: Path) -> None:
    decided = rules(tmp_path, 'count = "best"\n[deadlines]\nex01 = 2026-01-01T00:00:00Z\n[late]\nper_day = 30\n')
    in_time, late = handed(70, at="2025-12-31T00:00:00+00:00"), handed(90, run=2, at="2026-01-01T12:00:00+00:00")

    assert marked(in_time, late, rules=decided).points == 70


def test_nothing_handed_in_has_no_points_to_give_unless_the_rules_say_zero(tmp_path: Path) -> None:
    assert (marked().standing, marked().points) == (Standing.MISSING, None)
    assert marked(rules=rules(tmp_path, 'missing = "zero"')).points == 0.0


def test_a_file_at_fault_has_no_points() -> None:
    one = marked(handed(0, status=Status.CANNOT_JUDGE, fault="syntax"))

    assert (one.standing, one.points) == (Standing.CANNOT_JUDGE, 0.0)


def test_what_was_not_judged_gives_and_takes_nothing() -> None:
    one = marked(handed(0, status=Status.NOT_JUDGED, own_fault=True))

    assert (one.standing, one.points, one.own_fault) == (Standing.NOT_JUDGED, None, True)


def test_what_the_run_did_not_come_to_is_not_judged_by_what_came_before() -> None:
    waiting = HandIn(learner="ada", exercise="ex01", key="new", shown="a", run=2)

    assert marked(handed(90), waiting).standing is Standing.NOT_JUDGED
    assert marked(handed(90, run=3), waiting).points == 90


def test_an_untouched_stub_that_is_passed_over_leaves_what_came_before() -> None:
    stub = handed(0, run=2, status=Status.CANNOT_JUDGE, fault="untouched")

    assert marked(stub).standing is Standing.MISSING
    assert marked(handed(90), stub).points == 90


# ---- being late ------------------------------------------------------------------------------------------------------

DEADLINE = "[deadlines]\nex01 = 2026-03-01T12:00:00Z\n[late]\nper_day = 10\nmax_days = 3\ngrace_minutes = 10\n"


@pytest.mark.parametrize(
    ("at", "days", "points"),
    [
        ("2026-03-01T12:00:00+00:00", 0, 90),
        ("2026-03-01T12:10:00+00:00", 0, 90),
        ("2026-03-01T12:10:01+00:00", 1, 80),
        ("2026-03-02T12:00:00+00:00", 1, 80),
        ("2026-03-02T12:00:01+00:00", 2, 70),
        ("2026-03-04T12:00:00+00:00", 3, 60),
        ("2026-03-04T12:00:01+00:00", 4, 0),
        ("2026-03-01T14:05:00+02:00", 0, 90),
    ],
)
def test_every_day_that_has_begun_costs_and_after_the_last_one_nothing_is_given(
    tmp_path: Path, at: str, days: int, points: float
) -> None:
    one = marked(handed(90, at=at), rules=rules(tmp_path, DEADLINE))

    assert (one.days_late, one.points, one.raw, one.raw - one.deducted) == (days, points, 90, points)


def test_being_late_never_costs_more_than_there_is(tmp_path: Path) -> None:
    one = marked(handed(5, at="2026-03-03T12:00:00+00:00"), rules=rules(tmp_path, DEADLINE))

    assert (one.points, one.deducted) == (0, 5)


@pytest.mark.parametrize("more", ["days = 3", "ex01 = 2026-03-04T12:00:00Z"])
def test_an_extension_moves_the_deadline_of_one_learner(tmp_path: Path, more: str) -> None:
    decided = rules(tmp_path, f"{DEADLINE}[extensions.ada]\n{more}\n")

    assert marked(handed(90, at="2026-03-04T12:00:00+00:00"), rules=decided).points == 90
    assert marked(handed(90, at="2026-03-04T13:00:00+00:00"), rules=decided).points == 80
    assert decided.deadline("bob", "ex01") == datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_a_date_means_the_end_of_that_day_in_the_zone_of_the_class(tmp_path: Path) -> None:
    decided = rules(tmp_path, 'timezone = "Europe/Berlin"\n[deadlines]\nex01 = 2026-07-01\n')

    assert decided.deadline("ada", "ex01") == datetime(2026, 7, 1, 21, 59, 59, tzinfo=UTC)


def test_late_by_the_platforms_word_alone_is_one_day_unless_there_is_an_extension(tmp_path: Path) -> None:
    marked_late = handed(90, late=True)

    assert marked(marked_late, rules=rules(tmp_path, DEADLINE)).days_late == 1
    assert marked(marked_late, rules=rules(tmp_path, DEADLINE + "[extensions.ada]\ndays = 2\n")).days_late == 0


def test_a_mark_says_when_it_was_due_and_when_it_came_by_the_clocks_of_the_class(tmp_path: Path) -> None:
    decided = rules(
        tmp_path,
        'timezone = "Europe/Berlin"\n[deadlines]\nex01 = 2026-10-24T18:00:00\n[extensions.ada]\ndays = 1\n'
        "[late]\nper_day = 10\n",
    )
    one = marked(handed(90, at="2026-10-26T07:00:00+00:00"), rules=decided)

    assert one.common_deadline == "2026-10-24T18:00:00+02:00"
    assert one.deadline == "2026-10-25T18:00:00+01:00"
    assert one.handed_in == "2026-10-26T08:00:00+01:00"
    assert (one.days_late, one.points, one.verdict_id) == (1, 80, 1)
    assert marked(rules=decided).deadline == one.deadline


def test_points_are_rounded_once_to_hundredths_half_to_even(tmp_path: Path) -> None:
    decided = rules(tmp_path, DEADLINE.replace("per_day = 10", "per_day = 3.3333"))
    one = marked(handed(200 / 3, at="2026-03-02T12:00:00+00:00"), rules=decided)

    assert (one.raw, one.deducted, one.points) == (66.67, 3.33, 63.34)
    assert marked(handed(10.125)).points == 10.12


# ---- what an instructor has set --------------------------------------------------------------------------------------

OVERRIDE = '[[overrides]]\nlearner = "ada"\nexercise = "ex01"\npoints = 80\nreason = "by mail"\n'


def test_points_set_by_hand_count_whatever_the_verdict(tmp_path: Path) -> None:
    decided = rules(tmp_path, OVERRIDE)

    for one in (marked(handed(10), rules=decided), marked(rules=decided)):
        assert (one.points, one.override) == (80, "by mail")


# ---- the file --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("count = 'latest'\ncount = 3", 2, "not TOML"),
        ("\ncount = 'first'", 2, """'count' must be "latest" or "best\""""),
        ("[deadlines]\n\nex99 = 2026-01-01", 3, "there is no exercise 'ex99'"),
        ("[deadlines]\nex01 = '2026-01-01'", 2, "'deadlines.ex01' must be a date"),
        ("[deadlines]\nex01 = 2026-01-01\n[late]\nper_days = 10", 4, "unknown key 'late.per_days'"),
        ("[late]\nper_day = -1", 2, "'late.per_day' must be a number of at least 0"),
        ("[late]\nper_day = true", 2, "'late.per_day' must be a number of at least 0"),
        ("[extensions.ada]\ndays = 1\nex77 = 2026-01-01", 3, "there is no exercise 'ex77'"),
        ("[extensions]\nada = 3", 2, "'extensions.ada' must be a table"),
        (
            OVERRIDE + '[[overrides]]\nlearner = "bob"\nexercise = "ex01"\npoints = 1\n',
            6,
            "'overrides.reason' is missing",
        ),
        (OVERRIDE + OVERRIDE.replace("80", "'80'"), 9, "'overrides.points' must be a number"),
        ("timezone = 'Mars/Base'", 1, "'timezone' must be the name of a time zone"),
        ("[dedlines]\nex01 = 2026-01-01", 1, "unknown key 'dedlines'"),
    ],
)
def test_a_mistake_in_the_file_names_its_line(tmp_path: Path, text: str, line: int, said: str) -> None:
    with pytest.raises(ClassroomError) as caught:
        rules(tmp_path, text)

    assert str(caught.value).startswith(f"{tmp_path / 'class.toml'}:{line}: ")
    assert said in str(caught.value)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("[deadline]\nex01 = 2026-11-20T18:00:00", "Write `deadlines`, or take it out."),
        ('timezone = "Europe/Berlni"', 'Write `timezone = "Europe/Berlin"`.'),
        ("[deadlines]\nex1 = 2026-11-20", "Did you mean `ex01`?"),
        ("[extensions.ada]\nday = 3", "Did you mean `days`?"),
        ('[[remarks]]\ntext = "x"\ndiagnosis = "seriel"', "Write `serial`."),
        ('[[remarks]]\ntext = "x"\nexercises = "ex01"', "Write `exercise`, or take it out."),
        ('[[remarks]]\ntext = "x"\nexercise = "ex09"', "Did you mean `ex0"),
        ('[[remark]]\ntext = "x"', "Write `remarks`, or take it out."),
    ],
)
def test_a_key_that_is_not_known_is_answered_by_the_nearest(tmp_path: Path, text: str, hint: str) -> None:
    with pytest.raises(ClassroomError) as caught:
        rules(tmp_path, text)

    assert hint in caught.value.hint


def test_the_file_of_the_documentation_is_read_as_it_stands(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "class.md").read_text()
    (example,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    path = tmp_path / "class.toml"
    path.write_text(example)
    known = [f"ex{number:02}" for number in range(1, 13)]
    decided = read_rules(path, known, ["serial"])

    assert decided.weighing == Weighing(weights={"ex03": 2.0}, best=10, extra=frozenset({"ex12"}))
    assert [(remark.diagnosis, remark.text) for remark in decided.remarks] == [("serial", "We look at this on Monday.")]


def test_a_learner_who_is_not_in_the_class_is_named_with_who_may_be_meant(tmp_path: Path) -> None:
    decided = rules(tmp_path, "[extensions.adda]\ndays = 1\n" + OVERRIDE)

    assert list(decided.strangers({"ada": "Ada L.", "bob": "Bob"})) == [
        f"{tmp_path / 'class.toml'}:1: there is no learner 'adda' in this class; did you mean 'ada'?"
    ]


def test_a_learner_who_is_called_by_name_instead_of_the_key_is_answered_with_the_key(tmp_path: Path) -> None:
    decided = rules(tmp_path, '[extensions."Ada L."]\ndays = 1\n[extensions.zed]\ndays = 1\n')
    decided = replace(decided, remarks=(InstructorRemark(text="x", learner="Bobb", line=9),))
    sentences = list(decided.strangers({"a@x.invalid": "Ada L.", "b@x.invalid": "Bob"}))

    assert [sentence.partition("; ")[2] for sentence in sentences] == [
        "did you mean 'a@x.invalid'?",
        "the keys of all learners stand in grades.csv",
        "did you mean 'b@x.invalid'?",
    ]


def test_a_class_in_which_nothing_was_played_claims_no_isolation() -> None:
    assert lowest_level([]) == lowest_level([marked()]) == 0


def test_a_class_claims_the_isolation_of_the_file_that_was_played_with_the_least() -> None:
    assert lowest_level([marked(handed(90)), marked(handed(40, level=1)), marked()]) == 1


# ---- what moved ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("then", "cause"),
    [
        ({"key": "other"}, "another file"),
        ({"conditions": replace(UNDER, kit="kit-0")}, "the exercise has changed"),
        ({"conditions": replace(UNDER, versions="grade 0")}, "other versions: grade 0 -> grade 1"),
        ({"conditions": replace(UNDER, schedules=1)}, "21 schedules instead of 1"),
        ({}, "nothing has changed"),
    ],
)
def test_a_mark_that_moved_is_named_with_its_cause(then: dict[str, object], cause: str) -> None:
    before = replace(Counted(points=60.0, key="k40", conditions=UNDER), **then)  # type: ignore[arg-type]
    (sentence,) = moved({("ada", "ex01"): before}, [marked(handed(40))], {"ada": "Ada L."})

    assert sentence.startswith(f"Ada L., ex01: 60 -> 40 points; {cause}")


def test_a_mark_that_stayed_or_is_new_is_not_said_to_have_moved() -> None:
    same = Counted(points=40.0, key="other", conditions=UNDER)

    assert list(moved({("ada", "ex01"): same}, [marked(handed(40))], {})) == []
    assert list(moved({}, [marked(handed(40))], {})) == []
