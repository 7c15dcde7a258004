"""The tree of our own failures is a contract: the command line turns it into exit codes and messages."""

from __future__ import annotations

import inspect
import re

import pytest

from grader import errors
from grader.errors import GraderError

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
    found = {name: value.exit_code for name, value in vars(errors).items() if inspect.isclass(value)}

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
