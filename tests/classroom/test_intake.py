"""What platforms export comes in: whose each file is, for which exercise, and nothing is dropped or guessed."""

from __future__ import annotations

import os
import warnings
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.classroom.found import Layout
from grader.errors import ClassroomError
from tests.class_samples import (
    JOIN,
    RACE,
    exercises,
    folder,
    handed,
    keys,
    link,
    member,
    packed,
    packed_members,
    reasons,
    roster,
    taken,
    zipped,
)

GRADESCOPE = """\
submission_900:
  :submitters:
  - :name: Jane Doe
    :sid: 0042
    :email: Jane@uni.example
  :created_at: 2026-11-03 23:28:38.312145000 -08:00
  :score: 12.0
  :results: !ruby/hash:ActiveSupport::HashWithIndifferentAccess
    output: "!!python/object/apply:os.system ['true']"
submission_901:
  :submitters:
  - :name: Bob Roe
    :sid: '43'
    :email: bob@uni.example
  - :name: Kim Lee
    :sid: '44'
    :email: kim@uni.example
  :created_at: 2026-11-04 00:00:00.000000000 Z
"""


@pytest.fixture
def staging(tmp_path: Path) -> Path:
    return tmp_path / "staging"


# ---- Canvas ----------------------------------------------------------------------------------------------------------


def test_canvas_says_who_by_number_and_whether_it_was_late(tmp_path: Path, staging: Path) -> None:
    files = {"doejane_10_100_join.py": JOIN, "roebob_LATE_11_101_join.py": JOIN, "roebob_LATE_11_102_race.py": RACE}
    intake = taken(zipped(tmp_path / "submissions.zip", files), staging)

    assert intake.layout is Layout.CANVAS
    assert intake.because == "3 of 3 files are named name_user_file_upload, as Canvas does it"
    assert handed(intake) == {
        ("canvas-10", "ex01"): "doejane_10_100_join.py",
        ("canvas-11", "ex01"): "roebob_LATE_11_101_join.py",
        ("canvas-11", "ex02"): "roebob_LATE_11_102_race.py",
    }
    assert [one.late for one in intake.files] == [False, True, True]
    assert intake.learners[0].ids == (("canvas", "10"),)
    assert [one.path.read_text() for one in intake.files] == [JOIN, JOIN, RACE]


@pytest.mark.parametrize(
    ("name", "key", "late", "own"),
    [
        ("doejane2_10_100_join.py", "canvas-10", False, "doejane2"),
        ("3poc_LATE_10_100_join.py", "canvas-10", True, "3poc"),
        ("李小龙_10_100_join.py", "canvas-10", False, "李小龙"),
        ("10_100_join.py", "canvas-10", False, "user 10"),
        ("doejane_10_100_roebob_11_200_join.py", "canvas-10", False, "doejane"),
        ("LATE_anon_x5Jq9_100_join.py", "anonymous-x5Jq9", True, "anonymous x5Jq9"),
    ],
)
def test_canvas_names_of_every_kind(name: str, key: str, late: bool, own: str, tmp_path: Path, staging: Path) -> None:
    intake = taken(folder(tmp_path / "ex01 join", {name: JOIN, "roebob_11_101_join.py": JOIN}), staging)

    learners = {one.key: one.name for one in intake.learners}
    assert learners == {key: own, "canvas-11": "roebob"}
    assert [one.late for one in intake.files if one.learner == key] == [late]


def test_canvas_the_file_that_came_last_counts_and_the_others_are_listed(tmp_path: Path, staging: Path) -> None:
    files = {"doejane_10_105_join-1.py": "new", "doejane_10_100_join.py": "old", "doejane_10_99_join-2.py": "oldest"}
    intake = taken(zipped(tmp_path / "submissions.zip", files), staging)

    assert handed(intake) == {("canvas-10", "ex01"): "doejane_10_105_join-1.py"}
    assert set(reasons(intake).values()) == {"is superseded by doejane_10_105_join-1.py"}


def test_canvas_one_zip_or_folder_per_assignment_says_which_exercise_it_is(tmp_path: Path, staging: Path) -> None:
    files = {
        "ex01.zip": packed({"doejane_10_100_main.py": JOIN}),
        "Exercise 2 - select/doejane_10_101_answer.py": RACE,
    }
    intake = taken(folder(tmp_path / "course", files), staging)

    assert handed(intake) == {
        ("canvas-10", "ex01"): "ex01.zip/doejane_10_100_main.py",
        ("canvas-10", "ex02"): "Exercise 2 - select/doejane_10_101_answer.py",
    }


