"""The name that was meant is named, and nothing is advised that is not there or not allowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.judge.explain.finding import Finding
from grader.judge.explain.names import nearest, unbound_name, unknown_attribute, unknown_name
from grader.sandbox.box import Box
from tests.explain_samples import code, of_double, text

ALLOWED = ("anyio", "anyio.abc", "socket", "@pure")


def named(name: str, source: str = "x = 1\n", line: int = 1, allowed: tuple[str, ...] = ALLOWED) -> Finding:
    found = unknown_name(code(source), f"name '{name}' is not defined", line, allowed)
    assert found is not None
    assert (found.diagnosis, found.line) == ("unknown-name", line)
    assert found.error == f"the name `{name}` does not exist here"
    return found


# ---- names -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "help"),
    [
        ("anyio", "add `import anyio` at the top of the file"),
        ("math", "add `import math` at the top of the file"),
        ("socket", "add `import socket` at the top of the file"),
        ("asyncio", "do without `asyncio`, which this exercise does not import"),
        ("sleep", "write `anyio.sleep`, with `import anyio` at the top of the file"),
        ("create_task_group", "write `anyio.create_task_group`, with `import anyio` at the top of the file"),
        ("checkpoint", "write `anyio.lowlevel.checkpoint`, with `import anyio.lowlevel` at the top of the file"),
        ("Any", "add `from typing import Any` at the top of the file"),
        ("partial", "add `from functools import partial` at the top of the file"),
        ("dataclass", "add `from dataclasses import dataclass` at the top of the file"),
        ("deque", "add `from collections import deque` at the top of the file"),
        ("TaskStatus", "add `from anyio.abc import TaskStatus` at the top of the file"),
        ("gather", "use `anyio.create_task_group()`"),
        ("create_task", "use `tg.start_soon(...)` of a task group"),
        ("Queue", "use `anyio.create_memory_object_stream`"),
        ("pritn", "write `print`, if that is what you mean"),
        ("none", "write `None`, if that is what you mean"),
        ("xyzzy", "give `xyzzy` a value before this line, or correct its spelling"),
        ("sys", "give `sys` a value before this line, or correct its spelling"),
    ],
)
def test_a_name_that_is_somewhere_else_is_found_there(name: str, help: str) -> None:
    assert named(name).help == help


def test_a_module_is_not_advised_where_it_is_not_allowed() -> None:
    assert named("partial", allowed=("anyio",)).help.startswith("give `partial` a value")
    assert named("math", allowed=("anyio",)).help == "do without `math`, which this exercise does not import"


OUTER = """
total = 0
def other():
    inside = 1
    return inside
def outer(argument):
    local = 1
    def inner():
        return 0
    return inner
"""


@pytest.mark.parametrize(
    ("name", "line", "help"),
    [
        ("totl", 9, "write `total`, if that is what you mean"),
        ("argumnet", 7, "write `argument`, if that is what you mean"),
        ("lokal", 7, "write `local`, if that is what you mean"),
        ("Total", 1, "write `total`, if that is what you mean"),
        ("inside", 6, "`inside` belongs to `other` alone: hand it on as an argument, or return it"),
        ("lokal", 3, "give `lokal` a value before this line, or correct its spelling"),
    ],
)
def test_only_what_is_visible_on_the_line_is_proposed(name: str, line: int, help: str) -> None:
    assert named(name, OUTER, line).help == help


def test_the_variable_of_a_comprehension_belongs_to_no_other_function() -> None:
    found = named("j", "def f(n):\n    return [j for j in n][0] * j\n", 2)

    assert found.help == "give `j` a value before this line, or correct its spelling"


# ---- variables without a value ---------------------------------------------------------------------------------------

LOCAL = "cannot access local variable '{}' where it is not associated with a value"
FREE = "cannot access free variable '{}' where it is not associated with a value in enclosing scope"


@pytest.mark.parametrize(
    ("source", "line", "diagnosis", "words", "at"),
    [
        ("count = 0\nasync def f():\n    count += 1\n", 3, "nonlocal", "write `global count`", 3),
        (
            "def f():\n    count = 0\n    def g():\n        print(count)\n        count = 1\n",
            4,
            "nonlocal",
            "write `nonlocal count` as the first line of `g`",
            5,
        ),
        ("def f(n):\n    if n:\n        count = 1\n    return count\n", 4, "no-value-yet", "on every way", 4),
        # A module's variable of the same name in a class body is not that of its methods.
        ("class A:\n    count = 0\n    def f(self):\n        count += 1\n", 4, "no-value-yet", "on every way", 4),
    ],
)
def test_a_variable_without_a_value_is_its_own_or_was_meant_for_an_outer_one(
    source: str, line: int, diagnosis: str, words: str, at: int
) -> None:
    found = unbound_name(code(source), LOCAL.format("count"), line)

    assert found is not None
    assert (found.diagnosis, found.line) == (diagnosis, at)
    assert words in found.help


def test_a_free_variable_that_has_no_value_yet_is_not_said_to_be_assigned() -> None:
    source = "def f():\n    def g():\n        return count\n    x = g()\n    count = x\n"
    found = unbound_name(code(source), FREE.format("count"), 3)

    assert found is not None
    assert (found.diagnosis, found.line) == ("no-value-yet", 3)


def test_other_messages_are_left_to_others() -> None:
    assert unknown_name(code("x = 1\n"), "something else", 1, ()) is None
    assert unbound_name(code("x = 1\n"), "something else", 1) is None
    assert unknown_attribute(code("x = 1\n"), "something else", 1) is None


# ---- attributes ------------------------------------------------------------------------------------------------------

CLASS = """
class Box:
    size = 1
    def __init__(self):
        self.value = 3
    def open(self):
        self.lid = 1
