"""The gradebook: what it keeps, what it uses again, and what it says of a file that it cannot use."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from grader.classroom import gradebook
from grader.classroom.gradebook import Gradebook, HandIn, JudgedHandIn, Learner, held, put_aside
from grader.classroom.pool import Conditions, StoredVerdict, stored_verdict
from grader.errors import ClassroomError
from grader.judge.verdict import Status
from tests import samples
from tests.processes import CHECKOUT

UNDER = Conditions(exercise="ex01", kit="kit-1", schedules=21, versions="grade 1")
ADA = HandIn(learner="ada", exercise="ex01", key="aaaa", shown="ada/join.py")
BOB = HandIn(learner="bob", exercise="ex01", key="aaaa", shown="bob/join.py")
CLEO = HandIn(learner="cleo", exercise="ex01", key="cccc", shown="cleo/join.py")
CLASS = [Learner(key="ada", name="Ada"), Learner(key="bob", name="Bob"), Learner(key="cleo", name="Cleo")]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "gradebook.sqlite"


@pytest.fixture
def book(path: Path) -> Iterator[Gradebook]:
    with Gradebook(path) as book:
        yield book


def judged(key: str = "aaaa", **changes: object) -> StoredVerdict:
    one = replace(stored_verdict(key, samples.verdict()), exercise="ex01", level=2, status=Status.FAIL, points=60.0)
    return replace(one, **changes)  # type: ignore[arg-type]


def found(book: Gradebook) -> dict[str, float | None]:
    """The points that stand for every learner's hand-in."""
    return {one.learner: one.verdict.points if isinstance(one, JudgedHandIn) else None for one in book.hand_ins()}


def reuse(book: Gradebook, under: Conditions = UNDER, *, level: int = 2, since: int = 0) -> set[str]:
    return book.reuse(under, {"aaaa", "cccc"}, level=level, since=since)


# ---- what it keeps ---------------------------------------------------------------------------------------------------


def test_a_verdict_stands_for_every_learner_who_handed_in_those_bytes(book: Gradebook) -> None:
    book.begin(CLASS, [ADA, BOB, CLEO])
    book.add([judged("aaaa")], UNDER)

    assert found(book) == {"ada": 60.0, "bob": 60.0, "cleo": None}


def test_a_verdict_comes_back_whole_under_the_name_of_each_learners_file(book: Gradebook) -> None:
    verdict = samples.verdict()
    book.begin(CLASS, [ADA, BOB])
    book.add([replace(stored_verdict("aaaa", verdict), exercise="ex01")], UNDER)
    (one, *_) = (one for one in book.hand_ins() if isinstance(one, JudgedHandIn))

    assert book.verdict(one.verdict_id, shown="ada/join.py") == replace(verdict, file="ada/join.py", ignored=())


def test_a_verdict_is_stored_in_the_columns_that_gradebooks_have_always_had(path: Path, book: Gradebook) -> None:
    """Gradebooks are kept for years, and other programs read them."""
    one = judged(own_fault=True, fault="syntax", trouble="why", judged_at="2026-03-01T12:00:00Z", document=b"{}")
    book.begin(CLASS, [ADA])
    book.add([one], UNDER)

    base = sqlite3.connect(path)
    (row,) = base.execute("SELECT * FROM judgements").fetchall()
    (stands,) = base.execute("SELECT * FROM attempts").fetchall()
    base.close()
    assert row == (
        *(1, "ex01", "aaaa", "kit-1", 21, "0-20", "grade 1", 2, "fail", 60.0, one.total),
        *(1, "syntax", "why", "2026-03-01T12:00:00Z", b"{}"),
    )
    assert stands == ("ada", "ex01", "aaaa", "ada/join.py", 0, "", 1, 1)
    assert list(book.hand_ins()) == [
        JudgedHandIn(**asdict(replace(ADA, run=1)), verdict=replace(one, document=b""), verdict_id=1, conditions=UNDER)
    ]