def test_canvas_a_zip_of_a_workspace_is_looked_into(tmp_path: Path, staging: Path) -> None:
    workspace = {"course/ex01_join/join.py": JOIN, "course/ex01_join/README.md": "", "course/ex02_select/race.py": RACE}
    intake = taken(zipped(tmp_path / "s.zip", {"doejane_10_100_course.zip": packed(workspace)}), staging)

    assert list(handed(intake)) == [("canvas-10", "ex01"), ("canvas-10", "ex02")]
    assert intake.leavings == 1


def test_canvas_typed_text_and_other_files_are_listed_and_their_owners_are_in_the_class(
    tmp_path: Path, staging: Path
) -> None:
    files = {"doejane_10_text.html": "x", "roebob_11_100_join.ipynb": "{}", "leekim_12_101_join.py.txt": JOIN,
             "poesam_13_102_join.rar": "x", "anon_x5Jq9_103_join.py": JOIN}  # fmt: skip
    intake = taken(zipped(tmp_path / "s.zip", files), staging, layout=Layout.CANVAS)

    assert keys(intake) == ["anonymous-x5Jq9", "canvas-10", "canvas-12", "canvas-13", "canvas-11"]
    assert list(handed(intake)) == [("anonymous-x5Jq9", "ex01")]
    said = reasons(intake)
    assert "typed into the platform" in said["doejane_10_text.html"]
    assert "notebook" in said["roebob_11_100_join.ipynb"]
    assert ".txt" in said["leekim_12_101_join.py.txt"]
    assert "ask for a zip or .tar.gz" in said["poesam_13_102_join.rar"]


def test_an_owner_whose_only_file_was_refused_is_in_the_class(tmp_path: Path, staging: Path) -> None:
    files = {"doejane_10_100_join.py": JOIN, "roebob_11_101_work.zip": "no zip", "leekim_12_102_race.py": RACE}
    intake = taken(zipped(tmp_path / "s.zip", files), staging)

    assert keys(intake) == ["canvas-10", "canvas-12", "canvas-11"]
    assert "not a zip" in reasons(intake)["roebob_11_101_work.zip"]


# ---- Moodle ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("middle", ["_file/", "_file_/", "_file_"])
def test_moodle_with_and_without_folders(middle: str, tmp_path: Path, staging: Path) -> None:
    files = {
        f"Jane Doe_12345_assignsubmission{middle}join.py": JOIN,
        f"Zoë O'Neil_9_assignsubmission{middle}race.py": RACE,
    }
    intake = taken(zipped(tmp_path / "CS1-Homework-77.zip", files), staging)

    assert intake.layout is Layout.MOODLE
    assert list(handed(intake)) == [("jane-doe", "ex01"), ("zoë-o-neil", "ex02")]
    assert intake.learners[0].ids == (("moodle", "12345"),)


def test_moodle_the_name_of_the_zip_says_which_exercise_if_the_file_does_not(tmp_path: Path, staging: Path) -> None:
    files = {"Jane Doe_1_assignsubmission_file/main.py": JOIN, "Bob Roe_2_assignsubmission_file/bob.py": JOIN}
    intake = taken(zipped(tmp_path / "CS1-Join-77.zip", files), staging)

    assert list(handed(intake)) == [("bob-roe", "ex01"), ("jane-doe", "ex01")]


def test_moodle_text_that_was_typed_in_is_no_submission(tmp_path: Path, staging: Path) -> None:
    files = {
        "Jane Doe_1_assignsubmission_onlinetext/onlinetext.html": "x",
        "Jane Doe_1_assignsubmission_file/join.py": JOIN,
    }
    intake = taken(zipped(tmp_path / "s.zip", files), staging)

    assert list(handed(intake)) == [("jane-doe", "ex01")]
    assert list(reasons(intake)) == ["Jane Doe_1_assignsubmission_onlinetext/onlinetext.html"]


def test_moodle_numbers_change_with_the_assignment_and_the_name_holds_it_together(
    tmp_path: Path, staging: Path
) -> None:
    files = {
        "a/Jane Doe_1_assignsubmission_file/join.py": JOIN,
        "b/Jane Doe_2_assignsubmission_file/race.py": RACE,
    }
    intake = taken(folder(tmp_path / "course", files), staging)

    assert list(handed(intake)) == [("jane-doe", "ex01"), ("jane-doe", "ex02")]
    assert intake.learners[0].ids == (("moodle", "1"), ("moodle", "2"))