"""


@pytest.mark.parametrize(
    ("message", "error", "help"),
    [
        (
            "module 'anyio' has no attribute 'create_taskgroup'",
            "`anyio` has no `create_taskgroup`",
            "write `anyio.create_task_group`, if that is what you mean",
        ),
        ("module 'anyio' has no attribute 'slep'", "`anyio` has no `slep`", "write `anyio.sleep`"),
        # `create_task_group` is near, and another thing.
        ("module 'anyio' has no attribute 'create_task'", "", "use `tg.start_soon(...)` of a task group"),
        ("module 'anyio' has no attribute 'open_connection'", "", "use `anyio.connect_tcp`"),
        ("'TaskHandle' object has no attribute 'result'", "", "write `await` before the handle"),
        (
            "module 'anyio' has no attribute 'wait_for'",
            "",
            "use a timer: `anyio.sleep(...)` in a task of its own, which then cancels the group",
        ),
        ("module 'anyio' has no attribute 'TaskGroup'", "", "use `anyio.create_task_group()`"),
        ("module 'anyio' has no attribute 'Queue'", "", "use `anyio.create_memory_object_stream`"),
        (
            "module 'anyio' has no attribute 'timeout'",
            "",
            "use a timer: `anyio.sleep(...)` in a task of its own, which then cancels the group",
        ),
        # A ready-made `gather` is the answer, and off limits.
        ("module 'anyio' has no attribute 'gathr'", "", "look up in the documentation of `anyio`"),
        ("module 'math' has no attribute 'flor'", "`math` has no `flor`", "write `math.floor`"),
        ("module 'no.such' has no attribute 'x'", "`no.such` has no `x`", "look up in the documentation"),
        (
            "module 'random' has no attribute 'randin' (consider renaming '/x/random.py' since it has the same name)",
            "`random` has no `randin`",
            "write `random.randint`",
        ),
        ("'list' object has no attribute 'appendd'", "a `list` has no `appendd`", "write `.append`"),
        ("'list' object has no attribute 'push'", "a `list` has no `push`", "find out where the list comes from"),
        ("'int' object has no attribute 'fo'", "an `int` has no `fo`", "find out where the int comes from"),
        ("'Box' object has no attribute 'valeu'", "a `Box` has no `valeu`", "write `.value`"),
        ("'Box' object has no attribute 'lidd'", "a `Box` has no `lidd`", "write `.lid`"),
        ("type object 'Box' has no attribute 'siez'", "a `Box` has no `siez`", "write `.size`"),
        (
            "'Box' object has no attribute 'amount'",
            "a `Box` has no `amount`",
            "set `self.amount` in `__init__` of `Box`, or define the method `amount`",
        ),
        ("'functools.partial' object has no attribute 'x'", "a `partial` has no `x`", "where the partial comes from"),
    ],
)
def test_an_attribute_is_said_with_the_one_that_was_meant(message: str, error: str, help: str) -> None:
    found = unknown_attribute(code(CLASS), message, 3)

    assert found is not None
    assert (found.diagnosis, found.line) == ("unknown-name", 3)
    assert error in found.error
    assert help in found.help


@pytest.mark.parametrize(
    ("source", "help"),
    [
        ("x.value", "find the line that should have given `x` a value"),
        ("self.x.value", "find the line that should have given `self.x` a value"),
        ("f(1).value", "look at what `f` returns"),
        ("(await a.f(1)).value", "look at what `a.f` returns"),
        ("x[0].value", "find the line that should have given it a value"),
    ],
)
def test_an_attribute_of_none_is_said_with_where_the_none_comes_from(source: str, help: str) -> None:
    program = code(f"async def f():\n    return {source}\n")
    found = unknown_attribute(program, "'NoneType' object has no attribute 'value'", 2)

    assert found is not None
    assert (found.diagnosis, found.error) == ("none-used", "the value before `.value` is None here")
    assert found.help == help


@pytest.mark.parametrize(
    ("name", "known", "meant"),
    [
        ("taskgroup", {"task_group"}, "task_group"),
        ("valeu", {"value", "values"}, "value"),
        ("value", {"value"}, ""),
        ("xyz", {"value"}, ""),
        ("__init", {"__init__"}, ""),
    ],
)
def test_what_is_near(name: str, known: set[str], meant: str) -> None:
    assert nearest(name, known) == meant


# ---- in whole programs -----------------------------------------------------------------------------------------------

PROGRAMS = {
    "a module that is not imported": ("await anyio.sleep(n)", "anyio", "add `import anyio`"),
    "a misspelled name": ("return 2 * numbr(n)", "numbr", "write `number`"),
    "a misspelled attribute": ("import anyio; anyio.create_taskgroup()", "create_taskgroup", "anyio.create_task_group"),
    "a name of asyncio": ("import anyio; anyio.create_task(n)", "create_task", "tg.start_soon"),
    "a name in another function": ("return inside", "inside", "belongs to `number` alone"),
    "an imported name": ("from anyio import create_taskgroup", "create_taskgroup", "anyio.create_task_group"),
    "an attribute of anyio's": ("import anyio; anyio.Event().isSet()", "isSet", "write `.is_set`"),
    "an attribute of a group": (
        "import anyio\n    async with anyio.create_task_group() as tg: tg.start_son(n)",
        "start_son",
        "write `.start_soon`",
    ),
    "an attribute of a class": ("return Box().valeu", "valeu", "write `.value`"),
}


@pytest.mark.parametrize(("line", "name", "help"), PROGRAMS.values(), ids=PROGRAMS.keys())
def test_a_name_that_a_program_does_not_have(box: Box, tmp_path: Path, line: str, name: str, help: str) -> None:
    source = f"def number(n):\n    inside = n\nclass Box:\n    value = 1\nasync def double(n):\n    {line}\n"

    for failure in of_double(box, tmp_path, source):
        assert (failure.diagnosis, failure.line) == ("unknown-name", source.count("\n"))
        assert name in failure.error
        assert help in failure.help
        assert name in failure.exception


NOTHING = """
    async def work(n):
        pass
    async def double(n):
        return {}
