"""A file that is named like no exercise is taken where it can be one answer only, and that is said."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

import pytest

from grader.classroom.files_by_hand import FileByHand, not_there
from grader.classroom.intake import Intake, take_in
from grader.classroom.rules import read_rules
from grader.errors import ClassroomError
from tests.class_samples import JOIN, exercises, folder, handed, reasons, roster

NAMELESS = "print('hello')\n"
SELECT = "async def select(*functions):\n    return None\n"
STREAM = "class Stream:\n    pass\n"


def taken(
    tmp_path: Path,
    files: Mapping[str, str],
    *,
    asked: Collection[str] = (),
    by_hand: Mapping[str, FileByHand] | None = None,
    people: str = "",
) -> Intake:
    staging = tmp_path / "staging"
    staging.mkdir(exist_ok=True)
    return take_in(
        folder(tmp_path / "class", files),
        exercises=exercises(),
        layout=None,
        roster=roster(tmp_path / "r.csv", people) if people else None,
        staging=staging,
        asked=asked,
        by_hand=by_hand,
    )


def said(learner: str = "", exercise: str = "") -> FileByHand:
    return FileByHand(learner=learner, exercise=exercise, said_by="class.toml:2")


# ---- guessed ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [JOIN, NAMELESS, "def (\n"])
def test_the_only_file_is_taken_where_one_exercise_is_asked_for(content: str, tmp_path: Path) -> None:
    files = {"prince_906_70006_my_join_final_FINAL.py": content, "kimmin_904_70004_join.py": JOIN}

    intake = taken(tmp_path, files, asked=["ex01"])

    assert handed(intake)["canvas-906", "ex01"] == "prince_906_70006_my_join_final_FINAL.py"
    assert intake.notes == (
        "prince_906_70006_my_join_final_FINAL.py is taken as prince's ex01, as it can be no other; "
        "if it is not, say in class.toml under [files] what it is",
    )


def test_a_file_that_defines_the_functions_of_one_exercise_is_taken_as_that(tmp_path: Path) -> None:
    files = {"ada/mine.py": JOIN, "ada/other.py": SELECT, "ada/third.py": STREAM,
             "ada/notes.py": NAMELESS, "bob/join.py": JOIN}  # fmt: skip
    intake = taken(tmp_path, files)

    assert handed(intake)["ada", "ex01"] == "ada/mine.py"
    assert handed(intake)["ada", "ex03"] == "ada/third.py"
    assert handed(intake)["ada", "ex02"] == "ada/other.py"
    assert list(reasons(intake)) == ["ada/notes.py"]


@pytest.mark.parametrize(
    "files",
    [
        {"ada/one.py": NAMELESS, "ada/two.py": NAMELESS},
        {"ada/one.py": JOIN, "ada/two.py": JOIN + "\n"},
        {"ada/mine.py": SELECT},
        {"ada/race_final.py": NAMELESS},
        {"ada/ex01_race.py": JOIN},
        {"ada/test_mine.py": JOIN},
        {"ada/race.py": SELECT, "ada/notes.py": NAMELESS},
    ],
)
def test_what_may_be_something_else_is_left_and_listed(files: dict[str, str], tmp_path: Path) -> None:
    intake = taken(tmp_path, {**files, "bob/join.py": JOIN}, asked=["ex01"])

    assert ("ada", "ex01") not in handed(intake)
    assert intake.notes == ()
    assert set(reasons(intake)) == set(files) - {"ada/race.py"}


def test_one_of_several_is_taken_if_it_alone_defines_the_function(tmp_path: Path) -> None:
    intake = taken(tmp_path, {"ada/notes.py": NAMELESS, "ada/mine.py": JOIN, "bob/join.py": JOIN}, asked=["ex01"])

    assert handed(intake)["ada", "ex01"] == "ada/mine.py"


def test_a_file_with_the_right_name_leaves_the_others_alone(tmp_path: Path) -> None:
    intake = taken(tmp_path, {"ada/join.py": JOIN, "ada/better.py": JOIN, "bob/join.py": JOIN}, asked=["ex01"])

    assert handed(intake)["ada", "ex01"] == "ada/join.py"
    assert "ada/better.py" in reasons(intake)


def test_of_a_misnamed_file_that_was_handed_in_again_the_last_counts(tmp_path: Path) -> None:
    files = {"prince_906_70006_mine.py": JOIN, "prince_906_70016_mine-1.py": JOIN + "# better\n"}

    intake = taken(tmp_path, files, asked=["ex01"])

    assert list(handed(intake).values()) == ["prince_906_70016_mine-1.py"]
    assert len(intake.notes) == 1


# ---- said by hand ----------------------------------------------------------------------------------------------------


def test_class_toml_says_which_exercise_a_file_is_for(tmp_path: Path) -> None:
    by_hand = {"ada/one.py": said(exercise="ex01"), "ada/two.py": said(exercise="ex02")}

    intake = taken(tmp_path, {"ada/one.py": NAMELESS, "ada/two.py": NAMELESS, "bob/join.py": JOIN}, by_hand=by_hand)

    assert handed(intake)["ada", "ex01"] == "ada/one.py"
    assert handed(intake)["ada", "ex02"] == "ada/two.py"
    assert intake.notes == ()


def test_class_toml_says_whose_a_file_is(tmp_path: Path) -> None:
    people = "name,login\nAda Love,ada\nBob Roe,bob\nCy Fox,cy\n"
    files = {"lost/join.py": JOIN, "bob/join.py": JOIN, "cy/join.py": JOIN}

    intake = taken(tmp_path, files, by_hand={"lost/join.py": said(learner="Ada Love")}, people=people)

    assert handed(intake)["ada", "ex01"] == "lost/join.py"
    assert intake.strangers == ()


def test_class_toml_decides_between_two_that_are_level(tmp_path: Path) -> None:
    files = {"ada/join.py": "1", "ada/ex01_join/join.py": "2", "bob/join.py": JOIN}

    intake = taken(tmp_path, files, by_hand={"ada/join.py": said(exercise="ex01")})

    assert handed(intake)["ada", "ex01"] == "ada/join.py"
    assert reasons(intake)["ada/ex01_join/join.py"] == "does not count, because class.toml names ada/join.py"


def test_what_is_no_python_file_stays_none(tmp_path: Path) -> None:
    files = {"ada/join.txt": JOIN, "bob/join.py": JOIN}

    intake = taken(tmp_path, files, by_hand={"ada/join.txt": said(exercise="ex01")})

    assert reasons(intake) == {"ada/join.txt": "is not a Python file"}


def test_a_file_that_is_not_there_is_said_with_the_nearest(tmp_path: Path) -> None:
    intake = taken(tmp_path, {"ada/main.py": JOIN, "bob/join.py": JOIN}, by_hand={"ada/mian.py": said(exercise="ex01")})

    assert "class.toml:2: there is no file 'ada/mian.py' here; did you mean 'ada/main.py'?" in intake.notes
    assert list(not_there({"x.py": said()}, [])) == ["class.toml:2: there is no file 'x.py' here"]


def test_files_of_class_toml_are_read_with_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "class.toml"
    path.write_text('[files]\n"a (1).py" = "ex01"\n"é/b.py" = { learner = "ada" }\n')

    files = read_rules(path, ["ex01"]).files

    assert (files["a (1).py"].exercise, files["a (1).py"].said_by) == ("ex01", f"{path}:2")
    assert (files["é/b.py"].learner, files["é/b.py"].exercise) == ("ada", "")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('"a.py" = "ex1"', r"class\.toml:2: there is no exercise 'ex1'"),
        ('"a.py" = 3', r"class\.toml:2: 'files\.a\.py' must be an exercise, or a table"),
        ('"a.py" = { lerner = "ada" }', r"must be an exercise, or a table with `learner`, `exercise` or both"),
        ('"a.py" = {}', r"must be an exercise, or a table"),
        ('"a.py" = { learner = "" }', r"must be an exercise, or a table"),
    ],
)
def test_a_file_that_is_written_wrongly_is_one_sentence_with_its_line(line: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "class.toml"
    path.write_text(f"[files]\n{line}\n")

    with pytest.raises(ClassroomError, match=message) as caught:
        read_rules(path, ["ex01"])
    assert caught.value.hint