def test_moodle_namesakes_stay_two_people(tmp_path: Path, staging: Path) -> None:
    files = {f"Jane Doe_{number}_assignsubmission_file/join.py": JOIN for number in (1, 2)}
    intake = taken(zipped(tmp_path / "s.zip", files), staging)

    assert list(handed(intake)) == [("jane-doe-1", "ex01"), ("jane-doe-2", "ex01")]


# ---- Gradescope ------------------------------------------------------------------------------------------------------


def gradescope_files(extra: dict[str, str]) -> dict[str, str]:
    return {
        f"assignment_7_export/{name}": text for name, text in {"submission_metadata.yml": GRADESCOPE, **extra}.items()
    }


def test_gradescope_says_who_and_when_and_a_group_shares_a_file(tmp_path: Path, staging: Path) -> None:
    files = gradescope_files({"submission_900/join.py": JOIN, "submission_901/src/race.py": RACE})
    intake = taken(zipped(tmp_path / "export.zip", files), staging)

    assert intake.layout is Layout.GRADESCOPE
    assert intake.because == "assignment_7_export/submission_metadata.yml is there"
    assert list(handed(intake)) == [
        ("bob@uni.example", "ex02"),
        ("jane@uni.example", "ex01"),
        ("kim@uni.example", "ex02"),
    ]
    assert [one.submitted_at for one in intake.files] == [
        "2026-11-04T00:00:00Z",
        "2026-11-04T07:28:38Z",
        "2026-11-04T00:00:00Z",
    ]
    assert intake.learners[1].ids == (("sid", "0042"),)


def test_gradescope_a_folder_that_the_metadata_does_not_know_is_listed(tmp_path: Path, staging: Path) -> None:
    files = gradescope_files({"submission_900/join.py": JOIN, "submission_999/join.py": JOIN, "notes.txt": ""})
    intake = taken(folder(tmp_path / "export", files), staging)

    said = reasons(intake)
    assert said["assignment_7_export/submission_999/join.py"].endswith("of which submission_metadata.yml says nothing")
    assert "assignment_7_export/notes.txt" in said


@pytest.mark.parametrize(
    ("text", "where"),
    [("a: 1\nb: ]\nc: 3\n", ":2:"), ("- a\n", ""), ("\x00", ""), ("a: " + "[" * 5000, ""), ("%YAML 9.9\n---\n", "")],
)
def test_gradescope_metadata_that_is_damaged_is_one_sentence(
    text: str, where: str, tmp_path: Path, staging: Path
) -> None:
    source = folder(tmp_path / "export", {"submission_metadata.yml": text, "submission_900/join.py": JOIN})

    with pytest.raises(ClassroomError, match=rf"^submission_metadata\.yml{where}"):
        taken(source, staging)


def test_gradescope_metadata_that_a_learner_hands_in_claims_nothing(tmp_path: Path, staging: Path) -> None:
    planted = "submission_900:\n  :submitters:\n  - :name: Bob Roe\n    :email: bob@uni.example\n"
    files = gradescope_files({"submission_900/join.py": JOIN, "submission_900/submission_metadata.yml": planted,
                              "submission_900/submission_900/race.py": RACE})  # fmt: skip
    intake = taken(zipped(tmp_path / "export.zip", files), staging)
    among_folders = {"alice/submission_metadata.yml": planted, "alice/submission_900/race.py": RACE}
    others = {f"{name}/join.py": JOIN for name in ("bob", "carol", "dave")}

    assert list(handed(intake)) == [("jane@uni.example", "ex01"), ("jane@uni.example", "ex02")]
    assert "assignment_7_export/submission_900/submission_metadata.yml" in reasons(intake)
    assert taken(folder(tmp_path / "class", among_folders | others), staging).layout is Layout.FOLDERS


def test_gradescope_metadata_that_is_nested_to_end_the_process_is_one_sentence(tmp_path: Path, staging: Path) -> None:
    deep = GRADESCOPE + "  :results: " + "[" * 1_000_000
    source = folder(tmp_path / "export", {"submission_metadata.yml": deep, "submission_900/join.py": JOIN})

    with pytest.raises(ClassroomError, match=r"^submission_metadata\.yml.* not YAML that can be read"):
        taken(source, staging)


