"""A run between its arguments and its screen: what Ctrl-C leaves, and what is proposed to type next."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Sequence
from pathlib import Path

import pytest

from grader.desk.learner import Desk
from grader.desk.run import RunDesk, RunOptions
from grader.desk.workspace import create_workspace, read_attempts
from grader.judge.progress import Onlooker, Progress, Stopping
from grader.judge.verdict import STOPPED, Status, Verdict
from grader.kit.exercise import Exercise
from grader.kit.kit import load_kit
from grader.reports.views import reasons_not_judged
from grader.sandbox.box import Box
from tests import samples
from tests.kit_samples import RIGHT, WRONG_VALUE, answer


@pytest.fixture
def mine(tmp_path: Path, tiny: Path) -> Path:
    """A workspace of the tiny kit in which everything is right."""
    create_workspace(tmp_path / "mine", load_kit(tiny))
    for id, name in (("ex01", "double"), ("ex02", "wait")):
        (tmp_path / "mine" / f"{id}_{name}" / f"{name}.py").write_text(answer(RIGHT, name))
    return tmp_path / "mine"


def run_desk(mine: Path, file: Path | None = None) -> RunDesk:
    return RunDesk(Desk(directory=mine, kit=None), RunOptions(file=file))


def typed_next(desk: RunDesk, verdict: Verdict) -> list[str] | None:
    """The commands that are proposed after a verdict; None where the verdict alone tells."""
    proposed = desk.proposed([verdict])
    return None if proposed is None else [command.line for command in proposed]


def both(mine: Path) -> Sequence[Exercise]:
    return Desk(directory=mine, kit=None).kit.exercises


@pytest.fixture
def one_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    """The exercises are graded one after the other."""
    monkeypatch.setattr("grader.judge.cells.usable_processors", lambda: 1)


def pressing_at(id: str, test: int, stopping: Stopping) -> Onlooker:
    """An onlooker who presses Ctrl-C, once, when this test begins."""
    pressed = []

    def watch(progress: Progress) -> None:
        if (progress.exercise.id, progress.test.number) == (id, test) and not pressed:
            pressed.append(progress)
            signal.raise_signal(signal.SIGINT)

    return Onlooker(watch=watch, stopping=stopping)


# ---- Ctrl-C ----------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("one_processor")
def test_exercises_that_were_not_begun_are_not_judged_and_cost_nothing(box: Box, mine: Path) -> None:
    with Stopping() as stopping:
        first, second = run_desk(mine).grade(box, both(mine), pressing_at("ex01", 2, stopping))

    assert [test.passed for test in first.tests] == [True, False]
    assert reasons_not_judged(first) == (STOPPED,)
    assert (second.status, second.trouble, second.tests) == (Status.NOT_JUDGED, STOPPED, ())
    assert not second.own_fault


@pytest.mark.usefixtures("one_processor")
def test_what_was_judged_to_the_end_is_stored_and_the_rest_is_not(box: Box, mine: Path) -> None:
    desk = run_desk(mine)
    with Stopping() as stopping:
        desk.store(desk.grade(box, both(mine), pressing_at("ex02", 1, stopping)))

    workspace = Desk(directory=mine, kit=None).workspace
    assert workspace is not None
    attempts = [read_attempts(workspace, exercise) for exercise in both(mine)]
    assert [[verdict.status for verdict in verdicts] for verdicts in attempts] == [[Status.PASS], []]


def test_after_ctrl_c_the_same_is_proposed_again(mine: Path) -> None:
    stopped = samples.verdict(samples.case(1, "one", 100, samples.not_judged("trio", STOPPED)))

    assert typed_next(run_desk(mine), stopped) == ["grade ex01"]
    assert typed_next(run_desk(Path(), Path("x.py")), stopped) == ["grade ex01 --file x.py"]


# ---- several processors ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("processors", "missing", "workers"), [(1, False, 0), (2, False, 2), (8, False, 2), (2, True, 0)]
)
def test_exercises_are_shared_among_processors_if_there_are_several_to_play(
    box: Box, mine: Path, monkeypatch: pytest.MonkeyPatch, processors: int, missing: bool, workers: int
) -> None:
    monkeypatch.setattr("grader.judge.cells.usable_processors", lambda: processors)
    if missing:
        (mine / "ex01_double" / "double.py").unlink()
    most = 0

    def watch(progress: Progress) -> None:
        nonlocal most
        most = max(most, len(multiprocessing.active_children()))

    first, second = run_desk(mine).grade(box, both(mine), Onlooker(watch=watch))

    assert (first.exercise, first.points) == ("ex01", 0 if missing else 100)
    assert (second.exercise, second.points) == ("ex02", 100)
    assert most == workers


# ---- what is typed next ----------------------------------------------------------------------------------------------


def test_after_a_file_that_fails_its_hint_is_proposed_and_to_check_it_again(mine: Path) -> None:
    desk = run_desk(Path(), Path("a b.py"))

    assert typed_next(desk, samples.mixed()) == ["grade hint ex01 --file 'a b.py'", "grade ex01 --file 'a b.py'"]
    assert typed_next(desk, samples.unjudgeable()) == ["grade ex01 --file 'a b.py'"]
    assert typed_next(desk, samples.perfect()) == []
    assert typed_next(run_desk(mine), samples.mixed()) is None


def test_what_is_proposed_for_a_file_leads_to_the_same_folder_and_kit(mine: Path, tiny: Path) -> None:
    options = RunOptions(file=Path("x.py"))
    elsewhere = RunDesk(Desk(directory=mine, kit=tiny), options)
    inside_it = RunDesk(Desk(directory=tiny.parent, kit=tiny), options)

    assert typed_next(elsewhere, samples.mixed()) == [
        f"grade hint ex01 --file x.py --kit {tiny} -C {mine}",
        f"grade ex01 --file x.py --kit {tiny} -C {mine}",
    ]
    (again,) = typed_next(inside_it, samples.unjudgeable()) or ()
    assert again == f"grade ex01 --file x.py --kit {tiny.name} -C {tiny.parent}"


FAULT = samples.not_judged("trio", "the kit is at fault: exercises/ex01_double/test_hidden.py:7: a typing error")


def test_after_a_fault_of_a_kit_that_was_named_that_kit_is_checked(mine: Path, tiny: Path) -> None:
    faulty = samples.verdict(samples.case(1, "one", 100, FAULT))

    assert typed_next(run_desk(mine), faulty) == ["grade kit check"]
    for options in (RunOptions(), RunOptions(file=Path("x.py"))):
        assert typed_next(RunDesk(Desk(directory=mine, kit=tiny), options), faulty) == [f"grade kit check {tiny}"]


def test_a_stub_is_answered_with_the_lesson(mine: Path) -> None:
    assert typed_next(run_desk(mine), samples.unjudgeable(kind="untouched")) == ["ex01_double/README.md", "grade ex01"]


# ---- hints for another file ------------------------------------------------------------------------------------------


def check(box: Box, folder: Path, kit: Path | None = None) -> Verdict:
    """Grade ``try.py`` in a folder as `grade ex01 --file try.py` does."""
    desk = Desk(directory=folder, kit=kit)
    run = RunDesk(desk, RunOptions(file=Path("try.py")))
    verdicts = run.grade(box, desk.kit.exercises[:1])
    run.store(verdicts)
    return verdicts[0]


@pytest.mark.parametrize("where", ["workspace", "elsewhere"])
def test_a_file_that_was_checked_has_the_hints_of_its_failure(
    box: Box, mine: Path, tiny: Path, tmp_path: Path, where: str
) -> None:
    folder, kit = (mine, None) if where == "workspace" else (tmp_path, tiny)
    (folder / "try.py").write_text(answer(WRONG_VALUE))
    check(box, folder, kit)
    desk = Desk(directory=folder, kit=kit)

    first, second = desk.hint_for_file("ex01", Path("try.py")), desk.hint_now_for_file("ex01", Path("try.py"))

    assert first.startswith("ex01, test 1 (wrong-value), hint 1 of 6\n\nvalue hint 1\n\n")
    assert "`grade hint ex01 --file try.py" in first
    assert "value hint 2" in second
    assert "note:" not in second


def test_hints_for_a_file_say_if_it_was_never_checked_or_has_changed(box: Box, mine: Path) -> None:
    desk, path, file = Desk(directory=mine, kit=None), mine / "try.py", Path("try.py")
    path.write_text(answer(WRONG_VALUE))
    assert "note: this file has not been checked yet; `grade ex01 --file try.py" in desk.hint_for_file("ex01", file)

    check(box, mine)
    path.write_text(answer(RIGHT))
    assert "note: the file has changed since; `grade ex01 --file try.py" in desk.hint_for_file("ex01", file)

    check(box, mine)
    assert "no hint is needed" in desk.hint_for_file("ex01", file)


def test_hints_for_a_file_and_for_the_learners_own_do_not_mix(box: Box, mine: Path) -> None:
    (mine / "try.py").write_text(answer(WRONG_VALUE))
    check(box, mine)

    assert "general hint 1" in Desk(directory=mine, kit=None).hint("ex01")


def test_a_run_in_which_nothing_was_judged_leaves_the_hints_of_the_one_before(mine: Path) -> None:
    run = run_desk(mine, Path("try.py"))
    run.store([samples.mixed()])
    run.store([samples.verdict(samples.case(1, "one", 100, FAULT))])

    assert "test " in Desk(directory=mine, kit=None).hint_for_file("ex01", Path("try.py")).splitlines()[0]
