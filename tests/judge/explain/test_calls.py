"""Calls whose arguments do not fit: what is said of them, and at which line, by the messages that Python gives."""

from __future__ import annotations

import pytest

from grader.judge.explain.calls import init_is_async, not_a_classmethod, wrong_arguments
from grader.judge.explain.raised import Raise
from tests.explain_samples import code, leaf

SOURCE = """
async def join(*fns):
    await fn(seconds)
    tg.start_soon(fn, 1)
    await tg.start(fn)
    await own(1)
    Winner(1, 2)
    Pair(1)
async def own():
    pass
class Winner:
    index: int
class Pair:
    pass
class Stream:
    async def __init__(self):
        pass
    def from_iter(cls, items):
        pass
    @classmethod
    def made(cls, items):
        pass
"""


def raised(line: int, message: str, *, kind: str = "TypeError") -> Raise:
    return Raise(leaf=leaf(kind, message, line=line), line=line, code=code(SOURCE), allowed=())


@pytest.mark.parametrize(
    ("line", "message", "error", "help"),
    [
        (
            2,
            "work() takes 2 positional arguments but 3 were given",
            "`fn` takes no arguments here, and gets `seconds`",
            "write `fn()`",
        ),
        (
            3,
            "work() takes 0 positional arguments but 1 was given",
            "`fn` takes no arguments here, and gets `1`",
            "write `tg.start_soon(fn)`",
        ),
        # One of two arguments may be right: only the message knows.
        (
            2,
            "work() takes 2 positional arguments but 4 were given",
            "`work` is called with the wrong arguments: it takes 2 positional arguments but 4 were given",
            "look up which arguments `work` takes",
        ),
        (
            5,
            "own() takes 0 positional arguments but 1 was given",
            "`own` is called with the wrong arguments: it takes 0 positional arguments but 1 was given",
            "compare this call with the `def` of `own`",
        ),
        (
            4,
            "work() got an unexpected keyword argument 'task_status'",
            "`tg.start` is for functions with a parameter `task_status`, which tell by it that they are ready",
            "write `tg.start_soon(fn)`, without `await`: that takes any async function",
        ),
        (
            6,
            "Winner() takes no arguments",
            "the class `Winner` has no `__init__`, so that it takes no arguments",
            "write `@dataclass` above `class Winner`, which makes the `__init__` from its fields",
        ),
        (
            7,
            "Pair() takes no arguments",
            "the class `Pair` has no `__init__`, so that it takes no arguments",
            "give `Pair` an `__init__` with these parameters",
        ),
    ],
)
def test_wrong_arguments_are_said_in_the_words_of_the_call(line: int, message: str, error: str, help: str) -> None:
    found = wrong_arguments(raised(line, message))

    assert found is not None
    assert (found.diagnosis, found.line, found.error, found.help) == ("wrong-arguments", line, error, help)


def test_other_exceptions_are_none_of_wrong_arguments() -> None:
    assert wrong_arguments(raised(2, "work() takes 2 positional arguments but 3 were given", kind="ValueError")) is None
    assert wrong_arguments(raised(2, "something else")) is None


def test_an_async_init_is_named_at_its_def() -> None:
    found = init_is_async(raised(5, "__init__() should return None, not 'coroutine'"))

    assert found is not None
    assert (found.diagnosis, found.line, found.help.startswith("write `def __init__`")) == ("wrong-kind", 15, True)
    assert init_is_async(raised(5, "__init__() should return None, not 'int'")) is None


def test_a_method_that_is_called_on_the_class_wants_the_decorator() -> None:
    missing = "missing 1 required positional argument: 'items'"
    found = not_a_classmethod(raised(0, f"Stream.from_iter() {missing}"))

    assert found is not None
    assert (found.line, found.help) == (17, "write `@classmethod` in the line above `def from_iter`")
    assert "`cls` gets the argument" in found.error
    assert not_a_classmethod(raised(0, f"Stream.made() {missing}")) is None
    assert not_a_classmethod(raised(0, f"join() {missing}")) is None
    assert not_a_classmethod(raised(0, "boom")) is None