def laughs() -> str:
    lines = ["a0: &a0 [x]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 40))]
    return "{" + ", ".join(lines) + "}"


HOSTILE_VALUES = {
    "laughs": laughs(),
    "merged laughs": "[&a {k: 1}" + "".join(f", &a {{<<: [*a, *a, *a, *a], k{n}: 1}}" for n in range(100)) + "]",
    "itself": "&a [*a]",
    "itself as a key": "&a {*a : 1}",
    "a list as a key": "{[x]: 1}",
    "an object": "!!python/object/apply:os.system ['true']",
    "a number of megabytes": "9" * (2 << 20),
    "hours of hours": "1" + ":59" * (1 << 20),
    "a text of megabytes": "x" * (16 << 20),
    "no day": "2026-99-99",
}


@pytest.mark.timeout(60)
@pytest.mark.parametrize("value", HOSTILE_VALUES.values(), ids=HOSTILE_VALUES.keys())
def test_gradescope_metadata_is_read_whatever_a_value_in_it_would_become(
    value: str, tmp_path: Path, staging: Path
) -> None:
    text = GRADESCOPE.replace(":score: 12.0", f":score: {value}")
    files = {"submission_metadata.yml": text, "submission_900/join.py": JOIN}
    intake = taken(folder(tmp_path / "export", files), staging, layout=Layout.GRADESCOPE)

    assert list(handed(intake)) == [("jane@uni.example", "ex01")]
    assert intake.learners[0].ids == (("sid", "0042"),)


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: " + "[" * 900, ""),
        ("a: " + "{b: " * 100_000, ""),
        ("- " * 100_000, ""),
        ("? " * 100_000, ""),
        ("".join(" " * depth + "a:\n" for depth in range(900)), "nested too deep"),
        ("".join(f"%TAG !e{number}! tag:x\n" for number in range(1_000_000)) + GRADESCOPE, "begins with a directive"),
    ],
    ids=["lists", "tables", "block lists", "block keys", "block tables", "directives"],
)
def test_gradescope_metadata_made_to_take_hours_is_refused_in_no_time(
    text: str, said: str, tmp_path: Path, staging: Path
) -> None:
    source = folder(tmp_path / "export", {"submission_metadata.yml": text, "submission_900/join.py": JOIN})

    with pytest.raises(ClassroomError, match=rf"^submission_metadata\.yml.* not YAML that can be read.*{said}"):
        taken(source, staging)


def test_gradescope_metadata_of_a_monstrous_size_is_refused_before_it_is_read(tmp_path: Path, staging: Path) -> None:
    source = folder(tmp_path / "export", {"submission_metadata.yml": GRADESCOPE, "submission_900/join.py": JOIN})
    os.truncate(source / "submission_metadata.yml", (128 << 20) + 1)

    with pytest.raises(ClassroomError, match="larger than 128 MiB"):
        taken(source, staging)


# ---- folders ---------------------------------------------------------------------------------------------------------


def test_folders_hold_files_workspaces_or_a_kit(tmp_path: Path, staging: Path) -> None:
    files = {
        "alice/join.py": JOIN,
        "bob/ex01_join/join.py": JOIN,
        "bob/.gradekit/backups/join.py": JOIN,
        "carol/exercises/ex01_join/join.py": JOIN,
        "dave.zip": packed({"work/ex01_join/join.py": JOIN}),
    }
    intake = taken(folder(tmp_path / "class", files), staging)

    assert intake.layout is Layout.FOLDERS
    assert intake.because == "4 of 4 files lie in a learner's own folder"
    assert list(handed(intake)) == [(name, "ex01") for name in ("alice", "bob", "carol", "dave")]


def test_folders_below_one_that_is_no_learners(tmp_path: Path, staging: Path) -> None:
    files = {"class/submissions/alice/join.py": JOIN, "class/submissions/bob/join.py": JOIN}

    assert keys(taken(zipped(tmp_path / "class.zip", files), staging)) == ["alice", "bob"]


def test_folders_with_other_files_beside_them(tmp_path: Path, staging: Path) -> None:
    files = {"roster.csv": "name", "hw/alice/join.py": JOIN, "hw/bob/join.py": JOIN, "notes/plan.txt": ""}
    intake = taken(folder(tmp_path / "class", files), staging)

    assert keys(intake) == ["alice", "bob"]
    assert reasons(intake) == {"roster.csv": "is not a Python file", "notes/plan.txt": "is not a Python file"}


def test_folders_a_class_of_one(tmp_path: Path, staging: Path) -> None:
    files = {"alice/ex01_join/join.py": JOIN, "alice/ex02_select/race.py": RACE}

    assert keys(taken(folder(tmp_path / "class", files), staging)) == ["alice"]


def test_folders_a_class_of_one_with_a_nested_project_is_whom_the_roster_knows(tmp_path: Path, staging: Path) -> None:
    people = roster(tmp_path / "roster.csv", "name,email,id\nAda,ada@x.invalid,1\n")
    source = folder(tmp_path / "week1", {"ada/project/src/join.py": JOIN})

    intake = taken(source, staging, roster=people)

    assert handed(intake) == {("ada@x.invalid", "ex01"): "ada/project/src/join.py"}
    assert intake.strangers == ()


