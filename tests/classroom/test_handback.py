"""Points go back into what the platform exported: only our cells are new, and what is not ours to change stays."""

from __future__ import annotations

import csv
import io
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from grader.classroom.gradebook import Learner
from grader.classroom.handback import TOTAL, Filled, Points, fill_canvas, fill_moodle, points_of, worksheet_exercise
from grader.classroom.marks import Mark, Standing
from grader.classroom.rules import InstructorRemark
from grader.classroom.sheet import Sheet, load_sheet, read_sheet
from grader.classroom.totals import weighed
from grader.classroom.weighing import Weighing
from grader.errors import ClassroomError
from tests.class_samples import exercises
from tests.results_samples import course, results_of

WHERE = Path("grades.csv")
CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Join (12345),Essay (7),ex02: select (12346),Current Score\r\n"
    ",,,,,Manual Posting,,,\r\n"
    "    Points Possible,,,,,10.00,5.00,100.00,(read only)\r\n"
    '"Doe, Jane",10,0042,jdoe,A,,4.00,,88.1\r\n'
    '"=""=cmd|\' /C calc\'!A0""",11,0043,mallory,B,3.00,=HYPERLINK("x"),EX,\r\n'
    '"O\'Neil, Zo\u00eb",12,,zoe,A,N/A,,12.5,\r\n'
    '"Student, Test",99,,8a5f,A,,,,\r\n'
)
MOODLE = (
    "Identifier,Full name,Email address,Status,Grade,Maximum grade,Grade can be changed,"
    "Last modified (submission),Last modified (grade),Feedback comments\n"
    'Participant 4711,Jane Doe,jane@uni.example,"Submitted for grading - ",,"20,00",Yes,-,-,\n'
    "Participant 4712,Mallory,mal@uni.example,,5,20.00,Yes,-,-,<p>Well done</p>\n"
    "Participant 4713,Zo\u00eb O'Neil,zoe@uni.example,,,20.00,No,-,-,\n"
)
JANE = Learner(key="canvas-10", name="doejane", ids=(("canvas", "10"),))
MALLORY = Learner(key="canvas-11", name="mallory", ids=(("canvas", "11"),))
ZOE = Learner(key="zoe", name="Zo\u00eb O'Neil")
CLASS = (JANE, MALLORY, ZOE)


def points(number: float, feedback: str = "") -> Points:
    return Points(points=number, total=100, feedback=feedback)


def sheet(text: str) -> Sheet:
    return read_sheet(text.encode(), where=WHERE)


def canvas(
    results: dict[tuple[str, str], Points],
    *,
    text: str = CANVAS,
    columns: dict[str, str] | None = None,
    learners: tuple[Learner, ...] = CLASS,
) -> Filled:
    return fill_canvas(sheet(text), results, learners, exercises=exercises(), columns=columns or {})


def moodle(results: dict[tuple[str, str], Points], *, text: str = MOODLE, exercise: str = "ex01") -> Filled:
    return fill_moodle(sheet(text), results, CLASS, exercises=exercises(), exercise=exercise)


def cells(filled: Filled) -> list[list[str]]:
    return list(csv.reader(io.StringIO(filled.content.decode("utf-8-sig"), newline="")))


def differences(before: str, after: bytes) -> list[tuple[str, str]]:
    pairs = zip(before.split(","), after.decode().split(","), strict=True)
    return [(old, new) for old, new in pairs if old != new]


# ---- Canvas ----------------------------------------------------------------------------------------------------------


def test_canvas_only_our_cells_change() -> None:
    filled = canvas({("canvas-10", "ex01"): points(69), ("canvas-10", "ex02"): points(100)})

    assert differences(CANVAS, filled.content) == [("", "6.90"), ("", "100.00")]
    assert cells(filled)[3] == ["Doe, Jane", "10", "0042", "jdoe", "A", "6.90", "4.00", "100.00", "88.1"]
    assert [(one.learner, one.exercise, one.old, one.new) for one in filled.changed] == [
        ("canvas-10", "ex01", "", "6.90"),
        ("canvas-10", "ex02", "", "100.00"),
    ]
    assert not filled.replaced


