"""An onlooker of the judging: what it is told and when, and how Ctrl-C ends the judging but keeps what is known."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from grader.judge import engine
from grader.judge.progress import Onlooker, Progress, Stopping
from grader.judge.results import Results
from grader.judge.verdict import STOPPED, Outcome, Status, Verdict
from grader.kit.kit import load_kit
from grader.sandbox.box import Box
from tests.kit_samples import RIGHT, WRONG_VALUE, answer, change, make_kit


@dataclass
class Diary:
    """What an onlooker was told, and what it did when it was told of one of them."""

    then: Callable[[int], None] = lambda number: None
    told: list[tuple[int, str, int, tuple[int, ...]]] = field(default_factory=list)

    def watch(self, progress: Progress) -> None:
        failed = progress.any_backend(Outcome.FAIL)
        self.told.append((progress.test.number, progress.backend, len(progress.passed), failed))
        self.then(len(self.told))


def graded(box: Box, tmp_path: Path, onlooker: Onlooker, text: str = WRONG_VALUE) -> Verdict:
    """The verdict on an answer that fails test 1 and passes test 2, if it does."""
    root = tmp_path / "kit"
    kit = load_kit(root if root.exists() else make_kit(root))
    path = tmp_path / "double.py"
    path.write_text(answer(text))
    request = engine.Request(path=path, shown="double.py")
    (verdict,) = engine.grade(box, kit, kit.exercises[0], [request], onlooker=onlooker)
    return verdict


def outcomes(verdict: Verdict) -> list[Outcome]:
    return [result.outcome for test in verdict.tests for result in test.results]


def press(times: int = 1) -> None:
    for _ in range(times):
        signal.raise_signal(signal.SIGINT)


# ---- how far it is ---------------------------------------------------------------------------------------------------


def test_an_onlooker_hears_of_each_test_before_it_is_played_and_in_the_end_of_all(box: Box, tmp_path: Path) -> None:
    diary = Diary()
    graded(box, tmp_path, Onlooker(watch=diary.watch))

    assert diary.told == [
        (1, "asyncio", 0, ()),
        (1, "trio", 0, (1,)),
        (2, "asyncio", 0, (1,)),
        (2, "trio", 0, (1,)),
        (2, "trio", 1, (1,)),
    ]


def test_the_first_word_comes_before_anything_is_played(box: Box, tmp_path: Path) -> None:
    class Enough(Exception):
        pass

    def leave(progress: Progress) -> None:
        raise Enough

    waits = RIGHT.replace("return 2 * n", "while True: pass")
    with pytest.raises(Enough):
        graded(box, tmp_path, Onlooker(watch=leave), waits)


# ---- Ctrl-C ----------------------------------------------------------------------------------------------------------


def test_ctrl_c_keeps_what_is_known_and_blames_nobody_for_the_rest(box: Box, tmp_path: Path) -> None:
    with Stopping() as stopping:
        diary = Diary(then=lambda number: press() if number == 2 else None)
        verdict = graded(box, tmp_path, Onlooker(watch=diary.watch, stopping=stopping))

    assert outcomes(verdict) == [Outcome.FAIL, *[Outcome.NOT_JUDGED] * 3]
    assert {result.reason for test in verdict.tests for result in test.results} == {"", STOPPED}
    assert (verdict.complete_run, verdict.own_fault, verdict.trouble) == (False, False, "")
    failure = verdict.tests[0].results[0].failure
    assert failure is not None
    assert failure.trace is not None, "it is shown as usual, which takes a play in a new box"


def test_a_grading_that_nobody_stops_is_complete(box: Box, tmp_path: Path) -> None:
    with Stopping() as stopping:
        verdict = graded(box, tmp_path, Onlooker(stopping=stopping), RIGHT)

    assert verdict.complete_run
    assert not stopping.asked


CATCHES_ALL = '''\
import signal

from grader.judge import grading

calls = []


@grading(points=100, diagnosis="wrong-value", feedback="It is wrong.")
def test_value(play):
    """is pressed Ctrl-C in"""
    calls.append(1)
    try:
        signal.raise_signal(signal.SIGINT)
    except BaseException:
        pass
    {then}
'''


@pytest.mark.parametrize("then", ["play('call', n=3)", "assert play('call', n=3).result == 7", "raise SystemExit"])
def test_a_hidden_test_that_catches_everything_neither_swallows_ctrl_c_nor_is_judged(
    box: Box, tmp_path: Path, then: str
) -> None:
    kit = make_kit(tmp_path / "kit")
    (kit / "exercises/ex01_double/test_hidden.py").write_text(CATCHES_ALL.replace("{then}", then))
    with Stopping() as stopping:
        verdict = graded(box, tmp_path, Onlooker(stopping=stopping), RIGHT)

    assert stopping.presses == 1, "it was not called again"
    assert [result.reason for result in verdict.tests[0].results] == [STOPPED, STOPPED]


def test_ctrl_c_before_the_first_test_means_that_none_is_played(box: Box, tmp_path: Path) -> None:
    diary = Diary()
    with Stopping() as stopping:
        press()
        verdict = graded(box, tmp_path, Onlooker(watch=diary.watch, stopping=stopping))

    assert outcomes(verdict) == [Outcome.NOT_JUDGED] * 4
    assert diary.told == []


def test_a_second_ctrl_c_is_raised_wherever_it_comes(box: Box, tmp_path: Path) -> None:
    with Stopping() as stopping:
        diary = Diary(then=lambda number: press(2))
        with pytest.raises(KeyboardInterrupt):
            graded(box, tmp_path, Onlooker(watch=diary.watch, stopping=stopping))

    assert stopping.presses == 2


def test_where_nobody_answers_ctrl_c_it_ends_the_grading(box: Box, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        graded(box, tmp_path, Onlooker(watch=Diary(then=lambda number: press()).watch))


def test_ctrl_c_is_answered_as_before_when_the_block_is_left() -> None:
    with Stopping():
        pass

    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_process_that_ignores_ctrl_c_goes_on_doing_so() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with Stopping() as stopping:
            press()

        assert not stopping.asked
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_other_threads_answer_no_ctrl_c() -> None:
    found = []

    def enter() -> None:
        with Stopping():
            found.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()

    assert found == [signal.default_int_handler]


def test_the_box_after_ctrl_c_is_another_one(box: Box, tmp_path: Path) -> None:
    before = box.process
    with Stopping() as stopping:
        diary = Diary(then=lambda number: press() if number == 3 else None)
        graded(box, tmp_path, Onlooker(watch=diary.watch, stopping=stopping))

    assert box.process != before


@pytest.mark.parametrize("where", ["end", "has_ended"])
def test_ctrl_c_in_the_middle_of_our_own_code_leaves_the_results_before_it(
    box: Box, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    kit = make_kit(tmp_path / "kit")
    change(kit / "exercises/ex01_double/test_hidden.py", 'play("call", n=3).elapsed', 'play("call", n=4).elapsed')
    hangs = WRONG_VALUE.replace("return n", "while n == 4: pass\n    return n")
    usual = getattr(Box, where)
    armed = []

    def interrupted(self: Box, *args: object) -> object:
        if armed:
            armed.clear()
            press()
        return usual(self, *args)

    monkeypatch.setattr(Box, where, interrupted)
    with Stopping() as stopping:
        diary = Diary(then=lambda number: armed.append(number) if number == 3 else None)
        verdict = graded(box, tmp_path, Onlooker(watch=diary.watch, stopping=stopping), hangs)

    assert outcomes(verdict) == [Outcome.FAIL, Outcome.FAIL, Outcome.NOT_JUDGED, Outcome.NOT_JUDGED]
    assert not verdict.complete_run


def test_ctrl_c_when_all_is_judged_costs_nothing(box: Box, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = Results.of

    def interrupted(*args: Any) -> object:
        press()
        return usual(*args)

    monkeypatch.setattr(Results, "of", interrupted)
    with Stopping() as stopping:
        verdict = graded(box, tmp_path, Onlooker(stopping=stopping), RIGHT)

    assert stopping.asked
    assert (verdict.status, verdict.complete_run) == (Status.PASS, True)