def test_folders_above_the_one_whom_the_roster_knows_are_nobodys(tmp_path: Path, staging: Path) -> None:
    people = roster(tmp_path / "roster.csv", "name,email,id\nAda,ada@x.invalid,1\n")
    source = folder(tmp_path / "class", {"week1/submissions/ada/project/src/join.py": JOIN})

    assert list(handed(taken(source, staging, roster=people))) == [("ada@x.invalid", "ex01")]


def test_folders_of_sections_are_no_learners_if_the_roster_knows_those_in_them(tmp_path: Path, staging: Path) -> None:
    people = roster(tmp_path / "roster.csv", "name,login,group\nAda,ada,Sec 1\nBob,bob,Sec 1\nCy,cy,Sec 2\n")
    files = {"Sec 1/ada/join.py": JOIN, "Sec 1/bob/src/join.py": "x = 1\n", "Sec 2/cy.zip": packed({"join.py": JOIN})}

    intake = taken(folder(tmp_path / "class", {**files, "Sec 2/readme.txt": "x"}), staging, roster=people)

    assert handed(intake) == {
        ("ada", "ex01"): "Sec 1/ada/join.py",
        ("bob", "ex01"): "Sec 1/bob/src/join.py",
        ("cy", "ex01"): "Sec 2/cy.zip/join.py",
    }
    assert (intake.strangers, intake.notes) == ((), ())


def test_a_learner_whom_the_roster_knows_keeps_a_folder_named_like_another(tmp_path: Path, staging: Path) -> None:
    people = roster(tmp_path / "roster.csv", "name,login\nAda,ada\nBob,bob\n")

    intake = taken(folder(tmp_path / "class", {"ada/bob/join.py": JOIN, "bob/join.py": JOIN}), staging, roster=people)

    assert handed(intake)["ada", "ex01"] == "ada/bob/join.py"


def test_folders_per_exercise_above_those_of_learners(tmp_path: Path, staging: Path) -> None:
    files = {"ex01_join/alice/main.py": JOIN, "ex02_select/alice/main.py": RACE, "ex01_join/bob/join.py": JOIN}
    intake = taken(folder(tmp_path / "class", files), staging)

    assert list(handed(intake)) == [("alice", "ex01"), ("alice", "ex02"), ("bob", "ex01")]


@pytest.mark.parametrize("path", ["alice/project/src/join.py", "hw1/alice/join.py", "class/alice/src/join.py"])
def test_the_folder_of_a_lone_learner_is_none_of_a_program(path: str, tmp_path: Path, staging: Path) -> None:
    assert keys(taken(folder(tmp_path / "class", {path: JOIN}), staging)) == ["alice"]


def test_folders_cloned_by_github_classroom_lose_the_name_of_the_assignment(tmp_path: Path, staging: Path) -> None:
    clones = {f"async-{name}/{file}": "" for name in ("alice", "anna-b") for file in (".git/config", "join.py")}
    in_holder = {f"course-submissions/course-{name}/join.py": JOIN for name in ("alice", "anna-b")}

    assert keys(taken(folder(tmp_path / "clones", clones), staging)) == ["alice", "anna-b"]
    assert keys(taken(folder(tmp_path / "holder", in_holder), staging)) == ["alice", "anna-b"]


def test_folders_named_after_an_exercise_and_a_learner(tmp_path: Path, staging: Path) -> None:
    files = {"ex01-alice/main.py": JOIN, "ex02-alice/main.py": RACE, "ex01-bob/main.py": JOIN}
    intake = taken(folder(tmp_path / "class", files), staging)

    assert list(handed(intake)) == [("alice", "ex01"), ("alice", "ex02"), ("bob", "ex01")]


def test_a_link_to_another_learners_answer_is_refused(tmp_path: Path, staging: Path) -> None:
    source = folder(tmp_path / "class", {"alice/join.py": JOIN, "bob/race.py": RACE})
    (source / "bob" / "join.py").symlink_to(source / "alice" / "join.py")
    intake = taken(source, staging)

    assert list(handed(intake)) == [("alice", "ex01"), ("bob", "ex02")]
    assert "link" in reasons(intake)["bob/join.py"]


# ---- flat ------------------------------------------------------------------------------------------------------------