def test_what_was_stored_survives_the_end_of_the_process_that_stored_it(path: Path) -> None:
    """A process that is killed right after `add` has returned loses nothing of it."""
    program = (
        "import os, signal\n"
        "from pathlib import Path\n"
        "from tests.classroom.test_gradebook import *\n"
        f"book = Gradebook(Path({str(path)!r}))\n"
        "book.begin(CLASS, [ADA])\n"
        "book.add([judged()], UNDER)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=CHECKOUT, check=False, timeout=60)

    assert done.returncode == -signal.SIGKILL
    with Gradebook(path) as again:
        assert found(again) == {"ada": 60.0}


def test_a_transaction_that_fails_leaves_nothing_of_itself(book: Gradebook) -> None:
    book.begin(CLASS, [ADA, CLEO])
    broken = judged("cccc", points=None)
    with pytest.raises(ClassroomError):
        book.add([judged("aaaa"), broken], UNDER)

    assert found(book) == {"ada": None, "cleo": None}


def test_names_that_are_no_text_are_stored_all_the_same(book: Gradebook) -> None:
    book.begin([Learner(key="x", name="Ren\udce9")], [replace(ADA, shown="Ren\udce9/join.py")])

    (hand_in,) = book.hand_ins()
    assert hand_in.shown == "Ren\\udce9/join.py"


def test_members_come_back_as_they_were_noted_last(book: Gradebook) -> None:
    known = Learner(key="ada", name="Ada", email="a@b.c", section="A", ids=(("canvas", "7"),))
    book.begin([Learner(key="ada", name="A.")], [])
    book.begin([known], [])

    assert book.learners() == [known]


# ---- what it uses again ----------------------------------------------------------------------------------------------


def test_a_verdict_is_used_again_under_equal_conditions(book: Gradebook) -> None:
    book.begin(CLASS, [ADA])
    book.add([judged()], UNDER)
    book.begin(CLASS, [ADA, CLEO])

    assert reuse(book) == {"aaaa"}
    assert found(book) == {"ada": 60.0, "cleo": None}


@pytest.mark.parametrize("changed", [{"kit": "kit-2"}, {"schedules": 3}, {"versions": "grade 2"}])
def test_a_verdict_is_not_used_again_under_other_conditions(book: Gradebook, changed: dict[str, object]) -> None:
    book.begin(CLASS, [ADA])
    book.add([judged()], UNDER)

    assert reuse(book, replace(UNDER, **changed)) == set()  # type: ignore[arg-type]


def test_what_was_played_with_less_isolation_than_is_asked_for_is_graded_again(book: Gradebook) -> None:
    book.begin(CLASS, [ADA])
    book.add([judged(level=1)], UNDER)

    assert reuse(book, level=2) == set()
    assert reuse(book, level=1) == {"aaaa"}


def test_what_was_not_played_because_of_the_file_needs_no_isolation(book: Gradebook) -> None:
    book.begin(CLASS, [ADA])
    book.add([judged(level=0, status=Status.CANNOT_JUDGE)], UNDER)

    assert reuse(book) == {"aaaa"}


def test_what_was_not_judged_is_tried_again(book: Gradebook) -> None:
    book.begin(CLASS, [ADA])
    book.add([judged(status=Status.NOT_JUDGED)], UNDER)

    assert reuse(book) == set()


def test_a_fresh_run_uses_nothing_earlier_and_after_being_killed_goes_on_with_its_own(book: Gradebook) -> None:
    book.begin(CLASS, [ADA, CLEO])
    book.add([judged("aaaa"), judged("cccc")], UNDER)
    assert reuse(book, since=book.begin_afresh()) == set()
    book.add([judged("aaaa", points=70.0)], UNDER)

    # The same command, after the first was killed.
    assert reuse(book, since=book.begin_afresh()) == {"aaaa"}
    assert found(book)["ada"] == 70.0

    book.finish({})
    assert reuse(book, since=book.begin_afresh()) == set()


def test_earlier_conditions_that_come_back_bring_their_verdict_back(book: Gradebook) -> None:
    book.begin(CLASS, [ADA])
    book.add([judged(points=60.0)], UNDER)
    book.add([judged(points=40.0)], replace(UNDER, schedules=1))
    assert found(book) == {"ada": 40.0}

    reuse(book)
    assert found(book) == {"ada": 60.0}


# ---- a file that cannot be used --------------------------------------------------------------------------------------


def test_a_gradebook_that_another_program_holds_is_said_so_and_stays_whole(
    path: Path, book: Gradebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gradebook, "PATIENCE_SECONDS", 0.05)
    book.begin(CLASS, [ADA])
    book.close()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with Gradebook(path) as waiting, pytest.raises(ClassroomError) as caught:
        waiting.add([judged()], UNDER)
    other.rollback()
    other.close()

    assert str(caught.value) == f"{path}: another program holds the gradebook"
    with Gradebook(path) as again:
        assert found(again) == {"ada": None}


@pytest.mark.parametrize(
    "content",
    [b"this is no database at all, and long enough to be read as one" * 40, b"SQLite format 3\0" + b"\xff" * 4096],
)
def test_a_damaged_gradebook_is_said_so_and_left_alone(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(ClassroomError, match="the gradebook is damaged") as caught:
        Gradebook(path)

    assert "--new-gradebook" in caught.value.hint
    assert path.read_bytes() == content


def test_a_gradebook_with_a_torn_page_is_said_to_be_damaged(path: Path) -> None:
    with Gradebook(path) as book:
        book.begin(CLASS, [replace(ADA, key=f"{number:040}") for number in range(500)])
    content = bytearray(path.read_bytes())
    content[3 * 4096 : 12 * 4096] = b"\x5a" * (9 * 4096)
    path.write_bytes(content)

    with pytest.raises(ClassroomError, match="damaged"):
        Gradebook(path)


def test_a_gradebook_put_aside_keeps_all_it_has_under_another_name(path: Path) -> None:
    for expected in ("gradebook.old-1.sqlite", "gradebook.old-2.sqlite"):
        with Gradebook(path) as book:
            book.begin(CLASS, [ADA])
        aside = put_aside(path)

        assert aside == path.with_name(expected)
        assert not path.exists()
        with Gradebook(aside) as kept:
            assert found(kept) == {"ada": None}
    assert put_aside(path) is None


def test_a_gradebook_of_another_format_is_refused(path: Path) -> None:
    Gradebook(path).close()
    base = sqlite3.connect(path)
    base.execute("PRAGMA user_version = 99")
    base.close()

    with pytest.raises(ClassroomError, match="a gradebook in format 99, and this grader writes format 1"):
        Gradebook(path)


def test_another_programs_database_is_refused_and_left_alone(path: Path) -> None:
    base = sqlite3.connect(path)
    base.execute("CREATE TABLE mine (x)")
    base.close()

    with pytest.raises(ClassroomError, match="another program's database"):
        Gradebook(path)
    base = sqlite3.connect(path)
    assert base.execute("SELECT name FROM sqlite_schema").fetchall() == [("mine",)]
    base.close()


def test_a_folder_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(ClassroomError, match="cannot be opened for writing"):
        Gradebook(tmp_path / "nowhere" / "gradebook.sqlite")


def test_a_full_disk_is_said_so_and_nothing_is_lost(path: Path, book: Gradebook) -> None:
    book.begin(CLASS, [ADA, CLEO])
    book.add([judged("aaaa")], UNDER)
    book._base.execute("PRAGMA max_page_count = 1")  # no bigger than it is, as on a full disk
    with pytest.raises(ClassroomError, match="the gradebook cannot be written") as caught:
        book.add([judged("cccc", document=os.urandom(1 << 20))], UNDER)

    reason = caught.value.__cause__
    assert isinstance(reason, sqlite3.Error)
    assert reason.sqlite_errorcode == sqlite3.SQLITE_FULL
    assert str(reason) in str(caught.value)
    assert "what is graded so far is kept" in caught.value.hint
    assert found(book) == {"ada": 60.0, "cleo": None}


def test_only_one_run_at_a_time_works_in_a_folder(tmp_path: Path) -> None:
    with held(tmp_path), pytest.raises(ClassroomError, match="another `grade class` is at work there"), held(tmp_path):
        pass
    with held(tmp_path):
        pass