def test_canvas_a_grade_that_was_there_is_replaced_and_reported() -> None:
    filled = canvas({("canvas-11", "ex01"): points(50)})

    assert differences(CANVAS, filled.content) == [("3.00", "5.00")]
    assert [(one.old, one.new) for one in filled.replaced] == [("3.00", "5.00")]


def test_canvas_a_grade_that_is_the_same_is_left_as_it_is_written() -> None:
    filled = canvas({("zoe", "ex02"): points(12.5)})

    assert filled.content.decode() == CANVAS
    assert filled.changed == ()


def test_canvas_a_learner_excused_or_not_assigned_is_left_alone_and_reported() -> None:
    filled = canvas({("canvas-11", "ex02"): points(50), ("zoe", "ex01"): points(50)})

    assert filled.content.decode() == CANVAS
    assert [(one.shown, one.reason) for one in filled.kept] == [
        ("Zo\u00eb O'Neil, ex01", "is not assigned to them"),
        ("mallory, ex02", "is excused"),
    ]


def test_canvas_who_is_not_in_the_gradebook_or_could_be_two_is_reported() -> None:
    nobody = Learner(key="nobody", name="No Body")
    twice = CANVAS + '"Doe, Jane",13,,,A,,,,\r\n'
    jane = Learner(key="jane-doe", name="Jane Doe")
    results = {("nobody", "ex01"): points(1), ("jane-doe", "ex01"): points(1), ("canvas-10", "ex01"): points(1)}

    filled = canvas(results, text=twice, learners=(nobody, jane, JANE))

    assert filled.not_found == ("nobody", "jane-doe")
    assert [one.learner for one in filled.changed] == ["canvas-10"]


def test_canvas_two_learners_never_share_a_row() -> None:
    other = Learner(key="jdoe", name="somebody")
    filled = canvas({("canvas-10", "ex01"): points(1), ("jdoe", "ex01"): points(2)}, learners=(JANE, other))

    assert filled.not_found == ("canvas-10", "jdoe")
    assert filled.content.decode() == CANVAS


def test_canvas_an_exercise_without_a_column_is_reported() -> None:
    assert canvas({("canvas-10", "ex03"): points(1)}).without_column == ("ex03",)


@pytest.mark.parametrize("name", ["Essay (7)", "Essay", "7"])
def test_canvas_a_column_can_be_named(name: str) -> None:
    filled = canvas({("canvas-10", "ex03"): points(50)}, columns={"ex03": name})

    assert [(one.exercise, one.old, one.new) for one in filled.replaced] == [("ex03", "4.00", "2.50")]


def fifty(key: str, exercise: str) -> Mark:
    return Mark(learner=key, exercise=exercise, total=100, standing=Standing.JUDGED, points=50.0)


def test_canvas_one_column_for_all_exercises_is_filled_when_all_have_points() -> None:
    kit = course(3)
    all_of = [fifty("canvas-10", one.id) for one in kit.exercises]
    some = [fifty("canvas-11", "ex01"), *(replace(fifty("canvas-11", id), points=None) for id in ("ex02", "ex03"))]

    results = points_of(results_of(kit, CLASS[:2], [*all_of, *some]))
    filled = fill_canvas(sheet(CANVAS), results, CLASS, exercises=kit.exercises, columns={TOTAL: "Essay"})

    assert [(one.learner, one.exercise, one.new) for one in filled.changed if one.exercise == TOTAL] == [
        ("canvas-10", TOTAL, "2.50")
    ]


def test_canvas_the_total_is_weighed_as_on_every_other_report() -> None:
    made = [
        Mark(learner="canvas-10", exercise=exercise, total=100, standing=Standing.JUDGED, points=number)
        for exercise, number in (("ex01", 100.0), ("ex02", 50.0), ("ex03", 0.0))
    ]
    kit = course(3)
    results = results_of(kit, [JANE], weighed(made, Weighing(drop=1, weights={"ex01": 2.0})))
    filled = fill_canvas(sheet(CANVAS), points_of(results), CLASS, exercises=kit.exercises, columns={TOTAL: "Essay"})

    assert points_of(results)["canvas-10", TOTAL].points == 250
    assert points_of(results)["canvas-10", TOTAL].total == 300
    assert [one.new for one in filled.changed if one.exercise == TOTAL] == ["4.17"]


