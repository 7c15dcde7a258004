"""``grade class --feedback``: what an instructor has in hand after the command, and what is said of the rest."""

from __future__ import annotations

import csv
import random
import subprocess
import tracemalloc
import zipfile
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from grader.classroom.marks import ClassResults
from grader.desk import feedback
from grader.desk.feedback import CANVAS_NOTICE, LISTED, FeedbackForm, FeedbackOrder, SendingHome, read_orders
from grader.errors import UsageError
from grader.reports.of_class.page import page_name
from tests.class_samples import packed
from tests.kit_samples import RIGHT, WRONG_VALUE, answer
from tests.page_samples import Page
from tests.processes import CHECKOUT, inside
from tests.results_samples import class_of

QUICK = ("--schedules", "1", "--allow-level", "0", "--jobs", "1")
OUT = Path("/home/ada/grade-results")
ROSTER = (
    "Student,ID,SIS Login ID,email\n"
    "Jane Doe,10234,jd,jane@uni.example\nBob Roe,10235,br,\nKim Min,10236,km,kim@uni.example\n"
)
JANE = answer(RIGHT, "double")
BOB = answer(WRONG_VALUE, "double")


def canvas_class(root: Path) -> None:
    (root / "class.zip").write_bytes(
        packed({"doejane_10234_567_double.py": JANE, "roebob_LATE_10235_568_double.py": BOB})
    )
    (root / "roster.csv").write_text(ROSTER)


def grade_class(root: Path, kit: Path, *options: str, source: str = "class.zip") -> subprocess.CompletedProcess[str]:
    return inside("class", source, "--kit", str(kit), *QUICK, *options, cwd=root)


