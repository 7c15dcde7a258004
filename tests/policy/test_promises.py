"""What a stub promises to return, and how a submission defines its functions."""

from __future__ import annotations

import pytest

from grader.policy.promises import Form, Promise, definitions, in_words, promises

HEAD = "from typing import *\nclass Winner(Generic[T]): ...\nclass Task(Protocol[T]): ...\n"


def promise(annotation: str, form: str = "async def") -> Promise:
    (found,) = promises(f"{HEAD}{form} f(){annotation}: ...\n")
    return found


@pytest.mark.parametrize(
    ("annotation", "words", "kept", "broken"),
    [
        ("list[T]", "a list", ["list"], ["tuple", "NoneType", "str"]),
        ("'list[T]'", "a list", ["list"], ["tuple"]),
        ("typing.List[T]", "a list", ["list"], ["tuple"]),
        ("bytes", "bytes", ["bytes", "bytearray"], ["str", "NoneType"]),
        ("int", "an int", ["int"], ["float", "str", "NoneType"]),
        ("float", "a float", ["float", "int"], ["str"]),
        ("Winner[T]", "a Winner", ["submission.Winner"], ["tuple", "dict", "Winner", "NoneType"]),
        ("Winner[T] | None", "a Winner or None", ["submission.Winner", "NoneType"], ["tuple"]),
        ("Optional[str]", "a str or None", ["str", "NoneType"], ["bytes"]),
        ("Union[str, bytes]", "a str or bytes", ["str", "bytes"], ["list"]),
        ("collections.abc.AsyncIterator[T]", "an async iterator", ["async_generator", "x"], ["list", "NoneType"]),
        ("Sequence[T]", "a sequence", ["list", "tuple", "submission.Mine"], ["NoneType", "int"]),
        ("Callable[..., T]", "a function", ["function"], ["NoneType", "list"]),
    ],
)
def test_an_annotation_says_which_kinds_keep_it(
    annotation: str, words: str, kept: list[str], broken: list[str]
) -> None:
    found = promise(f" -> {annotation}")

    assert found.words == words
    assert not found.open
    assert [kind for kind in (*kept, *broken) if found.allows((kind, "object"))] == kept


@pytest.mark.parametrize(
    "annotation", ["", " -> T", " -> Any", " -> object", " -> T | None", " -> Task[T]", " -> 'no ('"]
)
def test_what_anything_keeps_is_open(annotation: str) -> None:
    assert promise(annotation).open


def test_what_is_private_or_returns_nothing_promises_nothing() -> None:
    source = "class A:\n    def __init__(self) -> None: ...\n    def _own(self) -> int: ...\n"
    source += "class _B:\n    def f(self) -> int: ...\ndef _f() -> int: ...\nasync def g() -> None: ...\n"

    assert promises(source) == ()


def test_methods_are_known_by_their_qualified_names() -> None:
    source = "class A:\n    def f(self) -> int: ...\n    def __aiter__(self) -> A: ...\ndef g() -> int: ...\n"

    assert [found.name for found in promises(source)] == ["A.f", "A.__aiter__", "g"]


@pytest.mark.parametrize(
    ("source", "form", "gives"),
    [
        ("def f():\n    return 1\n", Form.PLAIN, True),
        ("async def f():\n    return\n", Form.COROUTINE, False),
        ("async def f():\n    return None\n", Form.COROUTINE, False),
        ("def f():\n    x = yield\n", Form.GENERATOR, False),
        ("async def f():\n    if 1:\n        for x in y:\n            yield x\n", Form.ASYNC_GENERATOR, False),
        ("async def f():\n    async def g():\n        return 1\n    h = lambda: (yield)\n", Form.COROUTINE, False),
    ],
)
def test_what_calling_a_function_gives_is_read_from_its_own_body(source: str, form: Form, gives: bool) -> None:
    found = definitions("\n" + source)["f"]

    assert (found.line, found.form, found.gives) == (2, form, gives)


def test_the_last_of_several_definitions_counts() -> None:
    assert definitions("def f(): ...\ndef f(): ...\n")["f"].line == 2


@pytest.mark.parametrize(
    "after",
    [
        "f = 1",
        "from os import stat as f",
        "match 1:\n    case f: ...",
        "match [1]:\n    case [*f]: ...",
        "class f: ...",
    ],
)
def test_a_function_whose_name_stands_for_something_else_in_the_end_is_none(after: str) -> None:
    assert definitions(f"def f(): ...\n{after}\n") == {}


def test_a_decorator_that_leaves_the_value_as_it_is_does_not_hide_a_function() -> None:
    source = "from functools import cache, lru_cache\n@cache\ndef f(): ...\n@lru_cache(maxsize=1)\ndef g(): ...\n"

    assert set(definitions(source + "@retry(3)\ndef h(): ...\n")) == {"f", "g"}


def test_a_deeply_nested_body_is_read() -> None:
    source = "def f():\n    return " + "-" * 900 + "1\n"

    assert definitions(source)["f"].gives


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("NoneType", "None"),
        ("int", "an int"),
        ("submission.Mine", "a Mine"),
        ("async_generator", "an async generator"),
        ("bytes", "bytes"),
        ("x; y", "something else"),
        ("", "something else"),
    ],
)
def test_a_kind_is_said_in_words(kind: str, words: str) -> None:
    assert in_words(kind) == words
