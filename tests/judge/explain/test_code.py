"""What the rules ask of a submission's syntax tree."""

from __future__ import annotations

import ast

import pytest

from grader.judge.explain.code import bound, code_of
from tests.explain_samples import code

SOURCE = """
import anyio
import urllib.parse
from functools import partial as bind
import anyio.abc as kinds

total = 0


def plain(a, /, b=1, *rest, c, **others):
    with open(
        "x",
        "y",
    ) as file:
        value = max(
            1,
            2,
        )
    return lambda d: d


class Box:
    size = 1

    @property
    def lid(self):
        return self.size

    async def open(self, tg):
        async with (
            anyio.create_task_group() as group,
        ):
            for item in self.items:
                while item:
                    group.start_soon(
                        self.run, item
                    )
            tg.start(self.size)
            timer.start()


async def plain():
    try:
        pass
    except (OSError, ValueError) as error:
        del total
    match total:
        case [first, *others] as whole:
            pass
"""
CODE = code(SOURCE)


def kind(node: ast.AST | None) -> str:
    return type(node).__name__


# ---- lines -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "statement"),
    [(1, "Import"), (9, "FunctionDef"), (11, "With"), (15, "Assign"), (24, "FunctionDef"), (34, "Expr"), (7, "None")],
)
def test_the_innermost_statement_of_a_line(line: int, statement: str) -> None:
    found = CODE.statement(line)

    assert (kind(found) if found else "None") == statement


@pytest.mark.parametrize(
    ("line", "last"),
    [
        (1, 1),
        (9, 9),  # a body is no part of its head
        (10, 13),
        (11, 13),
        (14, 17),
        (29, 30),
        (31, 31),
        (34, 36),
        (7, 7),
        (999, 999),
    ],
)
def test_the_last_line_of_a_statement_or_of_its_head(line: int, last: int) -> None:
    assert CODE.last_line(line) == last


def test_a_statement_in_one_line_ends_there() -> None:
    assert code("with a: pass\n").last_line(1) == 1


@pytest.mark.parametrize(
    ("line", "name"), [(1, None), (9, "plain"), (15, "plain"), (24, "lid"), (25, "lid"), (33, "open"), (20, None)]
)
def test_the_function_of_a_line(line: int, name: str | None) -> None:
    found = CODE.function_at(line)

    assert (found.name if found else None) == name


def test_nothing_stands_on_no_line() -> None:
    assert (CODE.statement(None), CODE.function_at(None), CODE.loop_at(None)) == (None, None, None)
    assert CODE.at(None, ast.Call) == []


def test_functions_by_their_qualified_names_are_the_last_of_that_name() -> None:
    assert [
        CODE.function(name) and kind(CODE.function(name)) for name in ("plain", "Box.open", "Box.shut", "No.open")
    ] == [
        "AsyncFunctionDef",
        "AsyncFunctionDef",
        None,
        None,
    ]
    assert [function.name for function in CODE.functions] == ["plain", "lid", "open", "plain"]


@pytest.mark.parametrize(("line", "loop"), [(34, "While"), (33, "While"), (32, "For"), (37, "None"), (15, "None")])
def test_the_loop_of_a_line(line: int, loop: str) -> None:
    found = CODE.loop_at(line)

    assert (kind(found) if found else "None") == loop


def test_a_loop_round_a_function_is_not_that_of_its_lines() -> None:
    assert code("for x in y:\n    def f():\n        return x\n").loop_at(3) is None


def test_nodes_of_a_kind_that_begin_on_a_line_come_outermost_first() -> None:
    calls = code("a(b(1), c(2))\n").at(1, ast.Call)

    assert [ast.unparse(call) for call in calls] == ["a(b(1), c(2))", "b(1)", "c(2)"]


def test_what_a_node_stands_in_ends_at_its_function() -> None:
    start = CODE.starts[0].call

    assert [kind(node) for node in CODE.around(start)] == ["Expr", "While", "For", "AsyncWith", "AsyncFunctionDef"]
    owner = CODE.owner(start)
    assert owner is not None
    assert owner.name == "open"
    assert CODE.owner(CODE.tree.body[0]) is None


def test_the_calls_that_start_a_task_come_in_order_with_their_functions() -> None:
    starts = [(start.call.lineno, start.function and ast.unparse(start.function)) for start in CODE.starts]

    assert starts == [(34, "self.run"), (37, "self.size"), (38, None)]


# ---- names -----------------------------------------------------------------------------------------------------------


def test_what_imports_bind() -> None:
    assert CODE.imported == {
        "anyio": "anyio",
        "urllib": "urllib",
        "bind": "functools.partial",
        "kinds": "anyio.abc",
    }
    assert code("from . import x\n").imported == {}


@pytest.mark.parametrize(
    ("expression", "name"),
    [
        ("kinds.TaskGroup", "anyio.abc.TaskGroup"),
        ("bind", "functools.partial"),
        ("self.x.y", "self.x.y"),
        ("f().x", ""),
        ("3", ""),
    ],
)
def test_the_full_name_of_an_expression(expression: str, name: str) -> None:
    assert CODE.dotted(ast.parse(expression, mode="eval").body) == name


def test_what_a_function_binds() -> None:
    first, last = CODE.functions[0], CODE.functions[-1]

    assert bound(first) == {"a", "b", "rest", "c", "others", "file", "value"}
    assert bound(last) == {"error", "total", "first", "others", "whole"}
    assert bound(CODE.tree) == {"anyio", "urllib", "bind", "kinds", "total", "plain", "Box"}


def test_what_is_declared_elsewhere_is_not_bound() -> None:
    function = code("def f():\n    global a\n    a = 1\n    b = 2\n    def g():\n        nonlocal b\n").functions[0]

    assert bound(function) == {"b", "g"}


def test_what_is_visible_on_a_line() -> None:
    nested = code("x = 1\ndef f(a):\n    b = 1\n    def g(c):\n        return c\ndef h(d):\n    pass\n")

    assert nested.visible(5) == {"x", "f", "h", "a", "b", "g", "c"}
    assert nested.visible(7) == {"x", "f", "h", "d"}
    assert nested.visible(None) == {"x", "f", "h"}


def test_the_names_of_a_class_are_not_visible_in_its_methods() -> None:
    assert "size" not in CODE.visible(25)


def test_a_submission_is_parsed_once() -> None:
    assert code_of("x = 1\n") is code_of("x = 1\n")
