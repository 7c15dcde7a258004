"""What is read in the stacks of a child that is stuck in one call into C, and in what it writes itself."""

from __future__ import annotations

import pytest

from grader.wire.stalls import GOES_ON, KNOWN_STALLS, STALLS, stalled_line

STACK = b"""Stack (most recent call first):
  File "/usr/lib/python3.11/re/__init__.py", line 166 in match
  File "/submission/join.py", line 7 in inner
  File "/submission/join.py", line 3 in join
  File "/usr/lib/python3.11/asyncio/events.py", line 80 in _run
"""
NOBODYS = b"""Stack (most recent call first):
  File "/usr/lib/python3.11/threading.py", line 327 in wait
"""


def test_the_innermost_line_of_the_submission_is_blamed_after_enough_stacks() -> None:
    assert stalled_line(STACK * STALLS, ()) == 7
    assert stalled_line(STACK * (STALLS - 1), ()) is None


def test_fewer_stacks_are_enough_in_a_line_that_is_known() -> None:
    assert stalled_line(STACK * KNOWN_STALLS, {7}) == 7
    assert stalled_line(STACK * KNOWN_STALLS, {3, 8}) is None
    assert stalled_line(b"", {7}) is None


def test_stacks_do_not_count_once_the_call_is_over() -> None:
    assert stalled_line(STACK * STALLS + GOES_ON + STACK, ()) is None
    assert stalled_line(STACK + GOES_ON + STACK * STALLS, ()) == 7


@pytest.mark.parametrize(
    "written",
    [
        b"",
        NOBODYS * STALLS,
        STACK[: STACK.index(b", line 7")] * STALLS,
        STACK.replace(b"line 7", b"line 1234567890") * STALLS,
        STACK.replace(b"line 7", b"line x") * STALLS,
        b'  File "/submission/join.py", line 7 in inner\n' * 1000,
        b"Stack (most recent call first):\n" * 100_000,
        (b"Stack (most recent call first):\n" + b'  File "x", line 1 in y\n' * 2000) * 20,
        b"\xff\x00" * 10_000,
    ],
)
def test_no_line_is_read_in_anything_else(written: bytes) -> None:
    assert stalled_line(written, ()) is None