def read_zip(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {info.filename: archive.read(info) for info in archive.infolist()}


def pages(root: Path) -> dict[str, bytes]:
    """The learners' pages, by the number that is in their key."""
    folder = root / "grade-results" / "learners"
    return {path.name.split("-")[1]: path.read_bytes() for path in folder.iterdir()}


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


# ---- every form ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory, tiny: Path) -> tuple[Path, str]:
    """A class from a Canvas export with everything that was asked for in one command, and its screen in one line."""
    root = tmp_path_factory.mktemp("class")
    canvas_class(root)
    (root / "grades-ex01.csv").write_text(
        "Identifier,Full name,Email address,Grade,Maximum grade,Last modified (grade),Feedback comments\n"
        "Participant 41,Jane Doe,jane@uni.example,,100,-,\nParticipant 42,Bob Roe,,,100,-,\n"
    )
    asked = [word for form in ("canvas", "moodle", "folder=home", "email") for word in ("--feedback", form)]
    done = grade_class(
        root, tiny, "--roster", "roster.csv", "--moodle", "grades-ex01.csv", "--exercise", "ex01", *asked
    )
    assert done.returncode == 0, done.stderr
    return root, " ".join(done.stdout.split())


def test_the_zip_for_canvas_has_the_pages_with_a_word_on_how_to_open_them(graded: tuple[Path, str]) -> None:
    """Canvas gives the page out as ``double.py``: who opens it in an editor reads first what it is."""
    root, _ = graded
    assert read_zip(root / "grade-results" / "feedback-canvas.zip") == {
        "doejane_10234_567_report.html": CANVAS_NOTICE + pages(root)["10234"],
        "roebob_LATE_10235_568_report.html": CANVAS_NOTICE + pages(root)["10235"],
    }


def test_the_zip_for_moodle_has_the_pages_themselves(graded: tuple[Path, str]) -> None:
    root, _ = graded
    assert read_zip(root / "grade-results" / "feedback-moodle.zip") == {
        "jane-doe_41_assignfeedback_file_/report.html": pages(root)["10234"],
        "bob-roe_42_assignfeedback_file_/report.html": pages(root)["10235"],
    }


def test_every_learner_has_a_folder_with_their_page(graded: tuple[Path, str]) -> None:
    root, _ = graded
    assert files(root / "home") == [LISTED, "canvas-10234/report.html", "canvas-10235/report.html"]
    assert (root / "home" / "canvas-10234" / "report.html").read_bytes() == pages(root)["10234"]


def test_a_letter_goes_to_each_learner_with_an_address(graded: tuple[Path, str]) -> None:
    root, _ = graded
    folder = root / "grade-results" / "feedback-email"
    message = message_from_bytes((folder / "canvas-10234.eml").read_bytes(), policy=default)

    assert files(folder) == [LISTED, "canvas-10234.eml"]
    assert message["To"] == "Jane Doe <jane@uni.example>"
    assert [part.get_payload(decode=True) for part in message.walk()][-1] == pages(root)["10234"]


def test_a_page_loads_nothing_and_says_nothing_of_another_learner(graded: tuple[Path, str]) -> None:
    root, _ = graded
    for name, content in read_zip(root / "grade-results" / "feedback-canvas.zip").items():
        text = content.decode()
        page = Page(text)
        leads = [value for _, attrs in page.tags for name, value in attrs.items() if name in ("href", "src", "action")]
        assert all(value.startswith(("#", "data:")) for value in leads)
        others = {"doejane", "jane", "10234"} if "10235" in name else {"roebob", "roe", "10235"}
        assert not [other for other in others if other in text.lower()]


def test_who_gets_no_page_is_said_with_the_reason(graded: tuple[Path, str]) -> None:
    _, screen = graded

    _, _, of_canvas = screen.partition("note: feedback-canvas.zip: 2 pages")
    said = "No page for 1 learner, see feedback.csv: Kim Min (nothing of theirs has been graded)"
    assert said in of_canvas.partition("note:")[0]


def test_a_table_lists_what_became_of_every_page(graded: tuple[Path, str]) -> None:
    root, _ = graded
    with (root / "grade-results" / "feedback.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))

    assert len(rows) == 4 * 3
    pages = {(row["name"], row["form"]): row["page"] for row in rows}
    assert pages["Jane Doe", "moodle"] == "jane-doe_41_assignfeedback_file_/report.html"
    assert pages["Jane Doe", "email"] == "canvas-10234.eml"
    reasons = {(row["name"], row["form"]): row["reason"] for row in rows}
    assert reasons["Bob Roe", "email"] == "no address; give it in the roster, in a column `email`"
    assert reasons["Bob Roe", "folder"] == ""


def test_what_to_do_with_each_is_said(graded: tuple[Path, str]) -> None:
    _, screen = graded

    assert "choose Upload multiple feedback files in a zip" in screen
    assert "choose Re-Upload Submissions" in screen
    assert "feedback-email: 1 page;" in screen
    assert "grade-results/feedback-moodle.zip" in screen.partition("written:")[2]


# ---- once more -------------------------------------------------------------------------------------------------------


def test_a_page_that_is_no_learners_any_more_is_taken_back_and_other_files_stay(tmp_path: Path, tiny: Path) -> None:
    canvas_class(tmp_path)
    asked = ("--feedback", "folder=home", "--feedback", "email=mail", "--roster", "roster.csv")
    grade_class(tmp_path, tiny, *asked)
    (tmp_path / "home" / "canvas-10234" / "notes.txt").write_text("mine")
    (tmp_path / "mail" / "other.eml").write_text("mine")
    (tmp_path / "class.zip").write_bytes(packed({"roebob_10235_568_double.py": BOB}))
    (tmp_path / "roster.csv").write_text("Student,ID,SIS Login ID,email\nBob Roe,10235,br,bob@uni.example\n")
    grade_class(tmp_path, tiny, *asked)

    assert files(tmp_path / "home") == [LISTED, "canvas-10234/notes.txt", "canvas-10235/report.html"]
    assert files(tmp_path / "mail") == [LISTED, "canvas-10235.eml", "other.eml"]


def test_letters_are_taken_back_even_if_no_learner_gets_one_any_more(tmp_path: Path, tiny: Path) -> None:
    canvas_class(tmp_path)
    grade_class(tmp_path, tiny, "--feedback", "email=mail", "--roster", "roster.csv")
    (tmp_path / "roster.csv").write_text("Student,ID,SIS Login ID,email\nKim Min,10236,km,kim@uni.example\n")
    grade_class(tmp_path, tiny, "--feedback", "email=mail", "--roster", "roster.csv")

    assert files(tmp_path / "mail") == [LISTED]


def test_feedback_on_a_class_that_has_been_graded_renders_no_page_again(tmp_path: Path, tiny: Path) -> None:
    """For 300 learners the pages take minutes, and packing them seconds."""
    canvas_class(tmp_path)
    grade_class(tmp_path, tiny)
    page = (tmp_path / "grade-results" / "class.html").stat().st_mtime_ns
    grade_class(tmp_path, tiny, "--feedback", "canvas")

    assert (tmp_path / "grade-results" / "class.html").stat().st_mtime_ns == page
    assert (tmp_path / "grade-results" / "feedback-canvas.zip").is_file()


def test_several_assignments_are_several_zips_and_one_note(tmp_path: Path, tiny: Path) -> None:
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "one.zip").write_bytes(packed({"doejane_10234_567_double.py": JANE}))
    (tmp_path / "class" / "two.zip").write_bytes(packed({"doejane_10234_568_wait.py": answer(RIGHT, "wait")}))
    done = grade_class(tmp_path, tiny, "--feedback", "canvas", source="class")

    found = {path.name: list(read_zip(path)) for path in (tmp_path / "grade-results").glob("*.zip")}
    assert found == {
        "feedback-canvas-one.zip": ["doejane_10234_567_report.html"],
        "feedback-canvas-two.zip": ["doejane_10234_568_report.html"],
    }
    assert "feedback-canvas-*.zip: 2 zips, one for each assignment, 2 pages" in " ".join(done.stdout.split())


def test_a_list_that_was_tampered_with_takes_nothing_back_outside_of_its_folder(tmp_path: Path, tiny: Path) -> None:
    canvas_class(tmp_path)
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / LISTED).write_text(f"../roster.csv\n{tmp_path / 'class.zip'}\n")
    grade_class(tmp_path, tiny, "--feedback", "folder=home")

    assert (tmp_path / "roster.csv").exists()
    assert (tmp_path / "class.zip").exists()


