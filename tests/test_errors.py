"""The tree of our own failures is a contract: the command line turns it into exit codes and messages."""

from __future__ import annotations

import inspect
import re
from functools import partial

import pytest

from grader import errors
from grader.errors import GraderError, MachineError, do_all

TREE = {
    "GraderError": 70,
    "UsageError": 2,
    "KitError": 4,
    "WorkspaceError": 4,
    "ClassroomError": 4,
    "MachineError": 4,
    "InternalError": 70,
}


def test_exactly_these_failures_exist_each_with_its_exit_code() -> None:
    classes = [value for value in vars(errors).values() if inspect.isclass(value) and issubclass(value, Exception)]
    found = {each.__name__: each.exit_code for each in classes}

    assert found == TREE


def test_every_failure_is_a_direct_child_of_the_one_root() -> None:
    for name in TREE.keys() - {"GraderError"}:
        assert getattr(errors, name).__bases__ == (GraderError,)
    assert GraderError.__bases__ == (Exception,)


def test_the_tree_drawn_in_the_docstring_is_the_tree() -> None:
    drawn = dict(re.findall(r"[├└]── (\w+) +(\d+) ", errors.__doc__ or ""))

    assert {name: int(code) for name, code in drawn.items()} == {k: v for k, v in TREE.items() if k != "GraderError"}


@pytest.mark.parametrize("name", TREE)
def test_every_failure_carries_its_message_and_a_hint_and_cannot_do_without(name: str) -> None:
    kind = getattr(errors, name)
    failure = kind("join.py: it is gone", hint="Look for it.")

    assert str(failure) == "join.py: it is gone"
    assert failure.hint == "Look for it."
    with pytest.raises(TypeError):
        kind("join.py: it is gone")


def test_no_exit_code_is_one_that_says_something_about_the_learners_code() -> None:
    assert not {kind.exit_code for kind in GraderError.__subclasses__()} & {0, 1, 3, 130}


def test_of_several_things_all_are_done_and_the_first_failure_is_raised() -> None:
    done = []

    def act(number: int) -> None:
        done.append(number)
        if number > 1:
            raise MachineError(f"number {number}", hint="Mend it.")

    with pytest.raises(MachineError, match="number 2"):
        do_all(partial(act, number) for number in (1, 2, 3))
    assert done == [1, 2, 3]
