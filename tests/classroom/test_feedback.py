"""A learner's page reaches its owner and no other person: by the rules of the platforms, stated here as theirs are."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from grader.classroom import feedback
from grader.classroom.feedback import Addressed, Recipients
from grader.classroom.found import Layout
from grader.classroom.gradebook import Learner
from grader.classroom.intake import Handed, Intake
from grader.classroom.sheet import Sheet, read_sheet
from grader.errors import ClassroomError
from grader.reports.of_class.page import page_name
from tests.class_samples import taken, zipped
from tests.results_samples import course, missing, results_of
from tests.results_samples import judged as judged_as
from tests.samples import case, verdict

KIT = course(2)
EX01, EX02 = KIT.exercises
MINE = verdict(case(1, "the rest", 100))
ZOE = Learner(key="zoe", name="Zoë_O'Neil / 12", email="zoe@uni.example", ids=(("moodle", "3001"),))
ANN = Learner(key="ann", name="Ann Bo", email="ann@uni.example", ids=(("moodle", "3002"),))
KIM = Learner(key="kim", name="Kim Min", ids=(("moodle", "3004"),))
CLASS = (ZOE, ANN, KIM)
WORKSHEET = (
    "Identifier,Full name,Email address,Group,Grade,Maximum grade,Last modified (grade)\n"
    "Participant 3001,Zoë_O'Neil / 12,zoe@uni.example,A,,100,-\n"
    "Participant 3002,Ann Bo,ann@uni.example,A,,100,-\n"
)


def recipients(
    layout: Layout,
    files: Mapping[str, Collection[str]],
    *,
    learners: tuple[Learner, ...] = CLASS,
    pages: Collection[str] | None = None,
    named: bool = True,
) -> Recipients:
    """A class in which each of these files is the answer of these learners to ex01."""
    handed = tuple(
        Handed(learner=key, exercise="ex01", path=Path("x.py"), shown=shown)
        for shown, keys in files.items()
        for key in keys
    )
    of_files = {file.learner for file in handed}
    marks = [
        judged_as(learner, replace(MINE, exercise="ex01")) if learner.key in of_files else missing(learner, EX01)
        for learner in learners
    ]
    intake = Intake(layout=layout, because="", learners=learners, files=handed)
    results = results_of(KIT, learners, marks, intake=intake)
    return Recipients(results=results, pages=of_files if pages is None else pages, named=named)


def names(addressed: Addressed) -> dict[str, dict[str, str]]:
    return {upload.title: dict(upload.names) for upload in addressed.uploads}


def why(addressed: Addressed) -> dict[str, str]:
    return dict(addressed.left_out)


# ---- Moodle ----------------------------------------------------------------------------------------------------------


def owner_in_moodle(path: str, participants: Collection[int]) -> tuple[int, str] | None:
    """The participant whom Moodle takes a file of the zip for, and the name that it gets.

    It is the rule of ``is_valid_filename_for_import`` in mod/assign/feedback/file/importziplib.php of Moodle: hidden
    files are passed over; each part of the path is split at its first four underscores; the first part whose second
    piece is the number of a participant, and whose third and fourth are a plugin, says whose the file is.
    """
    parts = ["", "import", *path.split("/")]
    if parts[-1].startswith((".", "~")):
        return None
    for at, part in enumerate(parts):
        pieces = part.split("_", 4)
        if len(pieces) < 4 or not pieces[1].isdigit() or int(pieces[1]) not in participants:
            continue
        if (pieces[2], pieces[3]) == ("assignfeedback", "file"):
            return int(pieces[1]), "/".join([*pieces[4:], *parts[at + 1 :]])
    return None


MOODLE_FILES = {
    "Zoë O'Neil 12_3001_assignsubmission_file/join.py": ["zoe"],
    "Ann Bo_3002_assignsubmission_file_join.py": ["ann"],
}


def test_moodle_finds_the_participant_whose_page_it_is() -> None:
    paths = names(feedback.for_moodle(recipients(Layout.MOODLE, MOODLE_FILES)))[""]

    owners = {key: owner_in_moodle(path, {3001, 3002, 12}) for key, path in paths.items()}
    assert owners == {"zoe": (3001, "/report.html"), "ann": (3002, "/report.html")}


def test_a_name_is_one_part_of_the_path_and_moodle_gets_no_slash_or_underscore_of_it() -> None:
    paths = names(feedback.for_moodle(recipients(Layout.MOODLE, MOODLE_FILES)))[""]

    assert paths["zoe"] == "zoë-o-neil-12_3001_assignfeedback_file_/report.html"


def test_an_anonymous_class_has_no_names_in_the_zip() -> None:
    paths = names(feedback.for_moodle(recipients(Layout.MOODLE, MOODLE_FILES, named=False)))[""]

    assert sorted(paths.values()) == [f"participant_{n}_assignfeedback_file_/report.html" for n in (3001, 3002)]
    assert owner_in_moodle(paths["ann"], {3002}) == (3002, "/report.html")


def test_who_handed_in_nothing_gets_no_page_and_it_is_said() -> None:
    assert why(feedback.for_moodle(recipients(Layout.MOODLE, MOODLE_FILES))) == {"kim": feedback.NO_PAGE}


def test_a_number_of_an_earlier_export_is_not_used_because_it_is_another_persons_now() -> None:
    found = feedback.for_moodle(recipients(Layout.MOODLE, MOODLE_FILES, pages={"zoe", "ann", "kim"}))

    assert "kim" not in names(found)[""]
    assert why(found) == {"kim": "nothing in this export is theirs"}


def test_the_number_of_a_group_is_no_participants_and_is_not_taken_for_one() -> None:
    team = {"Group A_3004_assignsubmission_file/join.py": ["zoe", "ann"]}
    found = feedback.for_moodle(recipients(Layout.MOODLE, team))

    assert found.uploads == ()
    assert why(found)["ann"] == "a group handed it in; give the grading worksheet with --moodle"


def test_the_number_of_a_group_of_one_is_not_taken_either() -> None:
    found = feedback.for_moodle(recipients(Layout.MOODLE, {"Group A_3004_assignsubmission_file/join.py": ["ann"]}))

    assert found.uploads == ()


def sheet(text: str = WORKSHEET, name: str = "grades-ex01.csv") -> Sheet:
    return read_sheet(text.encode(), where=Path(name))


def test_a_worksheet_says_the_numbers_of_the_members_of_a_group() -> None:
    team = recipients(Layout.MOODLE, {"Group A_3004_assignsubmission_file/join.py": ["zoe", "ann"]})
    paths = names(feedback.for_worksheets(team, [sheet()], KIT.exercises))[""]

    owners = {key: owner_in_moodle(path, {3001, 3002, 3004}) for key, path in paths.items()}
    assert owners == {"zoe": (3001, "/report.html"), "ann": (3002, "/report.html")}


def test_with_a_worksheet_a_class_need_not_come_from_moodle() -> None:
    learners = tuple(replace(learner, ids=()) for learner in CLASS)
    repositories = recipients(Layout.FOLDERS, {"zoe/join.py": ["zoe"], "kim/join.py": ["kim"]}, learners=learners)
    found = feedback.for_worksheets(repositories, [sheet()], KIT.exercises)

    assert [owner_in_moodle(path, {3001}) for path in names(found)[""].values()] == [(3001, "/report.html")]
    assert why(found)["kim"] == "grades-ex01.csv does not, or not clearly, say their number"


def test_each_worksheet_has_a_zip_for_those_who_handed_in_for_its_exercise() -> None:
    other = WORKSHEET.replace("3001", "77").replace("3002", "3001")
    found = feedback.for_worksheets(
        recipients(Layout.MOODLE, MOODLE_FILES, pages={"zoe", "ann"}),
        [sheet(), sheet(other, "grades-ex02.csv")],
        KIT.exercises,
    )

    assert list(names(found)) == ["ex01"]  # no learner has handed in for ex02
    assert owner_in_moodle(names(found)["ex01"]["zoe"], {3001, 3002}) == (3001, "/report.html")


def test_two_assignments_of_one_export_are_two_zips_because_each_has_numbers_of_its_own() -> None:
    files = {
        "week 1.zip/Zoë_3001_assignsubmission_file/join.py": ["zoe"],
        "week 2/Ann_3002_assignsubmission_file/join.py": ["ann"],
    }

    found = names(feedback.for_moodle(recipients(Layout.MOODLE, files)))
    assert {title: list(of_upload) for title, of_upload in found.items()} == {"week-1": ["zoe"], "week-2": ["ann"]}


def test_without_an_export_or_worksheet_of_moodle_nothing_is_graded_first() -> None:
    intake = recipients(Layout.FOLDERS, {}).results.intake
    with pytest.raises(ClassroomError, match="laid out as folders, which does not number participants") as caught:
        feedback.check_for_moodle(intake, [])

    assert "--moodle CSV" in caught.value.hint
    feedback.check_for_moodle(intake, [sheet()])


def test_a_class_that_was_marked_blind_keeps_its_numbers(tmp_path: Path) -> None:
    """The folders of a blind export are ``Participant_NUMBER``, and the learner has no other name."""
    source = zipped(tmp_path / "blind.zip", {"Participant_3001_assignsubmission_file_/join.py": "x = 1\n"})
    intake = taken(source, tmp_path / "staging")
    (learner,) = intake.learners
    results = results_of(KIT, [learner], [judged_as(learner, MINE)], intake=intake)
    found = feedback.for_moodle(Recipients(results=results, pages={learner.key}, named=True))

    assert owner_in_moodle(names(found)[""][learner.key], {3001}) == (3001, "/report.html")


# ---- Canvas ----------------------------------------------------------------------------------------------------------


def owner_in_canvas(name: str, uploads: Mapping[str, Collection[str]], groups: Collection[str] = ()) -> str | None:
    """The user, or the anonymous id, to whom Canvas gives a file as a comment; None if it ignores the file.

    It is the rule of ``infer_comment_context_from_filename`` in app/models/abstract_assignment.rb of Canvas: the name
    of a group is taken off the front; ``LATE`` is passed over; behind ``anon`` come the id and the upload, and else the
    first two pieces that are numbers are user and upload. The upload must be one of that user in this assignment.
    """
    for group in groups:
        if name.startswith(f"{group}_"):
            name = name.removeprefix(f"{group}_")
            break
    pieces = [piece for piece in name.split("_") if piece != "LATE"]
    if pieces[-1].startswith("link") or name.startswith("._"):
        return None
    numbers = [piece for piece in pieces if piece.isascii() and piece.isdigit()]
    owner, upload = (pieces[1:3] if pieces[0] == "anon" else numbers[:2]) or ("", "")
    return owner if upload in uploads.get(owner, ()) else None


def in_canvas(shown: str, *, named: bool = True) -> str:
    """The name of the page of the one learner who handed this file in."""
    found = names(feedback.for_canvas(recipients(Layout.CANVAS, {shown: ["zoe"]}, named=named)))
    return found[""]["zoe"]


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize(
    ("shown", "owner"),
    [
        ("doejane_10234_567_join.py", "10234"),
        ("doejane_LATE_10234_567_join-1.py", "10234"),
        ("doejane_10234_567_week_1.zip/week_2/join.py", "10234"),
        ("doejane_10234_567_7_8_join.py", "10234"),
        ("anon_x5Jq9_567_join.py", "x5Jq9"),
        ("LATE_anon_x5Jq9_567_join.py", "x5Jq9"),
        ("anon_12345_567_join.py", "12345"),
        ("anon_10234_567_join.py", "10234"),
        ("LATE_10234_567_join.py", "10234"),
    ],
)
def test_canvas_finds_the_user_whose_page_it_is(shown: str, owner: str, named: bool) -> None:
    name = in_canvas(shown, named=named)

    assert owner_in_canvas(name, {owner: ["567"]}) == owner
    assert name.endswith("_567_report.html")
    assert named or "doejane" not in name


def test_a_user_who_is_called_anon_is_not_taken_for_an_anonymous_one() -> None:
    name = in_canvas("anon_102345_567_join.py")

    assert name == "feedback_102345_567_report.html"


def test_the_name_stays_as_canvas_wrote_it_up_to_the_number_of_the_upload() -> None:
    assert in_canvas("doejane_LATE_10234_567_join.py") == "doejane_LATE_10234_567_report.html"


def test_a_group_that_is_called_like_our_first_word_takes_nothing_away() -> None:
    name = in_canvas("doejane_10234_567_join.py", named=False)

    assert owner_in_canvas(name, {"10234": ["567"]}, groups=["feedback"]) == "10234"


def test_several_files_of_a_learner_are_one_comment() -> None:
    files = {"doe_10234_567_join.py": ["zoe"], "doe_10234_568_race.py": ["zoe"]}
    found = names(feedback.for_canvas(recipients(Layout.CANVAS, files)))

    assert found == {"": {"zoe": "doe_10234_567_report.html"}}


def test_the_page_of_a_member_is_not_shown_to_the_whole_group() -> None:
    """Canvas gives a comment on the file of a group to all its members, and the page has the marks of one of them."""
    found = feedback.for_canvas(recipients(Layout.CANVAS, {"group1_501_9001_join.py": ["zoe", "ann"]}))

    assert found.uploads == ()
    assert why(found)["ann"] == (
        "a group handed it in, and Canvas would show one page to all of it; use `--feedback email`"
    )


def test_two_assignments_of_a_folder_are_two_uploads() -> None:
    files = {"join.zip/doe_10234_567_join.py": ["zoe"], "race/bo_10235_568_join.py": ["ann"]}
    found = names(feedback.for_canvas(recipients(Layout.CANVAS, files)))

    assert found == {"join": {"zoe": "doe_10234_567_report.html"}, "race": {"ann": "bo_10235_568_report.html"}}


def test_assignments_of_one_name_are_told_apart() -> None:
    files = {"a/w/doe_1_567_join.py": ["zoe"], "b/w/bo_2_568_join.py": ["ann"], "kim_3_569_join.py": ["kim"]}

    assert list(names(feedback.for_canvas(recipients(Layout.CANVAS, files)))) == ["assignment-1", "w-2", "w-3"]


def test_canvas_is_refused_where_it_would_find_no_owner() -> None:
    with pytest.raises(ClassroomError, match="laid out as folders, without the numbers that Canvas needs"):
        feedback.check_for_canvas(recipients(Layout.FOLDERS, {}).results.intake)


# ---- folders and mail ------------------------------------------------------------------------------------------------


def folder_of(key: str, *, named: bool = True) -> str:
    learner = Learner(key=key, name="Ann")
    found = feedback.for_folders(recipients(Layout.FOLDERS, {"x": [key]}, learners=(learner,), named=named))
    return names(found)[""][key]


@pytest.mark.parametrize("key", ["ada", "ada@uni.example", "canvas-10234", "jane-doe-3001"])
def test_a_folder_is_called_by_the_key_of_the_learner(key: str) -> None:
    assert folder_of(key) == f"{key}/report.html"


@pytest.mark.parametrize("key", ["con", "nul.txt", "zoë", "a" * 200, "ada.", "-x", "a b", "../ada", "com1"])
def test_a_key_that_some_file_system_does_not_take_is_replaced_by_the_digest_in_the_name_of_the_page(key: str) -> None:
    digest = page_name(key)[-15:-5]

    assert folder_of(key) == f"learner-{digest}/report.html"


def test_the_folders_of_an_anonymous_class_have_no_names() -> None:
    assert folder_of("jane-doe", named=False).startswith("learner-")


def letters(*learners: Learner) -> Addressed:
    return feedback.for_mail(
        recipients(Layout.FOLDERS, {learner.key: [learner.key] for learner in learners}, learners=learners)
    )


def test_a_learner_with_an_address_gets_a_letter_and_one_without_is_said() -> None:
    found = letters(ZOE, KIM)

    assert names(found) == {"": {"zoe": "zoe.eml"}}
    assert why(found) == {"kim": "no address; give it in the roster, in a column `email`"}


@pytest.mark.parametrize(
    "address",
    ["x", "@uni.example", "a b@uni.example", "a@b", "a@u.example\nBcc: b@u.example", "a@u.example,b@u.e", "é@u.e"],
)
def test_what_is_no_address_gets_no_letter(address: str) -> None:
    found = letters(ZOE, replace(ANN, email=address))

    assert why(found) == {"ann": "what stands for their address is not one"}


def test_two_learners_with_one_address_get_no_letter_because_one_would_read_the_others() -> None:
    found = letters(ZOE, replace(ANN, email="Zoe@uni.example"))

    assert names(found) == {"": {}}
    assert set(why(found).values()) == {"another learner has the same address"}


def test_a_class_without_any_address_is_refused_with_what_to_give() -> None:
    with pytest.raises(ClassroomError, match="no learner of this class has an address") as caught:
        feedback.check_for_mail([KIM])

    assert "--roster CSV" in caught.value.hint
