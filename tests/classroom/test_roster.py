"""A roster says who is in the class; a learner is recognised for certain, or no marks are put down to them."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from grader.classroom.gradebook import Learner
from grader.classroom.people import Person, key_of, readable, slug, spellings
from grader.classroom.roster import Owners, Roster, make_roster
from grader.errors import ClassroomError
from tests.class_samples import roster

CANVAS = '''\
Student,ID,SIS User ID,SIS Login ID,Section,Join (12345),Current Score
,,,,,Manual Posting,
    Points Possible,,,,,100.00,(read only)
"Doe, Jane",10,0042,jdoe@uni.example,A,,
"=""=cmd|' /C calc'!A0""",11,0043,mallory,B,,
"Student, Test",99,,8a5f,A,,
'''
MOODLE = """\
Identifier,Full name,Email address,Status,Grade,Maximum grade
Participant 4711,Jane Doe,jane@uni.example,Submitted,,100.00
Participant4712,Zoë O'Neil,zoe@uni.example,,,100.00
"""


def found(roster: Roster, **person: object) -> list[str]:
    return [one.key for one in roster.find(Person(**{"name": "", **person}))]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("head", "learner"),
    [
        ("name,email", Learner(key="a@x.example", name="Jane Doe", email="a@x.example")),
        ("Student Name;E-Mail", Learner(key="a@x.example", name="Jane Doe", email="a@x.example")),
        ("NAME\tgithub_username", Learner(key="a@x.example", name="Jane Doe", email="a@x.example",
                                          ids=(("login", "a@x.example"),))),
        ("name,id", Learner(key="a@x.example", name="Jane Doe", email="a@x.example", ids=(("sid", "a@x.example"),))),
        ("name,section", Learner(key="jane-doe", name="Jane Doe", section="a@x.example")),
        ("name,colour", Learner(key="jane-doe", name="Jane Doe")),
    ],
)  # fmt: skip
def test_columns_are_recognised_by_their_headings(head: str, learner: Learner, tmp_path: Path) -> None:
    separator = next(one for one in ",;\t" if one in head)
    made = roster(tmp_path / "r.csv", f"{head}\nJane Doe{separator}a@x.example\n")

    assert made.learners == (learner,)


def test_an_exported_gradebook_of_canvas_is_a_roster(tmp_path: Path) -> None:
    made = roster(tmp_path / "r.csv", CANVAS)

    assert [(one.key, one.name, one.section) for one in made.learners] == [
        ("canvas-10", "Jane Doe", "A"),
        ("canvas-11", "=cmd|' /C calc'!A0", "B"),
    ]
    assert made.learners[0].ids == (("canvas", "10"), ("sid", "0042"), ("login", "jdoe@uni.example"))
    assert made.learners[0].email == "jdoe@uni.example"


def test_a_grading_worksheet_of_moodle_is_a_roster(tmp_path: Path) -> None:
    made = roster(tmp_path / "r.csv", MOODLE)

    assert [(one.key, one.ids) for one in made.learners] == [
        ("jane@uni.example", (("moodle", "4711"),)),
        ("zoe@uni.example", (("moodle", "4712"),)),
    ]


def test_the_roster_of_github_classroom_is_one(tmp_path: Path) -> None:
    text = '"identifier","github_username","github_id","name"\n"jane@uni.example","jd-hacks","77","Jane Doe"\n'
    made = roster(tmp_path / "r.csv", text + '"s0043","bob1","78",""\n')

    assert [(one.key, one.name, one.email) for one in made.learners] == [
        ("jane@uni.example", "Jane Doe", "jane@uni.example"),
        ("bob1", "bob1", ""),
    ]
    assert found(made, name="jd-hacks", handle="jd-hacks") == ["jane@uni.example"]
    assert found(made, name="s0043", handle="s0043") == ["bob1"]


def test_first_and_last_names_may_have_columns_of_their_own(tmp_path: Path) -> None:
    made = roster(
        tmp_path / "r.csv", "LastName,FirstName,ID,SIS Login ID,Section\nde la Cruz,Ana Mar\u00eda,10,ana,A\n"
    )

    assert [(one.key, one.name) for one in made.learners] == [("canvas-10", "Ana Mar\u00eda de la Cruz")]


def test_the_same_mailbox_at_another_host_is_not_the_same_person(tmp_path: Path) -> None:
    made = roster(tmp_path / "r.csv", "name,email\nJane Doe,jane@uni.example\n")

    assert found(made, name="?", email="jane@elsewhere.example") == []
    assert found(made, name="?", handle="jane") == ["jane@uni.example"]


@pytest.mark.parametrize("name", ["Jane Doe", "Doe, Jane", "doejane", "janedoe", "DOE JANE", "jane_doe", "Jáne Doe"])
def test_a_name_is_recognised_however_it_is_written(name: str, tmp_path: Path) -> None:
    assert found(roster(tmp_path / "r.csv", CANVAS), name=name) == ["canvas-10"]


@pytest.mark.parametrize(
    ("listed", "flattened"),
    [
        ("Ørsted, Åse", "orstedase"),
        ("O'Neil-Smith, Mary Ann", "oneilsmithmaryann"),
        ("de la Cruz, María", "delacruzmaría"),
        ("山田 太郎", "山田太郎"),
        ("Straße, Uli", "strasseuli"),
    ],
)
def test_a_name_that_canvas_ran_together_is_recognised(listed: str, flattened: str, tmp_path: Path) -> None:
    made = roster(tmp_path / "r.csv", f'name,email\n"{listed}",a@x.example\nSomebody Else,b@x.example\n')

    assert found(made, name=flattened) == ["a@x.example"]


@pytest.mark.parametrize("handle", ["jdoe", "JDOE@uni.example", "0042"])
def test_the_name_of_a_folder_may_be_a_login_an_address_or_a_number(handle: str, tmp_path: Path) -> None:
    assert found(roster(tmp_path / "r.csv", CANVAS), name=handle, handle=handle) == ["canvas-10"]


def test_a_learner_with_another_number_in_the_same_system_is_another_person(tmp_path: Path) -> None:
    made = roster(tmp_path / "r.csv", CANVAS)

    assert found(made, name="Jane Doe", ids=(("canvas", "77"),)) == []
    assert found(made, name="Nobody", ids=(("canvas", "10"),)) == ["canvas-10"]


def test_a_number_of_moodle_of_another_assignment_leaves_the_name(tmp_path: Path) -> None:
    assert found(roster(tmp_path / "r.csv", MOODLE), name="Jane Doe", ids=(("moodle", "9"),)) == ["jane@uni.example"]


def test_two_who_cannot_be_told_apart_are_both_named(tmp_path: Path) -> None:
    people = "name,email\nAn Na,a@x.example\nAnna,b@x.example\nKim,kim@x.example\nK,kim@y.example\n"
    made = roster(tmp_path / "r.csv", people)

    assert sorted(found(made, name="anna")) == ["a@x.example", "b@x.example"]
    assert sorted(found(made, name="?", handle="kim")) == ["kim@x.example", "kim@y.example"]


# ---- what is wrong with it -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "r.csv: this file is empty"),
        ("name\n", "r.csv: this roster lists no learners"),
        ("colour,size\nred,1\n", "r.csv:1: no column says who the learners are; the headings are 'colour', 'size'"),
        ("name\nJane Doe\nBob\nJane Doe\n", "r.csv:4: 'jane-doe' is in line 2 already"),
        ('name,email\n"Jane\nDoe",a@x\nBob,a@x\n', "r.csv:4: 'a@x' is in line 2 already"),
        ('name\n"Jane\n', "r.csv:2: a quote is opened"),
        ("PK\3\4", "r.csv: this is not a CSV file"),
    ],
)
def test_a_roster_that_cannot_be_used_is_one_sentence_with_the_line(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(ClassroomError) as caught:
        roster(tmp_path / "r.csv", text)
    assert message in str(caught.value)
    assert caught.value.hint


def test_a_roster_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    from grader.classroom.roster import read_roster

    with pytest.raises(ClassroomError, match=rf"nothing\.csv: {os.strerror(errno.ENOENT)}"):
        read_roster(tmp_path / "nothing.csv")


# ---- people ----------------------------------------------------------------------------------------------------------


def test_a_key_prefers_what_never_changes() -> None:
    ids = (("canvas", "10"), ("login", "JDoe"))

    assert key_of(Person(name="J", email="a@x", ids=ids)) == "canvas-10"
    assert key_of(Person(name="J", email="A@x", ids=ids[1:])) == "a@x"
    assert key_of(Person(name="J", ids=ids[1:])) == "jdoe"
    assert key_of(Person(name="Jane Doe", ids=(("moodle", "9"),))) == "jane-doe"


@pytest.mark.parametrize(
    ("email", "key"),
    [("../../x@y", "x@y"), ("a/b@c", "a-b@c"), ("o'neil+x@uni.example", "o-neil+x@uni.example"), ("//", "nameless")],
)
def test_a_key_is_never_a_path(email: str, key: str) -> None:
    assert key_of(Person(name="J", email=email)) == key


@pytest.mark.parametrize("name", ["", "...", "\u202e", "/../", "\ud800"])
def test_a_slug_is_never_empty_and_never_a_path(name: str) -> None:
    assert slug(name) == "nameless"


def test_names_are_turned_into_reading_order() -> None:
    assert readable("Doe, Jane") == "Jane Doe"
    assert readable("Doe, Jane, Jr.") == "Doe, Jane, Jr."
    assert readable("Doe,") == "Doe,"
    assert "janedoe" in spellings("Doe, Jane")


# ---- without a roster ------------------------------------------------------------------------------------------------

EARLIER = (
    Learner(key="zoe@uni.example", name="Zoë Übel", email="zoe@uni.example", ids=(("moodle", "3001"),)),
    Learner(key="canvas-10", name="Jane Doe", ids=(("canvas", "10"), ("login", "jdoe"))),
)


@pytest.mark.parametrize(
    ("person", "key"),
    [
        (Person(name="Z. Übel", ids=(("moodle", "3001"),)), "zoe@uni.example"),
        (Person(name="Zoë Übel", ids=(("moodle", "9009"),)), "zoe@uni.example"),
        (Person(name="jdoe", handle="jdoe"), "canvas-10"),
        (Person(name="doejane", ids=(("canvas", "10"),)), "canvas-10"),
        (Person(name="Zoe Ubel"), "zoe-ubel"),
        (Person(name="Jane Doe", ids=(("canvas", "11"),)), "canvas-11"),
    ],
)
def test_who_was_in_an_earlier_run_keeps_the_key(person: Person, key: str) -> None:
    earlier = make_roster(EARLIER, where=Path("gradebook.sqlite"))

    owners = Owners(None, earlier=earlier)

    assert owners.keys(person) == (key,)
    assert [learner.key for learner in owners.learners()] == [key], "who has handed in nothing is not in the class"
    assert owners.strangers() == ()


def test_a_roster_has_the_last_word_on_keys(tmp_path: Path) -> None:
    listed = roster(tmp_path / "r.csv", "name,login\nZoë Übel,zuebel\n")
    earlier = make_roster(EARLIER, where=Path("gradebook.sqlite"))

    assert Owners(listed, earlier=earlier).keys(Person(name="Zoë Übel")) == ("zuebel",)
