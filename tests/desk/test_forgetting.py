"""``grade class --forget``: no byte of a learner stays in what the grader wrote, and what it cannot reach is named."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from grader.classroom.gradebook import Gradebook, HandIn, JudgedHandIn, Learner, held
from grader.classroom.pool import Conditions, StoredVerdict
from grader.desk.forgetting import forget
from grader.errors import ClassroomError, UsageError
from grader.judge.verdict import Status
from tests.class_runs import hand_in, points
from tests.kit_samples import TOO_SOON, WRONG_VALUE, make_kit
from tests.processes import inside

QUICK = ("--schedules", "1", "--allow-level", "0", "--jobs", "1", "--exercise", "ex01")
DOCS = Path(__file__).parent.parent.parent / "docs"
PRIVACY = (DOCS / "privacy.md").read_text()
ADA = b"Quetzalcoatlus"
"""A word that nothing but Ada's name, file and key can have brought into a file."""


def grade_class(root: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return inside("class", "class", "--kit", str(root / "kit"), *QUICK, *options, cwd=root)


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class of three with results; two of them handed in the same file."""
    root = tmp_path_factory.mktemp("class")
    make_kit(root / "kit")
    hand_in(root, "quetzalcoatlus", f"{TOO_SOON}\n# by Quetzalcoatlus\n")
    hand_in(root, "bob", WRONG_VALUE)
    hand_in(root, "cleo", WRONG_VALUE)
    done = grade_class(root)
    assert done.returncode == 0, done.stderr
    return root


@pytest.fixture
def root(graded: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(graded, tmp_path / "root"))


def holding(folder: Path, word: bytes) -> list[str]:
    """The files in which a word stands, in capitals or not, or in their names."""
    return [
        path.name
        for path in sorted(folder.rglob("*"))
        if path.is_file() and (word.lower() in path.read_bytes().lower() or word.lower() in path.name.lower().encode())
    ]


def test_no_byte_of_a_learner_stays_in_the_results(root: Path) -> None:
    out = root / "grade-results"
    assert len(holding(out, ADA)) >= 5, "the gradebook, two tables, and two pages"

    done = inside("class", "--forget", "quetzalcoatlus", cwd=root)

    assert done.returncode == 0, done.stderr
    assert holding(out, ADA) == []
    assert "quetzalcoatlus is forgotten" in done.stdout
    assert "gradebook.sqlite: 1 file handed in, and 1 verdict" in done.stdout
    assert "grades.csv: 1 line" in done.stdout


def test_others_keep_their_verdicts_pages_and_rows(root: Path) -> None:
    out = root / "grade-results"
    before = (out / "grades.csv").read_bytes().split(b"\r\n")
    inside("class", "--forget", "bob", cwd=root)

    assert (out / "grades.csv").read_bytes().split(b"\r\n") == [line for line in before if not line.startswith(b"bob,")]
    lines = [json.loads(line) for line in (out / "results.jsonl").read_text().splitlines()]
    assert {line["learner"]["key"] for line in lines} == {"cleo", "quetzalcoatlus"}
    assert sorted(path.name.partition("-")[0] for path in (out / "learners").iterdir()) == ["cleo", "quetzalcoatlus"]
    with Gradebook(out / "gradebook.sqlite") as book:
        (cleo,) = (hand_in for hand_in in book.hand_ins() if hand_in.learner == "cleo")
        assert isinstance(cleo, JudgedHandIn)
        assert book.verdict(cleo.verdict_id, shown="").points == 40, "bob handed in the same bytes"


def test_the_next_run_takes_in_again_whose_files_are_still_there(root: Path) -> None:
    done = inside("class", "--forget", "quetzalcoatlus", cwd=root)
    assert "quetzalcoatlus/double.py: handed in, and taken in again by the next run unless you delete it" in done.stdout
    again = grade_class(root)

    assert again.returncode == 0, again.stderr
    assert "1 file kept the verdict of an earlier run" in " ".join(again.stdout.split())
    assert points(root)["quetzalcoatlus", "ex01"] == "60"


def test_whose_files_are_gone_stays_forgotten_and_the_class_page_comes_back(root: Path) -> None:
    inside("class", "--forget", "quetzalcoatlus", cwd=root)
    shutil.rmtree(root / "class" / "quetzalcoatlus")
    grade_class(root)

    assert (root / "grade-results" / "class.html").is_file()
    assert holding(root / "grade-results", ADA) == []
    with (root / "grade-results" / "grades.csv").open(newline="") as file:
        assert [row["key"] for row in csv.DictReader(file)] == ["bob", "cleo"]


def test_what_cannot_be_reached_is_named(root: Path) -> None:
    out = root / "grade-results"
    (out / "week1.filled.csv").write_text("ID,Name\n1,quetzalcoatlus\n")
    (out / "mine.txt").write_text("about bobsleighs")
    (out / "feedback.zip").write_bytes(b"PK")
    remains = forget(out, "quetzalcoatlus").remains

    assert "week1.filled.csv: names the learner, and was not written by this command alone" in remains
    assert "feedback.zip: cannot be searched for the learner" in remains
    assert not [line for line in remains if "mine.txt" in line]
    assert "roster" in remains[-1]


def test_feedback_goes_where_it_has_the_names_that_a_run_gives_it(root: Path) -> None:
    (root / "class.csv").write_text("name,email,login\nQuetzalcoatlus,quetzalcoatlus@uni.example,quetzalcoatlus\n")
    options = ("--roster", "class.csv", "--feedback", "folder", "--feedback", "email")
    assert grade_class(root, *options).returncode == 0
    out = root / "grade-results"
    letter = out / "feedback-email" / "quetzalcoatlus@uni.example.eml"
    letter.rename(f"{letter}.sent")
    (out / "feedback-moodle.zip").write_bytes(b"PK")
    (out / "feedback-canvas-ex01-join.zip").write_bytes(b"PK")

    removed = forget(out, "quetzalcoatlus@uni.example").removed
    forget(out, "quetzalcoatlus")  # as the run without a roster has called them

    assert holding(out, ADA) == []
    assert not list(out.glob("*.zip"))
    assert "feedback-email/quetzalcoatlus@uni.example.eml.sent" in removed
    assert "feedback.csv: 2 lines" in removed
    assert (out / "feedback-folder" / "bob" / "report.html").is_file()


def test_submissions_that_a_killed_run_left_unpacked_go(root: Path) -> None:
    left = root / "grade-results" / ".unpacked-x" / "quetzalcoatlus"
    left.mkdir(parents=True)
    (left / "double.py").write_text("# by Quetzalcoatlus")
    forget(root / "grade-results", "quetzalcoatlus")

    assert not left.parent.exists()


def test_a_key_that_is_not_there_is_answered_by_the_nearest(root: Path) -> None:
    with pytest.raises(UsageError, match="no learner 'bbo'") as caught:
        forget(root / "grade-results", "bbo")

    assert caught.value.hint == "Write `--forget bob`."
    assert (root / "grade-results" / "class.html").is_file()


def test_without_a_gradebook_or_beside_another_run_nothing_is_forgotten(root: Path, tmp_path: Path) -> None:
    with pytest.raises(ClassroomError, match="there is no gradebook"):
        forget(tmp_path / "elsewhere", "bob")
    with held(root / "grade-results"), pytest.raises(ClassroomError, match="is at work there"):
        forget(root / "grade-results", "bob")


def test_json_lists_the_same(root: Path) -> None:
    done = inside("class", "--forget", "bob", "--json", cwd=root)

    document = json.loads(done.stdout)
    assert document["removed"][0].startswith("gradebook.sqlite: 1 file handed in, and 0 verdicts")


def test_without_a_folder_there_is_nothing_to_grade(tmp_path: Path) -> None:
    done = inside("class", cwd=tmp_path)

    assert done.returncode == 2
    assert "DIR|ZIP" in done.stderr


def test_nothing_stays_in_the_log_of_an_open_gradebook(tmp_path: Path) -> None:
    under = Conditions(exercise="ex01", kit="k", schedules=1, versions="v")
    verdict = StoredVerdict(**{
        **dict.fromkeys(("exercise", "key", "fault", "trouble", "judged_at"), ADA.decode()),
        "exercise": "ex01", "status": Status.PASS, "points": 1.0, "total": 1, "level": 3, "own_fault": False,
        "document": ADA * 1000,
    })  # fmt: skip
    path = tmp_path / "gradebook.sqlite"
    with Gradebook(path) as book:
        ada = Learner(key=ADA.decode(), name=ADA.decode())
        book.begin([ada], [HandIn(learner=ada.key, exercise="ex01", key=verdict.key, shown=ADA.decode())])
        book.add([verdict], under)
        book.finish({(ada.key, "ex01"): (1.0, 1)})
        forgotten = book.forget(ada.key)

        assert forgotten is not None
        assert (forgotten.files, forgotten.verdicts) == ((ADA.decode(),), 1)
        assert holding(tmp_path, ADA) == []
        assert book.forget(ada.key) is None


# ---- what docs/privacy.md says ---------------------------------------------------------------------------------------


def test_everything_that_a_run_writes_stands_in_the_table(graded: Path) -> None:
    written = {path.name for path in (graded / "grade-results").iterdir() if path.name != ".running"}

    assert len(written) == 5
    assert [name for name in sorted(written) if f"`OUT/{name}" not in PRIVACY] == []


def test_the_page_names_a_test_and_files_that_are_there() -> None:
    assert f"`{test_a_class_run_opens_no_connection_to_another_computer.__name__}`" in PRIVACY
    links = re.findall(r"\]\(([^):]+)\)", PRIVACY)
    assert links
    assert [link for link in links if not (DOCS / link).is_file()] == []


# ---- what docs/privacy.md says of the network ------------------------------------------------------------------------

WATCH = """
import os, sys

def heard(event, args):
    if event in ("socket.getaddrinfo", "socket.gethostbyname"):
        note(f"{event} {args[0]!r}")
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg") and args[0].family.name != "AF_UNIX":
        note(f"{event} {args[1]!r}")

def note(text):
    with open(os.environ["HEARD"], "a") as file:
        file.write(f"{os.getpid()} {text}\\n")

note("began")
sys.addaudithook(heard)
"""


def test_a_class_run_opens_no_connection_to_another_computer(graded: Path, tmp_path: Path) -> None:
    """An audit hook in the command and its workers hears of each connection and each name that is looked up."""
    (tmp_path / "sitecustomize.py").write_text(WATCH)
    checkout = str(Path(__file__).parent.parent.parent)
    env = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(tmp_path),
        "PYTHONPATH": f"{tmp_path}:{checkout}",
        "HEARD": str(tmp_path / "heard"),
    }
    command = ["class", "class", "--kit", str(graded / "kit"), *QUICK, "--fresh", "--out", str(tmp_path / "out")]
    done = subprocess.run(
        [sys.executable, "-m", "grader", *command], cwd=graded, env=env, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    heard = [line.split(" ", 1) for line in (tmp_path / "heard").read_text().splitlines()]
    assert len({process for process, _ in heard}) >= 2, "the command and a worker at least"
    assert [what for _, what in heard if what != "began"] == []
