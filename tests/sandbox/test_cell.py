"""Waiting for a line of a child: what it said before it left counts, whenever we look."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any, cast

import pytest

from grader.sandbox.box import Box, Child
from grader.sandbox.cell import Gone, TimeIsUp, next_line
from grader.sandbox.zygote import ZygoteHandle

NO_SUCH_PROCESS = 2**30


class LeavingBox:
    """A box whose child leaves at the very moment in which somebody asks whether it has left."""

    def __init__(self, last_words: int, said: bytes) -> None:
        self._last_words, self._said = last_words, said

    def has_ended(self, child: Child) -> bool:
        os.write(self._last_words, self._said)
        self._said = b""
        return True


@pytest.fixture
def child() -> Iterator[tuple[Child, int]]:
    """A child of which only our ends of its pipes are there, and the end into which it would write its messages."""
    (_, requests), (messages, says), (output, prints) = os.pipe(), os.pipe(), os.pipe()
    child = Child(NO_SUCH_PROCESS, requests, messages, output, number=1, proof="", zygote=cast(ZygoteHandle, object()))
    yield child, says
    child.close()
    os.close(says)
    os.close(prints)


def leaving(*args: Any) -> Box:
    return cast(Box, LeavingBox(*args))


def test_an_answer_given_right_before_the_end_is_read(child: tuple[Child, int]) -> None:
    """It lay in the pipe, while the child was found to be gone: under load a play had crashed that had not."""
    reader, says = child

    assert next_line(leaving(says, b"answer\nmore"), reader, wall=30, cpu=30) == b"answer"
    assert reader.buffer == b"more"


@pytest.mark.parametrize("said", [b"", b"half an answer"])
def test_a_child_that_leaves_without_an_answer_is_gone_although_its_pipe_is_open(
    child: tuple[Child, int], said: bytes
) -> None:
    reader, says = child

    with pytest.raises(Gone):
        next_line(leaving(says, said), reader, wall=30, cpu=30)


def test_wall_time_is_up_before_anybody_asks_for_the_child(child: tuple[Child, int]) -> None:
    reader, says = child

    with pytest.raises(TimeIsUp, match="real seconds"):
        next_line(leaving(says, b"answer\n"), reader, wall=0, cpu=30)
