"""The maps of the code name files and functions that are there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MAPS = [ROOT / "docs" / "internals.md", ROOT / "docs" / "contributing.md"]
_PATH = re.compile(r"`((?:grader|tests|benchmarks|docs|exercises|templates|examples)/[\w./]+)`")
_NAMED = re.compile(r"`(\w+(?:\.\w+)?)` in `(grader/[\w./]+\.py)`")

each_map = pytest.mark.parametrize("path", MAPS, ids=lambda path: path.stem)


@each_map
def test_every_path_in_a_map_exists(path: Path) -> None:
    named = _PATH.findall(path.read_text())

    assert len(named) > 10
    assert [name for name in named if not (ROOT / name).exists()] == []


@each_map
def test_every_link_in_a_map_leads_somewhere(path: Path) -> None:
    targets = re.findall(r"\]\(([\w./]+)\)", path.read_text())

    assert targets
    assert [target for target in targets if not (path.parent / target).exists()] == []


def test_every_name_that_a_map_places_in_a_module_is_defined_there() -> None:
    placed = [found for path in MAPS for found in _NAMED.findall(path.read_text())]

    assert placed
    assert [(name, module) for name, module in placed if name not in _defined(ROOT / module)] == []


def _defined(module: Path) -> set[str]:
    """The functions and classes of a module, and the methods as ``Class.method``."""
    tree = ast.parse(module.read_text())
    names = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    methods = {
        f"{node.name}.{inner.name}"
        for node in tree.body
        if isinstance(node, ast.ClassDef)
        for inner in node.body
        if isinstance(inner, ast.FunctionDef)
    }
    return names | methods


def test_the_walks_come_through_every_room() -> None:
    walk = MAPS[0].read_text()
    rooms = [path.parent.name for path in (ROOT / "grader").glob("*/__init__.py")]

    assert [room for room in rooms if f"grader/{room}/" not in walk] == []
