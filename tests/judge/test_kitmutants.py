"""The faults that are made in a reference answer: small, different programs, and none that no test could notice."""

from __future__ import annotations

import ast
import sys

import pytest

from grader.errors import MachineError
from grader.judge.kitmutants import mutants_of

ANSWER = '''\
"""Words."""
from __future__ import annotations

from typing import TypeVar

import anyio

T = TypeVar("T")


async def f(a: int | str) -> int:
    """More words."""
    if a < 1:
        raise ValueError(f"too small: {a}")
    assert a
    value: int = await anyio.sleep(a)
    return value + 1
'''


def changes(source: str) -> set[tuple[str, str]]:
    return {(mutant.before, mutant.after) for mutant in mutants_of(source)}


def test_each_mutant_is_another_program() -> None:
    mutants = mutants_of(ANSWER)
    trees = [ast.dump(ast.parse(mutant.source)) for mutant in mutants]

    assert len(trees) == len({*trees, ast.dump(ast.parse(ANSWER))}) - 1
    assert [mutant.line for mutant in mutants] == sorted(mutant.line for mutant in mutants)


def test_statements_awaits_operators_and_numbers_are_changed() -> None:
    found = changes(ANSWER)

    assert ("value: int = await anyio.sleep(a)", "pass") in found
    assert ("value: int = await anyio.sleep(a)", "value: int = anyio.sleep(a)") in found
    assert ("if a < 1:", "if a <= 1:") in found
    assert ("return value + 1", "return value - 1") in found
    assert ("return value + 1", "return value + 2") in found
    assert ('raise ValueError(f"too small: {a}")', "pass") in found


def test_what_no_test_could_notice_is_left_alone() -> None:
    changed = {before for before, _ in changes(ANSWER)}

    assert changed == {
        "if a < 1:",
        'raise ValueError(f"too small: {a}")',
        "value: int = await anyio.sleep(a)",
        "return value + 1",
    }


def test_the_line_is_the_first_that_differs_without_blanks() -> None:
    (mutant,) = [mutant for mutant in mutants_of("def f():\n    g(\n        1,\n    )\n") if mutant.after == "2,"]

    assert (mutant.line, mutant.before) == (3, "1,")


def test_without_the_library_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "libcst", None)

    with pytest.raises(MachineError, match="made with mutmut, which is missing") as said:
        mutants_of("x = 1\n")
    assert "pip install mutmut" in said.value.hint
