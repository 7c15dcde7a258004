"""Values and exceptions as a learner would write them."""

from __future__ import annotations

import pytest

from grader.judge.explain.words import MAX_VALUE, a, in_python, said
from grader.wire.rows import Leaf
from grader.wire.values import Opaque, Record, Token, TypedBool, TypedFloat, TypedInt


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "None"),
        (TypedInt(3), "3"),
        (TypedBool(True), "True"),
        (TypedFloat(1.5), "1.5"),
        ("it's", '"it\'s"'),
        (b"x", "b'x'"),
        ([], "[]"),
        (["a", (1,), (1, 2), ()], "['a', (1,), (1, 2), ()]"),
        ({"a": [None]}, "{'a': [None]}"),
        (Token("boom"), "<boom>"),
        (Opaque("TaskHandle"), "a TaskHandle"),
        (Opaque("<lambda>"), "something else"),
        (Record("Winner", (("index", TypedInt(1)), ("value", "b"))), "Winner(index=1, value='b')"),
        ([Opaque("coroutine"), Token("boom")], "[a coroutine, <boom>]"),
    ],
)
def test_a_value_as_python_prints_it(value: object, text: str) -> None:
    assert in_python(value) == text


def test_a_long_value_is_cut() -> None:
    assert in_python("x" * (MAX_VALUE - 2)) == repr("x" * (MAX_VALUE - 2))
    cut = in_python("x" * MAX_VALUE)
    assert (len(cut), cut[-3:]) == (MAX_VALUE, "...")


@pytest.mark.parametrize(
    ("types", "message", "text"),
    [
        (("ValueError", "Exception"), "boom", "ValueError: boom"),
        (("submission.Elapsed", "TimeoutError"), "", "Elapsed"),
        ((), "boom", "an exception: boom"),
    ],
)
def test_an_exception_as_python_prints_it(types: tuple[str, ...], message: str, text: str) -> None:
    assert said(Leaf(token=None, types=types, message=message, line=None)) == text


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("list", "a list"),
        ("int", "an int"),
        ("NoneType", "None"),
        ("None", "None"),
        ("bytes", "bytes"),
        ("coroutine", "a coroutine"),
        ("async_generator", "an async generator"),
        ("submission.Winner", "a Winner"),
    ],
)
def test_a_kind_of_value(kind: str, words: str) -> None:
    assert a(kind) == words