"""


@pytest.mark.parametrize(
    ("value", "diagnosis", "words"),
    [
        ("(await work(n)).value", "none-used", "look at what `work` returns"),
        ("work(n).value", "await-missing", "put `await` before the call"),
    ],
)
def test_an_attribute_of_what_is_no_value(box: Box, tmp_path: Path, value: str, diagnosis: str, words: str) -> None:
    for failure in of_double(box, tmp_path, NOTHING.format(value)):
        assert (failure.diagnosis, failure.line) == (diagnosis, 4)
        assert words in failure.help


def test_a_missing_nonlocal_is_named_at_the_assignment(box: Box, tmp_path: Path) -> None:
    source = """
    async def double(n):
        total = 0
        async def add():
            total += 2 * n
        await add()
        return total
    """
    for failure in of_double(box, tmp_path, source):
        assert (failure.diagnosis, failure.line) == ("nonlocal", 4)
        assert failure.help == "write `nonlocal total` as the first line of `add`"
        mended = text(source).replace("async def add():\n", "async def add():\n        nonlocal total\n")
    assert of_double(box, tmp_path / "mended", mended) == []


def test_names_of_hundreds_of_letters_are_not_compared() -> None:
    assert nearest("reslut" * 20, {"result" * 20}) == ""
    assert nearest("reslut", {"result", "reslut" * 20}) == "result"