def test_flat_names_say_who_and_what_in_either_order(tmp_path: Path, staging: Path) -> None:
    files = {
        "alice_join.py": JOIN,
        "alice_ex02_select.py": RACE,
        "ex01_bob.py": JOIN,
        "Jane Doe - join (2).py": JOIN,
        "carol@uni.example_ex1.py": JOIN,
    }
    intake = taken(folder(tmp_path / "class", files), staging)

    assert intake.layout is Layout.FLAT
    assert intake.because == "5 of 5 files say who and what in their names"
    assert list(handed(intake)) == [
        ("alice", "ex01"), ("alice", "ex02"), ("bob", "ex01"), ("carol@uni.example", "ex01"), ("jane-doe", "ex01"),
    ]  # fmt: skip


def test_flat_below_a_folder_per_exercise(tmp_path: Path, staging: Path) -> None:
    files = {"ex01_join/alice.py": JOIN, "ex01_join/bob.py": JOIN, "ex02_select/alice.py": RACE}
    intake = taken(folder(tmp_path / "class", files), staging)

    assert list(handed(intake)) == [("alice", "ex01"), ("alice", "ex02"), ("bob", "ex01")]


def test_flat_a_name_that_says_too_little_or_too_much_is_listed(tmp_path: Path, staging: Path) -> None:
    files = {"join.py": JOIN, "alice.py": JOIN, "alice_join_race.py": "", "bob_join.py": JOIN}
    intake = taken(folder(tmp_path / "class", files), staging, layout=Layout.FLAT)

    assert list(handed(intake)) == [("bob", "ex01")]
    assert reasons(intake) == {
        "join.py": "does not say in its name whose it is",
        "alice.py": "does not say in its name which exercise it is for",
        "alice_join_race.py": "could be ex01 or ex02 by its name",
    }


def test_flat_where_one_exercise_is_asked_for_the_name_is_the_learners(tmp_path: Path, staging: Path) -> None:
    files = {"alice.py": JOIN, "Bob B (2).py": JOIN}
    intake = taken(folder(tmp_path / "class", files), staging, asked=["ex01"])

    assert (intake.layout, list(handed(intake))) == (Layout.FLAT, [("alice", "ex01"), ("bob-b", "ex01")])
    assert intake.because == "2 of 2 files name no exercise, and only ex01 is asked for"


def test_one_learners_own_files_are_no_class(tmp_path: Path, staging: Path) -> None:
    with pytest.raises(ClassroomError, match="it is not clear how the submissions are laid out"):
        taken(folder(tmp_path / "class", {"join.py": JOIN, "helpers.py": ""}), staging, asked=["ex01"])


# ---- which file counts -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["join.py", "JOIN.PY", "join (1).py", "join-1.py", "ex01.py", "ex01_join.py", "alice_join.py"]
)
def test_names_that_stand_for_the_exercise(name: str, tmp_path: Path, staging: Path) -> None:
    source = folder(tmp_path / "class", {f"alice/{name}": JOIN, "bob/join.py": JOIN})

    assert ("alice", "ex01") in handed(taken(source, staging))


@pytest.mark.parametrize(
    "name", ["join_final.py", "my_join.py", "test_join.py", "ex01_race.py", "joined.py", "bob_join.py"]
)
def test_names_that_only_look_like_it_decide_nothing(name: str, tmp_path: Path, staging: Path) -> None:
    intake = taken(folder(tmp_path / "class", {f"alice/{name}": "x = 1\n", "bob/join.py": JOIN}), staging)

    assert list(handed(intake)) == [("bob", "ex01")]
    assert f"alice/{name}" in reasons(intake)


def test_the_highest_number_of_a_copy_counts_and_a_copy_kept_aside_does_not(tmp_path: Path, staging: Path) -> None:
    files = {"alice/join.py": "1", "alice/join (2).py": "3", "alice/join (1).py": "2",
             "bob/join.py": "1", "bob/join - Copy.py": "0", "bob/Copy of join.py": "0"}  # fmt: skip
    intake = taken(folder(tmp_path / "class", files), staging)

    assert list(handed(intake).values()) == ["alice/join (2).py", "bob/join.py"]


def test_a_name_that_contradicts_its_folder_decides_nothing(tmp_path: Path, staging: Path) -> None:
    intake = taken(folder(tmp_path / "class", {"alice/ex02_select/join.py": JOIN, "bob/join.py": JOIN}), staging)

    assert list(handed(intake)) == [("bob", "ex01")]
    assert reasons(intake) == {"alice/ex02_select/join.py": "is named like ex01 but lies with ex02"}


