"""What the gradebook remembers of the hand-ins for an answer: how many, and which was the first with full marks."""

from __future__ import annotations

from pathlib import Path

from grader.classroom.gradebook import Gradebook, HandIn, Learner
from grader.classroom.history import History, histories
from grader.classroom.pool import Conditions, StoredVerdict
from grader.judge.verdict import Status

UNDER = Conditions(exercise="ex01", kit="k", schedules=1, versions="v")


def handed(key: str, *, learner: str = "ada", at: str = "") -> HandIn:
    return HandIn(learner=learner, exercise="ex01", key=key, shown=f"{learner}/join.py", submitted_at=at)


def found(path: Path, *runs: tuple[HandIn, ...]) -> dict[tuple[str, str], History]:
    """The histories after runs in which these files were there: ``good`` passes, ``stub`` is untouched."""
    with Gradebook(path / "gradebook.sqlite") as book:
        for hand_ins in runs:
            book.begin([Learner(key="ada", name="Ada"), Learner(key="bob", name="Bob")], hand_ins)
            judged = {hand_in.key for hand_in in hand_ins if not hand_in.key.startswith("open")}
            book.add([_verdict(key) for key in sorted(judged)], UNDER)
        return dict(histories(book.hand_ins()))


def _verdict(key: str) -> StoredVerdict:
    status = Status.PASS if key.startswith("good") else Status.FAIL
    fault = "untouched" if key == "stub" else ""
    return StoredVerdict(
        exercise="ex01",
        key=key,
        level=3,
        status=Status.CANNOT_JUDGE if fault else status,
        points=100.0,
        total=100,
        own_fault=False,
        fault=fault,
        trouble="",
        judged_at="",
        document=b"",
    )


def test_files_are_counted_up_to_the_first_with_full_marks(tmp_path: Path) -> None:
    runs = [(handed(key),) for key in ("bad 1", "bad 2", "good 1", "bad 3", "good 2")]

    assert found(tmp_path, *runs) == {("ada", "ex01"): History(hand_ins=5, until_full=3)}


def test_without_full_marks_there_is_no_such_number(tmp_path: Path) -> None:
    assert found(tmp_path, (handed("bad 1"),), (handed("open"),)) == {("ada", "ex01"): History(2, None)}


def test_the_same_file_in_every_run_is_one_hand_in_and_an_untouched_stub_is_none(tmp_path: Path) -> None:
    runs = [(handed("stub"),), (handed("good"),), (handed("good"),)]

    assert found(tmp_path, *runs) == {("ada", "ex01"): History(1, 1)}


def test_learners_with_the_same_file_have_each_their_own_history(tmp_path: Path) -> None:
    both = (handed("good"), handed("good", learner="bob"))

    assert found(tmp_path, (handed("bad"),), both) == {("ada", "ex01"): History(2, 2), ("bob", "ex01"): History(1, 1)}
