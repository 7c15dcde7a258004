"""Waiting for a line of a child: what it wrote before it left counts, whenever we look."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import cast

import pytest

from grader.sandbox.budget import Stock
from grader.sandbox.child import Child, Gone, Patience, Stalled, TimeIsUp, next_line
from grader.sandbox.zygote import ZygoteHandle
from grader.wire.stalls import STALLS

NO_SUCH_PROCESS = 2**30
PATIENT = Patience(wall=30, cpu=30)


def leaving(last_words: int, said: bytes) -> Callable[[Child], bool]:
    """A child that leaves at the very moment in which the box is asked whether it has left."""
    unsaid = [said]

    def has_ended(child: Child) -> bool:
        os.write(last_words, unsaid.pop() if unsaid else b"")
        return True

    return has_ended


@pytest.fixture
def printing() -> Iterator[tuple[Child, int, int]]:
    """A child of which only our ends of its pipes are there, and the ends into which it writes messages and prints."""
    (_, requests), (messages, says), (output, prints) = os.pipe(), os.pipe(), os.pipe()
    child = Child(NO_SUCH_PROCESS, requests, messages, output, number=1, zygote=cast(ZygoteHandle, object()))
    yield child, says, prints
    child.close()
    os.close(says)
    os.close(prints)


@pytest.fixture
def child(printing: tuple[Child, int, int]) -> tuple[Child, int]:
    return printing[:2]


def test_an_answer_given_right_before_the_end_is_read(child: tuple[Child, int]) -> None:
    """The answer lay in the pipe when the child was found gone: under load such plays were reported as crashed."""
    reader, says = child

    assert next_line(reader, leaving(says, b"answer\nmore"), PATIENT) == b"answer"
    assert reader.buffer == b"more"


@pytest.mark.parametrize("said", [b"", b"half an answer"])
def test_a_child_that_leaves_without_an_answer_is_gone_although_its_pipe_is_open(
    child: tuple[Child, int], said: bytes
) -> None:
    reader, says = child

    with pytest.raises(Gone):
        next_line(reader, leaving(says, said), PATIENT)


def test_wall_time_is_up_before_the_box_is_asked_about_the_child(child: tuple[Child, int]) -> None:
    reader, says = child

    with pytest.raises(TimeIsUp, match="real seconds"):
        next_line(reader, leaving(says, b"answer\n"), Patience(wall=0, cpu=30))


def test_a_child_that_sleeps_for_longer_than_it_may_is_found_out(child: tuple[Child, int]) -> None:
    reader, _ = child
    reader.meter.look = lambda: Stock(asleep=True)  # type: ignore[method-assign]

    with pytest.raises(TimeIsUp, match="it slept for 0 real seconds"):
        next_line(reader, lambda child: False, Patience(wall=30, cpu=30, sleep=0))


def test_a_child_that_waits_for_a_processor_has_all_the_time_it_needs(child: tuple[Child, int]) -> None:
    """It is starved for as long as we wait, and answers at the fifth look."""
    reader, says = child
    looks = iter(range(1, 100))

    def look() -> Stock:
        number = next(looks)
        os.write(says, b"answer\n" if number == 5 else b"")
        return Stock(starved_seconds=float(number), asleep=True)

    reader.meter.look = look  # type: ignore[method-assign]

    assert next_line(reader, lambda child: False, Patience(wall=0.6, cpu=30, sleep=0.6)) == b"answer"


STACKS = b'Stack (most recent call first):\n  File "/submission/x.py", line 7 in answer\n' * STALLS


def test_a_child_that_writes_the_same_stack_again_and_again_is_stalled(printing: tuple[Child, int, int]) -> None:
    child, _, prints = printing
    os.write(prints, STACKS)

    with pytest.raises(Stalled) as stalled:
        next_line(child, lambda child: False, PATIENT)
    assert stalled.value.line == 7


def test_stacks_of_a_play_that_has_answered_do_not_count_for_the_next_one(printing: tuple[Child, int, int]) -> None:
    child, says, prints = printing
    os.write(prints, STACKS[: len(STACKS) // 2])
    os.write(says, b"first\n")
    first = next_line(child, lambda child: False, PATIENT)
    os.write(prints, STACKS[len(STACKS) // 2 :])
    os.write(says, b"second\n")

    assert (first, next_line(child, lambda child: False, PATIENT)) == (b"first", b"second")


def test_an_answer_comes_before_the_stacks_of_the_next_play(printing: tuple[Child, int, int]) -> None:
    child, says, prints = printing
    os.write(says, b"answer\n")
    os.write(prints, STACKS)

    assert next_line(child, lambda child: False, PATIENT) == b"answer"


def test_whether_a_line_has_come_is_told_without_waiting(printing: tuple[Child, int, int]) -> None:
    child, says, _ = printing
    os.write(says, b"it is ready\n")
    before = child.has_line()
    os.write(says, b"half a ")
    half = child.has_line()
    os.write(says, b"line\nmore")

    assert (before, half, child.has_line()) == (False, False, True)
    assert next_line(child, lambda child: False, PATIENT) == b"it is ready"
    child.ready = True
    assert child.has_line()
    assert next_line(child, lambda child: False, PATIENT) == b"half a line"
    assert not child.has_line()
