"""The place round a line in which another play has hung: its innermost loop, and nothing else of the function."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType

import pytest

from grader.box.simulation.known import KnownLines

SOURCE = """
def first(look, helper):
    for one in [1]:
        look("in the outer loop, before")
        while True:
            look("in the inner loop")  # known
            if one:
                break
            look("further down")
        look("in the outer loop, after")
        helper(look)
    look("at the end")

def second(look, helper):
    look("alone")  # alone
    look("the next line")
    while helper(look):  # calls
        pass

def helps(look):
    look("in a function that is called")

def third(look, helper):
    while True:
        try:
            look("in the loop that tries again")  # tried
            break
        except ValueError:
            continue
    else:
        look("in the else of the loop")
    look("after the loop that tries again")
    for one in [1, 2]:
        def defined():
            look("in a function that is defined in a loop")
            look("the next line of that")
        for other in [1]:
            look("in a loop")
    defined()
"""
KNOWN, ALONE, CALLS, TRIED = (
    next(number for number, line in enumerate(SOURCE.splitlines(), start=1) if line.endswith(comment))
    for comment in ("# known", "# alone", "# calls", "# tried")
)


def seen(function: str, line: int) -> dict[str, bool]:
    """Whether each place at which the function looks belongs to a line that is known."""
    known, found = KnownLines([line], SOURCE), {}
    namespace: dict[str, Callable[..., object]] = {}
    exec(compile(SOURCE, "/submission/x.py", "exec"), namespace)

    def look(where: str) -> None:
        found[where] = known.holds(sys._getframe(1))

    namespace[function](look, namespace["helps"])
    return found


def test_the_place_of_a_line_is_the_innermost_loop_round_it() -> None:
    assert {where for where, known in seen("first", KNOWN).items() if known} == {"in the inner loop"}


def test_a_line_in_no_loop_is_its_own_place() -> None:
    assert {where for where, known in seen("second", ALONE).items() if known} == {"alone"}


def test_a_function_that_is_called_in_the_place_belongs_to_it() -> None:
    assert {where for where, known in seen("second", CALLS).items() if known} == {"in a function that is called"}


def test_what_stands_after_a_loop_that_tries_again_does_not_belong_to_it() -> None:
    assert {where for where, known in seen("third", TRIED).items() if known} == {"in the loop that tries again"}


def test_a_function_that_is_only_defined_in_a_loop_is_not_that_loop() -> None:
    outer = next(number for number, line in enumerate(SOURCE.splitlines(), start=1) if "for one in [1, 2]" in line)

    assert {where for where, known in seen("third", outer).items() if known} == {"in a loop"}
    nested = outer + 2
    assert "def defined" in SOURCE.splitlines()[nested - 2]
    assert {where for where, known in seen("third", nested).items() if known} == {
        "in a function that is defined in a loop"
    }


def test_nothing_is_known_without_a_line_and_code_of_others_never_is() -> None:
    here: FrameType = sys._getframe()

    assert not KnownLines()
    assert not KnownLines().holds(here)
    assert not KnownLines(range(1000), SOURCE).holds(here)
    assert not KnownLines([1]).holds(None)


@pytest.mark.parametrize("line", [1, 3, None])
def test_a_line_is_known_or_not(line: int | None) -> None:
    assert (line in KnownLines([1, 2])) is (line == 1)
