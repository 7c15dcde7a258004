"""Which play explains a failure, and what it shows by itself, on recordings made by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.judge.explain.telling import most_telling
from grader.sandbox.play import Play
from grader.wire.recording import Ended, Recording
from grader.wire.rows import NOTHING, Leaf, Raised, Remark, Span


def play(ended: Ended = Ended.RETURNED, **fields: object) -> Recording:
    recording = Recording(scenario="s", backend="trio", ended=ended)
    return replace(recording, **fields)  # type: ignore[arg-type]


def error(*types: str, line: int | None = 3, named: str | None = None) -> Raised:
    return Raised(bare=True, leaves=(Leaf(token=named, types=types, message="", line=line),))


def slug(*recordings: Recording) -> str:
    used = [(Play("s", "{}", "trio"), recording) for recording in recordings]
    return most_telling(used)[2] or "declared"


REMARK = (Remark(slug="never-awaited", line=1, detail="f"),)
BUG = error("TypeError", "Exception")


def test_how_a_play_ended_outranks_everything() -> None:
    assert slug(play(remarks=REMARK), play(Ended.DEADLOCK, remarks=REMARK)) == "deadlock"


def test_what_was_left_behind_outranks_what_was_raised() -> None:
    assert slug(play(Ended.RAISED, error=BUG, looked=True), play(remarks=REMARK)) == "never-awaited"


def test_what_is_left_open_says_nothing_about_a_failure_and_leaves_the_word_to_the_test() -> None:
    assert slug(play(remarks=(Remark(slug="unclosed", line=1, detail="f"),))) == "declared"


def test_the_most_telling_of_what_was_left_behind_is_shown() -> None:
    left = tuple(Remark(slug=kind, line=1, detail="f") for kind in ("unclosed", "leaked-thread", "leaked-task"))

    assert slug(play(remarks=left)) == "leaked-task"


def test_an_exception_that_looks_like_a_bug_outranks_what_the_test_declares_even_if_it_was_looked_at() -> None:
    assert slug(play(Ended.RAISED, error=BUG, looked=True)) == "raised"
    assert slug(play(attempts=(attempt(BUG),))) == "raised"


def attempt(raised: Raised) -> Span:
    return Span(name="a", start=0, stopped=0, how="raised", value_or_error=raised, task=1)


@pytest.mark.parametrize(
    "raised",
    [
        error("ValueError", "Exception"),  # perhaps what the exercise asks for
        error("submission.TypeError", "TypeError", "Exception"),  # a class of their own
        error("TypeError", "Exception", line=None),  # the scenario's, not theirs
        error("TypeError", "Exception", named="boom"),  # handed out by the scenario
        NOTHING,
    ],
)
def test_an_exception_that_is_no_bug_of_the_learner_leaves_the_word_to_the_test(raised: Raised) -> None:
    ended = Ended.RAISED if raised else Ended.RETURNED
    assert slug(play(ended, error=raised, looked=True), play(attempts=(attempt(raised),))) == "declared"


def test_an_exception_that_the_test_did_not_look_at_is_the_diagnosis() -> None:
    assert slug(play(), play(Ended.RAISED, error=error("ValueError"))) == "raised"


def test_the_play_that_explains_the_failure_comes_with_it_and_the_last_one_if_none_does() -> None:
    plays = [(Play(name, "{}", "trio"), recording) for name, recording in (("a", play()), ("b", play()))]

    assert most_telling(plays)[0].scenario == "b"
    plays.insert(0, (Play("c", "{}", "trio"), play(Ended.LATE)))
    assert most_telling(plays)[::2] == (plays[0][0], "late")
