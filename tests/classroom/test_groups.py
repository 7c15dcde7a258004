"""A group hands in once, and every member has the mark, or the run says who has not."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.classroom.found import Layout
from grader.classroom.groups import Groups, groups_of, label_of, person_named, read_groups
from grader.classroom.intake import Intake, take_in
from grader.classroom.people import Person
from grader.classroom.roster import Roster, read_roster
from grader.classroom.rules import read_rules
from grader.errors import ClassroomError
from grader.kit.faults import raising
from grader.kit.tables import Table, parse
from tests.class_samples import JOIN, exercises, folder, handed, keys, roster

WORKSHEET = (
    "Identifier,Full name,Email address,Status,Group,Grade,Maximum Grade,Grade can be changed,"
    "Last modified (submission),Last modified (grade),Feedback comments\n"
    "Participant 12,Zoë Übel,zoe@x.invalid,Submitted,Group A,,100.00,Yes,-,-,\n"
    "Participant 3002,Ann Bo,ann@x.invalid,Submitted,Group A,,100.00,Yes,-,-,\n"
    "Participant 3003,Kim Min,kim@x.invalid,Submitted,Default group,,100.00,Yes,-,-,\n"
)
GRADEBOOK = (
    "Student,ID,SIS User ID,SIS Login ID,Section,ex01 join (5501)\n    Points Possible,,,,,10\n"
    '"Ash, Al",501,s1,al,S,\n"Birch, Bo",502,s2,bo,S,\n'
)
GROUP_SET = (
    "name,canvas_user_id,user_id,login_id,sections,group_name,canvas_group_id,group_id\n"
    '"Ash, Al",501,s1,al,S,Group 1,7,\n"Birch, Bo",502,s2,bo,S,Group 1,7,\n"Cole, Cy",503,s3,cy,S,,,\n'
)


def table(text: str) -> Table:
    return parse(text, path=Path("class.toml"), known={"groups": ""}, report=raising(ClassroomError))


def taken(tmp_path: Path, files: dict[str, str], *, people: Roster | None = None, toml: str = "") -> Intake:
    staging = tmp_path / "staging"
    staging.mkdir(exist_ok=True)
    groups = read_groups(table(toml).table("groups", known=None), where="class.toml")
    source = folder(tmp_path / "class", files)
    return take_in(source, exercises=exercises(), layout=None, roster=people, staging=staging, groups=groups)


# ---- who is in a group -----------------------------------------------------------------------------------------------


def test_groups_of_class_toml_name_learners_by_whatever_they_are_known_by() -> None:
    groups = read_groups(
        table('[groups]\n"Group A" = ["ada", "bob@x.invalid", "canvas-501", "ada"]\n').table("groups", known=None),
        where="class.toml",
    )

    assert [member.handle for member in groups[0].members] == ["ada", "bob@x.invalid", "canvas-501"]
    assert groups[0].members[2].ids == (("canvas", "501"),)
    assert groups[0].said_by == "class.toml:2"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('"Group A" = "ada"', r"class\.toml:2: 'groups\.Group A' must be a list of texts"),
        ('"Group A" = [3]', r"class\.toml:2: .* a list of texts"),
        ('"??" = ["ada"]', r"class\.toml:2: a group cannot be called"),
    ],
)
def test_a_group_that_is_written_wrongly_is_one_sentence_with_its_line(line: str, message: str) -> None:
    with pytest.raises(ClassroomError, match=message) as caught:
        read_groups(table(f"[groups]\n{line}\n").table("groups", known=None), where="class.toml")
    assert caught.value.hint


def test_class_toml_has_groups_and_files(tmp_path: Path) -> None:
    path = tmp_path / "class.toml"
    path.write_text('[groups]\nred = ["ada", "bob"]\n[files]\n"a b.py" = "ex01"\n')

    rules = read_rules(path, ["ex01"])

    assert [group.name for group in rules.groups] == ["red"]
    assert rules.files["a b.py"].exercise == "ex01"


@pytest.mark.parametrize(
    ("written", "meant"), [("Group 1", "group1"), ("Équipe-Été", "equipeete"), ("第 1 組", "第1組")]
)
def test_a_group_is_found_however_a_platform_writes_it(written: str, meant: str) -> None:
    groups = Groups(groups_of([Person(name="Ada", group=written)], said_by="r.csv"))

    assert groups.called(meant) is not None
    assert groups.called(written) is groups.called(meant)
    assert label_of(written) == label_of(meant)


def test_who_is_in_no_group_is_in_none(tmp_path: Path) -> None:
    people = roster(tmp_path / "r.csv", "name,email,group\nAda,ada@x.invalid,\nBob,bob@x.invalid, - \n")

    assert people.groups == ()


def test_the_groups_that_canvas_exports_are_a_roster(tmp_path: Path) -> None:
    people = roster(tmp_path / "groups.csv", GROUP_SET)

    assert [learner.key for learner in people.learners] == ["canvas-501", "canvas-502", "canvas-503"]
    assert people.learners[0].ids == (("canvas", "501"), ("sid", "s1"), ("login", "al"))
    assert [(group.name, len(group.members)) for group in people.groups] == [("Group 1", 2)]


def test_a_word_may_be_a_key_of_canvas() -> None:
    assert person_named(" canvas-501 ").ids == (("canvas", "501"),)
    assert person_named("canvas-club").ids == ()


# ---- its file is everybody's -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("middle", ["/", "_/", "_"])
def test_moodle_a_team_folder_counts_for_every_member(middle: str, tmp_path: Path) -> None:
    people = roster(tmp_path / "ws.csv", WORKSHEET)

    intake = taken(tmp_path, {f"Group A_12_assignsubmission_file{middle}join.py": JOIN}, people=people)

    assert sorted(handed(intake)) == [("ann@x.invalid", "ex01"), ("zoe@x.invalid", "ex01")]
    assert intake.strangers == ()
    assert "'Group A' is a group, says ws.csv: its file counts for Zoë Übel and Ann Bo" in intake.notes


@pytest.mark.parametrize("number", [3002, 77])
def test_older_versions_of_moodle_write_the_team_before_the_name(number: int, tmp_path: Path) -> None:
    people = roster(tmp_path / "ws.csv", WORKSHEET)

    intake = taken(tmp_path, {f"Group-A-Ann Bo_{number}_assignsubmission_file_/join.py": JOIN}, people=people)

    assert list(handed(intake)) == [("ann@x.invalid", "ex01")]
    assert (intake.strangers, intake.notes) == ((), ())


def test_a_name_that_ends_like_another_is_another_person(tmp_path: Path) -> None:
    people = roster(tmp_path / "ws.csv", WORKSHEET)

    intake = taken(tmp_path, {"Mary-Ann Bo_77_assignsubmission_file_/join.py": JOIN}, people=people)

    assert list(handed(intake)) == [("mary-ann-bo", "ex01")]


def test_moodle_the_team_without_a_number_is_that_of_those_in_none(tmp_path: Path) -> None:
    people = roster(tmp_path / "ws.csv", WORKSHEET)

    intake = taken(tmp_path, {"Default group_assignsubmission_file/join.py": JOIN}, people=people)

    assert list(handed(intake)) == [("kim@x.invalid", "ex01")]


def test_moodle_the_number_of_a_team_is_nobodys(tmp_path: Path) -> None:
    """The number in the folder is that of the team, and Zoë's number in the assignment happens to be the same."""
    people = roster(tmp_path / "ws.csv", WORKSHEET.replace(",Group,", ",Colour,"))

    intake = taken(tmp_path, {"Group A_12_assignsubmission_file/join.py": JOIN}, people=people)

    assert any(note.startswith("a file is called 'Group A', and its number is that of Zoë") for note in intake.notes)