def test_an_anonymous_class_has_no_name_in_what_goes_home(tmp_path: Path, tiny: Path) -> None:
    canvas_class(tmp_path)
    asked = [word for form in ("canvas", "folder", "email") for word in ("--feedback", form)]
    grade_class(tmp_path, tiny, "--anonymous", "--roster", "roster.csv", *asked)

    out = tmp_path / "grade-results"
    in_zip = read_zip(out / "feedback-canvas.zip").keys()
    assert in_zip == {"feedback_10234_567_report.html", "feedback_10235_568_report.html"}
    assert all(name.startswith(("learner-", LISTED)) for name in files(out / "feedback-folder"))
    (letter,) = (out / "feedback-email").glob("*.eml")
    assert b"Jane" not in letter.read_bytes().partition(b"base64")[0]


def test_what_can_reach_no_learner_is_refused_before_anything_is_graded(tmp_path: Path, tiny: Path) -> None:
    (tmp_path / "class" / "ada").mkdir(parents=True)
    (tmp_path / "class" / "ada" / "double.py").write_text(JANE)
    for form in ("canvas", "moodle", "email"):
        done = grade_class(tmp_path, tiny, "--feedback", form, source="class")
        assert done.returncode == 4
        assert f"--feedback {form}: " in done.stderr
    assert not (tmp_path / "grade-results" / "class.html").exists()


# ---- many pages ------------------------------------------------------------------------------------------------------


def test_a_class_goes_home_with_few_pages_in_memory_at_a_time(tmp_path: Path) -> None:
    results = class_of(60, 1)
    (tmp_path / "learners").mkdir()
    page = random.Random(1).randbytes(100_000)
    for key, marks in results.by_learner.items():
        if any(mark.verdict for mark in marks):
            (tmp_path / "learners" / page_name(key)).write_bytes(page)
    orders = read_orders([form.value for form in FeedbackForm if form != "moodle"], directory=tmp_path, out=tmp_path)
    home = SendingHome(orders=orders, out=tmp_path, exercises=results.kit.exercises, worksheets=(), named=True)
    tracemalloc.start()
    try:
        list(home.write(results))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    with zipfile.ZipFile(tmp_path / "feedback-canvas.zip") as archive:
        owners = {name.split("_")[-3] for name in archive.namelist()}
    assert owners == {dict(learner.ids)["canvas"] for learner in results.intake.learners if _came(results, learner.key)}
    assert peak < 20 * len(page)


def _came(results: ClassResults, key: str) -> bool:
    return any(mark.verdict for mark in results.by_learner[key])


def test_the_sizes_stand_before_the_pages_for_unpackers_that_read_from_front_to_back() -> None:
    content = b"".join(feedback._zipped([("a.html", b"page")], "2026-11-22T06:50:00+00:00"))

    flags, size = int.from_bytes(content[6:8], "little"), int.from_bytes(content[22:26], "little")
    assert (flags & 0x8, size) == (0, 4)


# ---- the option ------------------------------------------------------------------------------------------------------


def orders(*texts: str) -> tuple[FeedbackOrder, ...]:
    return read_orders(texts, directory=Path("/home/ada"), out=OUT)


def test_without_a_path_it_goes_to_the_results() -> None:
    found = {order.form.value: order.path.name for order in orders("moodle", "canvas", "folder", "email")}

    assert found == {
        "moodle": "feedback-moodle.zip",
        "canvas": "feedback-canvas.zip",
        "folder": "feedback-folder",
        "email": "feedback-email",
    }


def test_a_path_begins_at_the_folder_of_the_command() -> None:
    assert orders("email=mail") == (FeedbackOrder(form=FeedbackForm.EMAIL, path=Path("/home/ada/mail")),)


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["blackboard"], "there is no form 'blackboard'"),
        (["moodle="], "no path is named"),
        (["moodle", "moodle"], "two forms go to the same path"),
        (["folder=x", "email=x"], "two forms go to the same path"),
    ],
)
def test_a_mistake_in_the_option_is_said(texts: list[str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        orders(*texts)


def test_a_zip_where_a_folder_is_and_a_folder_where_a_file_is_are_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for text, message in (("moodle=.", "is a folder"), ("email=file", "is a file")):
        with pytest.raises(UsageError, match=message):
            read_orders([text], directory=tmp_path, out=OUT)


def test_the_guide_has_a_row_for_every_form() -> None:
    guide = (CHECKOUT / "docs" / "class.md").read_text(encoding="utf-8")

    assert "\n## Feedback in every hand\n" in guide  # the README leads there
    for form in FeedbackForm:
        assert f"\n| `{form}` | `{form.default}" in guide
