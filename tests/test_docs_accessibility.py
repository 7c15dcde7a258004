"""docs/accessibility.md has a row for every criterion of WCAG 2.1 A and AA, and names only tests that there are."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "accessibility.md").read_text()
LEVEL_A = """1.1.1 1.2.1 1.2.2 1.2.3 1.3.1 1.3.2 1.3.3 1.4.1 1.4.2 2.1.1 2.1.2 2.1.4 2.2.1 2.2.2 2.3.1 2.4.1 2.4.2 2.4.3
2.4.4 2.5.1 2.5.2 2.5.3 2.5.4 3.1.1 3.2.1 3.2.2 3.3.1 3.3.2 4.1.1 4.1.2"""
LEVEL_AA = """1.2.4 1.2.5 1.3.4 1.3.5 1.4.3 1.4.4 1.4.5 1.4.10 1.4.11 1.4.12 1.4.13 2.4.5 2.4.6 2.4.7 3.1.2 3.2.3 3.2.4
3.3.3 3.3.4 4.1.3"""
TESTED = {"Supports", "Partly Evaluated"}
UNTESTED = {"Does Not Support", "Not Applicable", "Not Evaluated"}
TEST = re.compile(r"`(test_\w+\.py)::(test_\w+)`")


def rows(heading: str) -> dict[str, tuple[str, str]]:
    """The conformance and the remarks of each criterion in a table, by number."""
    section = PAGE.split(f"## {heading}")[1].split("\n## ")[0]
    found = re.findall(r"(?m)^\| (\d\.\d\.\d+) [^|]*\| ([^|]+?) \| (.+) \|$", section)
    return {number: (conformance, remarks) for number, conformance, remarks in found}


ROWS = rows("Table 1") | rows("Table 2")


@pytest.mark.parametrize(("heading", "criteria"), [("Table 1", LEVEL_A), ("Table 2", LEVEL_AA)])
def test_every_criterion_has_a_row_in_the_order_of_the_standard(heading: str, criteria: str) -> None:
    assert list(rows(heading)) == criteria.split()


def test_every_row_has_a_conformance_and_says_why() -> None:
    assert {conformance for conformance, _ in ROWS.values()} <= TESTED | UNTESTED
    assert [number for number, (_, remarks) in ROWS.items() if len(remarks) < 10] == []


def test_what_is_claimed_names_a_test_and_what_was_not_evaluated_names_none() -> None:
    tested = {number for number, (_, remarks) in ROWS.items() if TEST.search(remarks)}

    assert tested == {number for number, (conformance, _) in ROWS.items() if conformance in TESTED}


def test_every_test_that_a_row_names_is_there() -> None:
    named = set(TEST.findall(PAGE))

    assert len(named) > 10
    assert [name for name in named if name[1] not in defined(ROOT / "tests" / "browser" / name[0])] == []


def defined(path: Path) -> set[str]:
    tree = ast.parse(path.read_text()) if path.is_file() else ast.Module([], [])
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