def test_canvas_points_are_rounded_half_to_even_and_not_by_a_binary_fraction() -> None:
    assert canvas({("canvas-10", "ex01"): points(29.999999999999996)}).changed[0].new == "3.00"
    assert canvas({("canvas-10", "ex01"): Points(points=2, total=3)}).changed[0].new == "6.67"
    assert canvas({("canvas-10", "ex01"): Points(points=12.5, total=1000)}).changed[0].new == "0.12"


def test_canvas_a_file_with_decimal_commas_semicolons_and_a_mark_stays_one() -> None:
    text = "Student;ID;SIS Login ID;Section;Join (1)\n    Points Possible;;;;100,00\nDoe, Jane;10;j;A;\n"
    filled = canvas({("canvas-10", "ex01"): points(69.5)}, text=f"\ufeff{text}")

    assert filled.content == b"\xef\xbb\xbf" + text.encode().replace(b";A;\n", b";A;69,50\n")


@pytest.mark.parametrize(
    ("text", "columns", "message"),
    [
        ("a,b\n1,2\n", {}, "no gradebook of Canvas"),
        (
            CANVAS.replace("Join (12345)", "Join the forum (1)").replace("ex02: select", "Race notes"),
            {},
            "no column is of",
        ),
        (CANVAS.replace("Essay (7)", "ex01 again (7)").replace("Join (", "ex01 now ("), {}, "could both be ex01's"),
        (CANVAS, {"ex01": "Quiz (1)"}, "there is no column for points called 'Quiz (1)', which is to be ex01's"),
        (CANVAS, {"ex01": "Current Score"}, "there is no column for points called"),
        (
            CANVAS.replace("Essay (7)", "Essay (8),Essay (7)").replace("10.00,5.00", "10.00,5.00,5.00"),
            {"ex01": "Essay"},
            "several columns",
        ),
    ],
)
def test_canvas_a_gradebook_that_does_not_fit_is_one_sentence(text: str, columns: dict[str, str], message: str) -> None:
    with pytest.raises(ClassroomError, match=r"grades\.csv") as caught:
        canvas({}, text=text, columns=columns)
    assert message in str(caught.value)
    assert caught.value.hint


def test_canvas_two_columns_for_one_exercise_are_asked_about_with_the_lines_to_write() -> None:
    text = CANVAS.replace("Join (12345)", "ex01 join (12345)").replace("Essay (7)", 'ex01 join ""resit"" (7)')
    text = text.replace('ex01 join ""resit"" (7)', '"ex01 join ""resit"" (7)"')

    with pytest.raises(ClassroomError, match=r"grades\.csv:1: .* could both be ex01's") as caught:
        canvas({}, text=text)
    for line in ('ex01 = "ex01 join (12345)"', r'ex01 = "ex01 join \"resit\" (7)"'):
        assert line in caught.value.hint
        column = tomllib.loads(line)["ex01"]
        assert canvas({}, text=text, columns={"ex01": column}).without_column == ()


def test_canvas_a_gradebook_that_excel_has_marked_is_filled_in() -> None:
    body = CANVAS.replace(",", ";").replace("Doe; Jane", "Doe, Jane")

    filled = canvas({("canvas-10", "ex01"): points(50)}, text="sep=;\r\n" + body)

    assert [(change.learner, change.new) for change in filled.changed] == [("canvas-10", "5.00")]
    assert filled.content.startswith(b"Student;ID;"), "Canvas takes the first line for the headings"


# ---- Moodle ----------------------------------------------------------------------------------------------------------


def test_moodle_grade_and_comment_are_filled_in_the_way_the_row_writes_numbers() -> None:
    filled = moodle({("canvas-10", "ex01"): points(69, "Cancel <siblings>\nat once")})

    assert cells(filled)[1][4] == "13,80"
    assert cells(filled)[1][9] == "Cancel &lt;siblings&gt;<br />at once"
    assert cells(filled)[2:] == list(csv.reader(io.StringIO(MOODLE)))[2:]