def test_two_answers_that_are_level_and_differ_count_neither(tmp_path: Path, staging: Path) -> None:
    files = {"alice/join.py": "1", "alice/ex01_join/join.py": "2", "bob/join.py": "1", "bob/ex01_join/join.py": "1"}
    intake = taken(folder(tmp_path / "class", files), staging)

    assert list(handed(intake)) == [("bob", "ex01")]
    assert "not clear which of them counts" in reasons(intake)["alice/join.py"]
    assert reasons(intake)["bob/join.py"] == "is the same as bob/ex01_join/join.py"


def test_a_file_of_another_name_that_was_handed_in_again_counts_once(tmp_path: Path, staging: Path) -> None:
    files = {
        "ex01/doejane_10_100_main.py": "old",
        "ex01/doejane_10_105_main-1.py": "new",
        "ex01/roebob_11_101_a.py": "1",
    }
    intake = taken(folder(tmp_path / "course", files), staging)

    assert list(handed(intake).values()) == ["ex01/doejane_10_105_main-1.py", "ex01/roebob_11_101_a.py"]


def test_a_file_beside_the_answer_is_listed(tmp_path: Path, staging: Path) -> None:
    files = {"alice/ex01_join/join.py": JOIN, "alice/ex01_join/try.py": "", "bob/ex01_join/test_mine.py": "",
             "carol/ex01_join/one.py": "1", "carol/ex01_join/two.py": "2"}  # fmt: skip
    intake = taken(folder(tmp_path / "class", files), staging)

    assert list(handed(intake)) == [("alice", "ex01")]
    said = reasons(intake)
    assert said["alice/ex01_join/try.py"] == "lies beside join.py, which is the answer"
    assert "like a test" in said["bob/ex01_join/test_mine.py"]
    assert "2 files that could be ex01" in said["carol/ex01_join/one.py"]
    assert keys(intake) == ["alice", "bob", "carol"]


# ---- the roster ------------------------------------------------------------------------------------------------------


def test_those_on_the_roster_without_a_file_are_in_the_class(tmp_path: Path, staging: Path) -> None:
    people = roster(tmp_path / "roster.csv", "name,email\nJane Doe,jane@uni.example\nSam Poe,sam@uni.example\n")
    intake = taken(folder(tmp_path / "class", {"jane/join.py": JOIN, "eve/join.py": JOIN}), staging, roster=people)

    assert keys(intake) == ["eve", "jane@uni.example", "sam@uni.example"]
    assert list(handed(intake)) == [("eve", "ex01"), ("jane@uni.example", "ex01")]
    assert [(one.shown, one.reason) for one in intake.strangers] == [("eve", "is not on roster.csv")]


def test_a_name_that_two_on_the_roster_have_is_given_to_neither(tmp_path: Path, staging: Path) -> None:
    people = roster(tmp_path / "roster.csv", 'name,email\n"Doe, Jane",jane1@uni.example\nJane Doe,jane2@uni.example\n')
    source = zipped(tmp_path / "s.zip", {"Jane Doe_1_assignsubmission_file/join.py": JOIN})
    intake = taken(source, staging, roster=people)

    assert list(handed(intake)) == [("jane-doe", "ex01")]
    [stranger] = intake.strangers
    assert stranger.reason == "could be Jane Doe (jane1@uni.example) or Jane Doe (jane2@uni.example) of roster.csv"


def test_a_stranger_is_never_taken_for_a_learner_with_the_same_key(tmp_path: Path, staging: Path) -> None:
    people = roster(tmp_path / "roster.csv", "name,canvas id\nEve Poe,12\n")
    source = zipped(tmp_path / "s.zip", {"poeeve_13_100_join.py": JOIN})
    intake = taken(source, staging, roster=people)

    assert keys(intake) == ["canvas-12", "canvas-13"]
    assert list(handed(intake)) == [("canvas-13", "ex01")]


# ---- which layout ----------------------------------------------------------------------------------------------------


def test_a_layout_that_was_asked_for_is_not_questioned(tmp_path: Path, staging: Path) -> None:
    intake = taken(folder(tmp_path / "class", {"alice_1_2_join.py": JOIN}), staging, layout=Layout.FLAT)

    assert intake.because == "it was asked for"
    assert keys(intake) == ["alice-1-2"]


def test_two_exports_in_one_are_not_guessed(tmp_path: Path, staging: Path) -> None:
    files = {"doejane_1_2_join.py": JOIN, "alice/join.py": JOIN}

    with pytest.raises(ClassroomError, match=r"1 of 2 files are named .* Canvas") as caught:
        taken(folder(tmp_path / "class", files), staging)
    assert "--layout canvas" in caught.value.hint


def test_a_heap_of_files_is_asked_about(tmp_path: Path, staging: Path) -> None:
    with pytest.raises(ClassroomError, match=r"not clear how .* 'main\.py', 'other\.py'") as caught:
        taken(folder(tmp_path / "class", {"main.py": JOIN, "other.py": JOIN}), staging)
    assert "--layout" in caught.value.hint


