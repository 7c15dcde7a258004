"""What the names of a hidden test file stand for."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from grader.kit.faults import Faults
from grader.kit.sources import read_source
from grader.kit.toplevel import TopLevel, top_level_of

TEXT = """\
import pytest
import pytest as test
import os.path
from pytest import mark as m, fixture
from grader.judge import grading

ONE = [1]
OTHER: list = ONE
TWICE = [1]
TWICE = [2]
GROWS = [1]
GROWS += [2]
SET_ELSEWHERE = [1]
EMPTY: list
LOOP = LOOP
if ONE:
    IN_A_BLOCK = [1]


def change():
    global SET_ELSEWHERE
    ONE = 3
    SET_ELSEWHERE = 2
"""


@pytest.fixture
def top(tmp_path: Path) -> TopLevel:
    path = tmp_path / "test_hidden.py"
    path.write_text(TEXT)
    source = read_source(path, Faults().report, of_statements=Faults().report)
    assert source is not None
    return top_level_of(source)


def expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


@pytest.mark.parametrize(
    ("written", "dotted"),
    [
        ("pytest.mark.skip", "pytest.mark.skip"),
        ("test.mark.skip", "pytest.mark.skip"),
        ("m.skip", "pytest.mark.skip"),
        ("fixture", "pytest.fixture"),
        ("grading", "grader.judge.grading"),
        ("os.path.join", "os.path.join"),
        ("unknown", "unknown"),
        ("made().mark", ""),
    ],
)
def test_names_are_told_by_what_they_are_imported_from(top: TopLevel, written: str, dotted: str) -> None:
    assert top.dotted(expression(written)) == dotted


@pytest.mark.parametrize("name", ["ONE", "OTHER"])
def test_a_name_that_is_bound_once_is_a_constant(top: TopLevel, name: str) -> None:
    assert ast.unparse(top.resolved(expression(name))) == "[1]"


@pytest.mark.parametrize("name", ["TWICE", "GROWS", "SET_ELSEWHERE", "EMPTY", "LOOP", "IN_A_BLOCK", "change"])
def test_a_name_that_may_come_to_stand_for_something_else_is_none(top: TopLevel, name: str) -> None:
    assert ast.unparse(top.resolved(expression(name))) == name
