"""What was got against what was expected, in two lines."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.judge.explain.contrast import contrast
from grader.wire.recording import Ended, Recording
from grader.wire.rows import Raised, Span
from grader.wire.values import Opaque
from tests.explain_samples import case, evidence, leaf, play, raising, returned, span

SOURCE = "async def join(*fns): ...\n"
RIGHT = play(returns=returned(["a"]), elapsed=3)
SHOWN = ("expected",)


def lines(mine: Recording, theirs: Recording | None = RIGHT, show: tuple[str, ...] = SHOWN) -> tuple[str, str]:
    return contrast(case(SOURCE), evidence(mine, theirs, show=show))


def test_what_was_returned_stands_against_what_the_reference_answer_returns() -> None:
    mine = play(returns=returned(["b"]), elapsed=3)

    assert lines(mine) == ("join() returned ['b']", "join() returns ['a']")
    assert lines(mine, show=()) == ("join() returned ['b']", "")
    assert lines(mine, None) == ("", "")


def test_what_was_raised_stands_against_what_should_have_come() -> None:
    mine = raising(leaf("ValueError", "boom"))

    assert lines(mine) == ("ValueError: boom", "join() returns ['a']")
    assert lines(mine, show=()) == ("ValueError: boom", "")
    assert lines(mine, raising(leaf("KeyError", "k"))) == ("ValueError: boom", "KeyError: k")
    assert lines(mine, raising(leaf("KeyError", "k")), show=()) == ("ValueError: boom", "")
    assert lines(mine, None) == ("ValueError: boom", "")
    assert lines(mine, play()) == ("ValueError: boom", "")


@pytest.mark.parametrize(
    ("mine", "course"),
    [
        ((), "`a` never begins"),
        ((span("a", 0, None),), "`a` never ends"),
        ((span("a", 0, 5),), "`a` ends at 5 s"),
        ((span("a", 0, 1, how="cancelled"),), "`a` is cancelled at 1 s"),
        ((span("a", 0, 1, how="raised"),), "`a` raises at 1 s"),
    ],
)
def test_spans_stand_against_those_of_the_reference_answer(mine: tuple[Span, ...], course: str) -> None:
    shown = replace(RIGHT, spans=mine)
    theirs = replace(RIGHT, spans=(span("a", 0, 2),))

    assert lines(shown, theirs, ()) == (course, "`a` ends at 2 s")


def test_the_first_span_that_differs_is_the_one() -> None:
    theirs = replace(RIGHT, spans=(span("a", 0, 2), span("b", 0, 3)))
    mine = replace(RIGHT, spans=(span("a", 0, 2 + 1e-9), span("b", 0, 4)))

    assert lines(mine, theirs) == ("`b` ends at 4 s", "`b` ends at 3 s")


def test_a_span_that_runs_several_times_is_counted() -> None:
    theirs = replace(RIGHT, spans=(span("a", 0, 2),))
    mine = replace(RIGHT, spans=(span("a", 0, 2), span("a", 0, 2)))

    assert lines(mine, theirs) == ("`a` runs 2 times", "`a` runs once")


def test_the_ends_of_the_plays_are_the_last_thing_that_may_differ() -> None:
    assert lines(replace(RIGHT, elapsed=4)) == ("over at 4 s", "over at 3 s")
    assert lines(RIGHT) == ("", "")
    assert lines(replace(RIGHT, elapsed=4, ended=Ended.DEADLOCK, error=Raised(bare=True, leaves=()))) == ("", "")


def test_the_names_of_two_classes_are_no_difference() -> None:
    mine = play(returns=returned(Opaque("Throttled")), elapsed=4)
    theirs = play(returns=returned(Opaque("_Paced")), elapsed=3)

    assert lines(mine, theirs) == ("over at 4 s", "over at 3 s")
    assert lines(mine, RIGHT)[0] == "join() returned a Throttled"