@pytest.mark.parametrize("files", [{}, {"alice/photo.png": "x"}])
def test_a_source_without_a_python_file_is_one_sentence(files: dict[str, str], tmp_path: Path, staging: Path) -> None:
    with pytest.raises(ClassroomError, match="there are"):
        taken(folder(tmp_path / "class", {"empty/": "", **files}), staging)


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        (["Anna Alm/join.py", "Anna Alm/join.py"], "'Anna Alm/join.py', the zip has this name more than once"),
        (["Anna Alm/join.py", "anna alm/join.py"], "'anna alm/join.py', another name in the zip differs from this one"),
    ],
)
def test_a_zip_of_which_every_file_is_refused_says_which_and_why(
    members: list[str], reason: str, tmp_path: Path, staging: Path
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        (tmp_path / "class.zip").write_bytes(packed_members([(member(name), JOIN) for name in members]))

    with pytest.raises(ClassroomError, match=rf"class\.zip: every file was refused: .*{reason}"):
        taken(tmp_path / "class.zip", staging)


def test_a_path_that_leads_out_of_a_zip_makes_nobody_a_learner(tmp_path: Path, staging: Path) -> None:
    members = [(link("Anna Alm/join.py"), "/etc/passwd"), (member("Bert Berg/join.py"), JOIN)]
    members += [(member(name), JOIN) for name in ("../evil/join.py", "/abs/join.py", "C:/win/join.py")]
    (tmp_path / "class.zip").write_bytes(packed_members(members))

    intake = taken(tmp_path / "class.zip", staging)

    assert keys(intake) == ["anna-alm", "bert-berg"]
    assert {"../evil/join.py", "/abs/join.py", "C:/win/join.py"} < set(reasons(intake))


def test_the_owner_of_a_zip_whose_paths_lead_out_is_in_the_class(tmp_path: Path, staging: Path) -> None:
    work = packed({"../evil/join.py": JOIN})
    source = folder(tmp_path / "class", {"doejane_7_9_work.zip": work, "roejo_8_10_join.py": JOIN})

    assert keys(taken(source, staging)) == ["canvas-7", "canvas-8"]


# ---- nothing is dropped ----------------------------------------------------------------------------------------------

_PARTS = st.sampled_from(
    ["alice", "bob", "ex01_join", "exercises", "Jane Doe_1_assignsubmission_file_", "doejane_1_2_work.zip",
     "submission_900", "join (1).py", "\u202egnirts", "a" * 60, "..", ".git", "ex01-bob"]
)  # fmt: skip
_LEAVES = st.sampled_from(
    ["join.py", "race.py", "doejane_LATE_1_3_join-1.py", "alice_join.py", "x.txt", "JOIN.py", "=1+1.py"]
)


@settings(max_examples=60)
@given(
    names=st.lists(
        st.tuples(st.lists(_PARTS, max_size=3), _LEAVES).map(lambda one: "/".join((*one[0], one[1]))), max_size=8
    ),
    layout=st.sampled_from(list(Layout)),
)
def test_every_file_is_handed_in_or_listed_or_a_leaving_in_every_layout(
    names: list[str], layout: Layout, tmp_path_factory: pytest.TempPathFactory
) -> None:
    base = tmp_path_factory.mktemp("any")
    source = zipped(base / "any.zip", dict.fromkeys(names, JOIN))
    intake = taken(source, base / "staging", layout=layout)

    accounted = {one.shown for one in (*intake.files, *intake.unmatched, *intake.refused)}
    for name in set(names):
        assert name in accounted or ".git" in name.split("/")
    assert {one.learner for one in intake.files} <= set(keys(intake))
    assert len(handed(intake)) == len(intake.files)


def test_a_refused_link_in_a_zip_does_not_hide_the_rest(tmp_path: Path, staging: Path) -> None:
    workspace = packed_members([(link("ex01_join/join.py"), "/etc/passwd")])
    source = zipped(tmp_path / "s.zip", {"doejane_1_2_w.zip": workspace, "roebob_3_4_join.py": JOIN})
    intake = taken(source, staging)

    assert list(handed(intake)) == [("canvas-3", "ex01")]
    assert keys(intake) == ["canvas-1", "canvas-3"]


def test_the_exercises_of_the_samples_are_the_ones_these_tests_speak_of() -> None:
    assert [one.file for one in exercises()][:5] == ["join.py", "race.py", "stream.py", "timeout.py", "fetch.py"]