def test_moodle_a_grade_is_replaced_and_reported_but_an_instructors_comment_stays() -> None:
    mallory = Learner(key="mal@uni.example", name="?", email="MAL@uni.example")
    results = {("mal@uni.example", "ex01"): points(50, "ours")}
    filled = fill_moodle(sheet(MOODLE), results, (mallory,), exercises=exercises(), exercise="ex01")

    assert [(one.old, one.new) for one in filled.replaced] == [("5", "10.00")]
    assert [one.reason for one in filled.kept] == ["has a comment already; empty the cell to have ours"]
    assert "<p>Well done</p>" in filled.content.decode()


def test_moodle_a_grade_that_must_not_be_changed_is_not() -> None:
    filled = moodle({("zoe", "ex01"): points(50)})

    assert filled.content.decode() == MOODLE
    assert [(one.shown, one.reason) for one in filled.kept] == [
        ("Zo\u00eb O'Neil, ex01", "must not be changed, says the worksheet")
    ]


def test_moodle_what_learners_wrote_is_no_formula_in_our_cells() -> None:
    zoe = MOODLE.replace(",No,", ",Yes,")
    filled = moodle({("zoe", "ex01"): points(50, "=HYPERLINK(1)")}, text=zoe)

    assert cells(filled)[3][9] == "'=HYPERLINK(1)"


def test_a_comment_has_what_the_instructor_says_and_why_a_mark_was_set_by_hand() -> None:
    made = [replace(fifty("canvas-10", "ex01"), override="shown in person"), fifty("canvas-10", "ex02")]
    remarks = (
        InstructorRemark(text="See me.", learner="canvas-10"),
        InstructorRemark(text="A lovely loop.", exercise="ex02"),
        InstructorRemark(text="Not yours.", learner="zoe"),
    )
    both = points_of(replace(results_of(course(2), [JANE], made), remarks=remarks))
    alone = points_of(replace(results_of(course(1), [JANE], made[:1]), remarks=remarks))

    set_by_hand = "Set by your instructor: shown in person"
    assert both["canvas-10", "ex01"].feedback == set_by_hand
    assert both["canvas-10", "ex02"].feedback == "A lovely loop."
    assert both["canvas-10", TOTAL].feedback == f"See me.\n{set_by_hand}\nA lovely loop."
    assert alone["canvas-10", "ex01"].feedback == f"See me.\n{set_by_hand}"


def test_moodle_a_worksheet_of_another_kind_is_one_sentence() -> None:
    with pytest.raises(ClassroomError, match=r"grades\.csv:1: .* no column 'maximum grade'"):
        moodle({}, text=MOODLE.replace("Maximum grade", "Scale"))


def test_moodle_the_name_of_the_worksheet_says_which_exercise_it_is_of() -> None:
    assert worksheet_exercise(Path("Grades-CS1-Join-77.csv"), exercises()) == "ex01"
    assert worksheet_exercise(Path("whatever.csv"), exercises()[1:2]) == "ex02"
    with pytest.raises(ClassroomError, match="does not say which exercise"):
        worksheet_exercise(Path("whatever.csv"), exercises())


def test_the_gradebook_of_the_examples_takes_points_back() -> None:
    where = Path(__file__).parents[2] / "examples" / "class" / "gradebook.csv"
    class_ = tuple(Learner(key=f"canvas-{one}", name="", ids=(("canvas", str(one)),)) for one in (10240, 10252))
    results = {(one.key, exercise): points(50) for one in class_ for exercise in ("ex01", "ex02", "ex04")}
    filled = fill_canvas(load_sheet(where), results, class_, exercises=exercises(), columns={})

    assert [(one.learner, one.old, one.new) for one in filled.replaced] == [("canvas-10240", "10.00", "5.00")]
    assert [one.reason for one in filled.kept] == ["is excused"]
    assert [len(filled.changed), filled.not_found, filled.without_column] == [5, (), ()]