def test_moodle_a_team_that_no_list_knows_is_said_with_the_line_to_write(tmp_path: Path) -> None:
    people = roster(tmp_path / "ws.csv", WORKSHEET.replace(",Group,", ",Colour,"))

    intake = taken(tmp_path, {"Group A_1201_assignsubmission_file_/join.py": JOIN}, people=people)

    note = intake.notes[-1]
    assert note.startswith("'Group A' is on no list, and alone has the marks of its files")
    assert note.endswith('below a line [groups]: "Group A" = ["zoe@x.invalid", "ann@x.invalid", "..."]')


def test_canvas_a_groups_file_counts_for_every_member(tmp_path: Path) -> None:
    people = roster(tmp_path / "groups.csv", GROUP_SET)

    intake = taken(tmp_path, {"group1_501_9001_join.py": JOIN, "colecy_503_9002_join.py": JOIN}, people=people)

    assert [key for key, _ in handed(intake)] == ["canvas-501", "canvas-502", "canvas-503"]


def test_canvas_a_name_that_is_not_the_learners_is_said(tmp_path: Path) -> None:
    people = roster(tmp_path / "gb.csv", GRADEBOOK)

    intake = taken(tmp_path, {"group1_501_9001_join.py": JOIN, "birchbo_502_9002_join.py": JOIN}, people=people)

    assert len(intake.notes) == 1
    assert intake.notes[0].startswith("a file is called 'group1', and its number is that of Al Ash, who alone has its")
    assert '"group1" = ["canvas-501", "..."]' in intake.notes[0]


