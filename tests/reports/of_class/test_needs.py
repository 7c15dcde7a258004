"""Who needs help, why, and what to say: the list with which the page of a class begins."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import pytest

from grader.classroom.gradebook import Learner
from grader.classroom.history import History
from grader.classroom.marks import ClassResults, Mark, Standing
from grader.judge.verdict import Verdict
from grader.kit.kit import builtin_root
from grader.policy.submission import Fault
from grader.reports.of_class.anonymous import anonymised
from grader.reports.of_class.figures import attempts, links_of, section_places
from grader.reports.of_class.needs import STUB_SAID, NeedRow, needs
from grader.reports.of_class.page import class_page
from tests.page_samples import Page
from tests.results_samples import course, judged, missing, person, results_of
from tests.samples import HOSTILE, case, failed_on_both, failure, verdict

TEMPLATES = builtin_root() / "templates"
KIT = course(4)
FAULT = Fault(kind="syntax", error="'(' was never closed", help="close the bracket", line=7, text="x = (")
STUB = Fault(kind="untouched", error="nothing is written", help="write it")
FULL = verdict(case(1, "x", 100))


def reaching(points: int) -> Verdict:
    return verdict(failed_on_both(1, "x", 100 - points, failure()), case(2, "y", points))


def rows(results: ClassResults) -> tuple[NeedRow, ...]:
    return needs(results, links_of(results, {})).rows


def of(*answers: Verdict | None, beside: int = 0, **changes: object) -> ClassResults:
    """A class of one learner with these answers, to ex01, ex02 and so on, and of others who have full marks in all."""
    people = [person(number) for number in range(1 + beside)]
    marks: list[Mark] = []
    for number, one in enumerate(people):
        for exercise, made in zip(KIT.exercises, answers, strict=False):
            wanted = made if number == 0 else FULL
            marks.append(_mark(one, wanted and replace(wanted, exercise=exercise.id), exercise.id))
    exercises = tuple(exercise.id for exercise in KIT.exercises[: len(answers)])
    return results_of(KIT, people, marks, exercises=exercises, **changes)


def _mark(one: Learner, made: Verdict | None, exercise: str) -> Mark:
    return missing(one, KIT.exercise(exercise)) if made is None else judged(one, made)


# ---- who -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ((reaching(49),), ("ex01 under half",)),
        ((FULL, reaching(0), reaching(20)), ("ex02 and ex03 under half",)),
        ((verdict(faults=(FAULT,)),), ("ex01 not gradable",)),
        ((reaching(10), verdict(faults=(FAULT,))), ("ex01 under half", "ex02 not gradable")),
        ((FULL, None, None), ("ex02 and ex03 missing",)),
        ((reaching(10), None, None), ("ex01 under half", "ex02 and ex03 missing")),
    ],
)
def test_a_learner_who_is_stuck_needs_help(answers: Sequence[Verdict | None], why: tuple[str, ...]) -> None:
    (row,) = rows(of(*answers, beside=3))

    assert (row.learner.name, row.why) == (person(0).name, why)


@pytest.mark.parametrize(
    "answers",
    [
        (FULL,),
        (reaching(50),),
        (FULL, FULL, None),
        (FULL, None, FULL),
    ],
)
def test_half_of_the_points_or_one_exercise_that_is_missing_is_no_need(answers: Sequence[Verdict | None]) -> None:
    assert rows(of(*answers, beside=3)) == ()


def test_what_most_of_the_class_has_not_handed_in_keeps_no_one_behind() -> None:
    people = [person(number) for number in range(3)]
    answers = [(FULL, FULL, FULL), (FULL, None, None), (FULL, None, None)]
    marks = [
        _mark(one, made and replace(made, exercise=exercise.id), exercise.id)
        for one, given in zip(people, answers, strict=True)
        for exercise, made in zip(KIT.exercises, given, strict=False)
    ]

    assert rows(results_of(KIT, people, marks, exercises=("ex01", "ex02", "ex03"))) == ()


def test_being_late_makes_no_need_and_points_set_by_hand_have_the_last_word() -> None:
    late = judged(person(0), reaching(60), deducted=60.0, points=0.0, days_late=9)
    helped = judged(person(1), reaching(0), override="shown in the lab", points=70.0)
    broken = judged(person(2), verdict(faults=(FAULT,)), override="read by hand", points=80.0)
    lowered = judged(person(3), FULL, override="written by the neighbour", points=10.0)
    results = results_of(KIT, [person(n) for n in range(4)], [late, helped, broken, lowered], exercises=("ex01",))

    assert [row.learner.name for row in rows(results)] == [person(3).name]


def test_who_handed_in_nothing_at_all_is_in_a_list_of_their_own() -> None:
    results = of(None, None, beside=1)
    text = Page(section(class_page(results, templates=TEMPLATES))).text

    assert rows(results) == ()
    assert "1 handed in nothing at all Ask what is in the way" in text
    assert text.endswith(person(0).name)


def test_those_with_the_most_exercises_come_first() -> None:
    people = [person(0), person(1)]
    marks = [judged(people[0], reaching(1)), judged(people[0], replace(FULL, exercise="ex02"))]
    marks += [judged(people[1], replace(reaching(1), exercise=id)) for id in ("ex01", "ex02")]
    found = rows(results_of(KIT, people, marks, exercises=("ex01", "ex02")))

    assert [row.learner.name for row in found] == [people[1].name, people[0].name]


# ---- what to say -----------------------------------------------------------------------------------------------------


def test_of_a_low_answer_the_root_is_said_and_its_first_hint_asked() -> None:
    (row,) = rows(of(FULL, reaching(10), reaching(20)))
    serial = KIT.diagnoses["serial"]

    assert row.exercise == "ex02"
    assert row.say == f"{serial.sentence[0].upper()}{serial.sentence[1:]}. Ask: {serial.hints[0]}"


def test_of_a_file_that_cannot_be_judged_the_fault_is_said_and_what_to_do() -> None:
    assert rows(of(verdict(faults=(FAULT,))))[0].say == "'(' was never closed. Close the bracket."
    assert rows(of(verdict(faults=(STUB,))))[0].say == STUB_SAID


def test_of_one_who_has_fallen_behind_the_last_hand_in_and_the_next_exercise_are_said() -> None:
    (row,) = rows(of(FULL, None, None, beside=2))
    title = KIT.exercises[1].title

    assert row.say == f"The last hand-in is ex01. Ask what has come up since, and begin ex02, {title}, together."


def test_a_mark_without_a_verdict_or_with_a_diagnosis_that_the_kit_has_forgotten_still_has_a_sentence() -> None:
    bare = replace(judged(person(0), reaching(0)), verdict=None)
    old = reaching(0)
    forgotten = failed_on_both(1, "takes as long as the slowest", 100, failure(diagnosis="no-longer-there"))

    assert rows(results_of(KIT, [person(0)], [bare], exercises=("ex01",)))[0].say == "Ask how far the answer is."
    assert rows(of(replace(old, tests=(forgotten,))))[0].say == "Takes as long as the slowest."


def test_attempts_are_said_where_there_were_several() -> None:
    key = (person(0).key, "ex01")
    none, full = History(3, None), History(4, 2)

    assert rows(of(reaching(0), histories={key: History(1, None)}))[0].tried == ""
    assert rows(of(reaching(0), histories={key: none}))[0].tried == "3 attempts, none with full marks"
    assert rows(of(reaching(0), histories={key: full}))[0].tried == "4 attempts, full marks at number 2"


# ---- attempts to full marks ------------------------------------------------------------------------------------------


def test_attempts_to_full_marks_are_said_of_every_exercise_once_anyone_has_tried_twice() -> None:
    people = [person(number).key for number in range(4)]
    results = of(FULL, FULL, FULL, beside=3)
    once = {(key, "ex01"): History(1, 1) for key in people}
    more = once | {(people[0], "ex01"): History(5, 4), (people[1], "ex02"): History(2, None)}

    assert attempts(replace(results, histories=once)) == {}
    assert attempts(replace(results, histories=more)) == {"ex01": "1 to 4, median 1", "ex02": "–", "ex03": "–"}


def test_the_table_of_exercises_has_the_column_only_then() -> None:
    results = of(FULL)
    several = replace(results, histories={(person(0).key, "ex01"): History(2, 2)})

    assert "Attempts to full marks" not in class_page(results, templates=TEMPLATES)
    assert "Attempts to full marks" in class_page(several, templates=TEMPLATES)


def test_the_anonymous_results_keep_the_attempts_under_their_labels() -> None:
    results = of(reaching(0), beside=1, histories={(person(0).key, "ex01"): History(3, None)})
    hidden = anonymised(results)

    assert set(hidden.histories) <= {(key, "ex01") for key in hidden.learners}
    assert [row.tried for row in rows(hidden)] == ["3 attempts, none with full marks"]


# ---- the page --------------------------------------------------------------------------------------------------------


def section(text: str) -> str:
    return re.findall(r'<section id="needs".*?</section>', text, re.DOTALL)[0]


def in_sections(*names: str) -> ClassResults:
    people = [replace(person(number), section=name) for number, name in enumerate(names)]
    marks = [judged(one, reaching(10 if number == 0 else 90)) for number, one in enumerate(people)]
    return results_of(KIT, people, marks, exercises=("ex01",))


def test_the_page_begins_with_those_who_need_help() -> None:
    text = class_page(of(reaching(10)), templates=TEMPLATES)
    shown = Page(section(text)).text

    assert text.index('id="needs"') < text.index('id="exercises"')
    assert f"{person(0).name} ex01 under half ex01 " in shown
    assert 'class="stuck' not in class_page(of(FULL), templates=TEMPLATES)
    assert "No one who handed something in is stuck." in class_page(of(FULL), templates=TEMPLATES)


def test_sections_are_counted_and_their_learners_can_be_told_apart() -> None:
    results = in_sections("B", "A", "A", "")
    text = class_page(results, templates=TEMPLATES)
    page = Page(text)

    assert section_places(results) == {"A": 1, "B": 2}
    assert "A 2 2 0 B 1 1 1" in page.text
    assert text.count('data-section="1"') == 2, "two rows of the table of learners"
    assert text.count('data-section="2"') == 2, "one there, and one who needs help"
    assert '<select name="section">' in text


def test_without_sections_the_page_speaks_of_none() -> None:
    text = class_page(in_sections("", ""), templates=TEMPLATES)

    assert 'name="section"' not in text
    assert "data-section=" not in text
    assert "Sections of the class" not in text


def test_an_anonymous_page_has_no_sections_because_a_section_may_say_who_it_was() -> None:
    assert section_places(anonymised(in_sections("Ada's"))) == {}


def test_the_name_of_a_section_does_not_act_on_the_page() -> None:
    text = class_page(in_sections(HOSTILE, "A"), templates=TEMPLATES)

    assert "<script>alert" not in text
    assert "<img" not in text


def test_a_learner_whose_file_was_not_judged_is_neither_stuck_nor_absent() -> None:
    open_mark = Mark(learner=person(0).key, exercise="ex01", total=100, standing=Standing.NOT_JUDGED)
    results = results_of(KIT, [person(0)], [open_mark], exercises=("ex01",))

    assert rows(results) == ()
    assert "handed in nothing at all" not in class_page(results, templates=TEMPLATES)