def test_canvas_members_by_hand_need_no_roster_and_have_their_names(tmp_path: Path) -> None:
    staging = tmp_path / "staging"
    staging.mkdir()
    (tmp_path / "gb.csv").write_text(GRADEBOOK)
    toml = table('[groups]\n"group 1" = ["canvas-501", "canvas-502"]\n').table("groups", known=None)

    intake = take_in(
        folder(tmp_path / "class", {"group1_501_9001_join.py": JOIN}),
        exercises=exercises(),
        layout=None,
        roster=None,
        staging=staging,
        groups=read_groups(toml, where="class.toml"),
        reference=read_roster(tmp_path / "gb.csv"),
    )

    assert {learner.key: learner.name for learner in intake.learners} == {
        "canvas-501": "Al Ash",
        "canvas-502": "Bo Birch",
    }
    assert len(handed(intake)) == 2
    assert intake.notes == ("'group 1' is a group, says class.toml:2: its file counts for Al Ash and Bo Birch",)


def test_a_folder_or_repository_of_a_group_counts_for_every_member(tmp_path: Path) -> None:
    toml = '[groups]\n"red pandas" = ["ada", "bob"]\n'

    intake = taken(tmp_path, {"red-pandas/join.py": JOIN, "cy/join.py": JOIN}, toml=toml)

    assert keys(intake) == ["ada", "bob", "cy"]
    assert len(handed(intake)) == 3


def test_class_toml_has_the_last_word_on_who_is_in_a_group(tmp_path: Path) -> None:
    people = roster(tmp_path / "ws.csv", WORKSHEET)
    toml = '[groups]\n"Group A" = ["ann@x.invalid", "Kim Min"]\n'

    intake = taken(tmp_path, {"Group A_12_assignsubmission_file/join.py": JOIN}, people=people, toml=toml)

    assert sorted(key for key, _ in handed(intake)) == ["ann@x.invalid", "kim@x.invalid"]


def test_a_member_by_hand_who_is_not_on_the_roster_is_said(tmp_path: Path) -> None:
    people = roster(tmp_path / "ws.csv", WORKSHEET)
    toml = '[groups]\n"Group A" = ["ann@x.invalid", "Bobb"]\n'

    intake = taken(tmp_path, {"Group A_12_assignsubmission_file/join.py": JOIN}, people=people, toml=toml)

    assert [(stranger.shown, stranger.reason) for stranger in intake.strangers] == [("Bobb", "is not on ws.csv")]


def test_a_learner_with_the_name_of_a_column_group_is_the_learner(tmp_path: Path) -> None:
    """A column `group` may hold sections, and one of them may be called like a person."""
    people = roster(tmp_path / "r.csv", "name,login,group\nAda,ada,ada\nBob,bob,ada\n")

    intake = taken(tmp_path, {"ada/join.py": JOIN, "bob/join.py": JOIN}, people=people)

    assert handed(intake) == {("ada", "ex01"): "ada/join.py", ("bob", "ex01"): "bob/join.py"}


def test_what_a_member_hands_in_alone_and_the_group_too_is_not_guessed(tmp_path: Path) -> None:
    toml = '[groups]\nred = ["ada", "bob"]\n'

    intake = taken(tmp_path, {"red/join.py": JOIN, "ada/join.py": "x = 1\n"}, toml=toml)

    assert list(handed(intake)) == [("bob", "ex01")]
    assert intake.layout is Layout.FOLDERS


def test_in_blind_marking_the_common_name_is_no_group(tmp_path: Path) -> None:
    people = roster(tmp_path / "ws.csv", WORKSHEET)
    files = {f"Participant_{number}_assignsubmission_file/join.py": JOIN for number in (12, 3002)}

    assert taken(tmp_path, files, people=people).notes == ()
