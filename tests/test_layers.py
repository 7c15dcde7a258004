"""The order of the layers is written in the package's docstring; here it is executed."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

import grader

ROOT = Path(grader.__file__).parent
TOP = "cli"

THIRD_PARTY = {
    "box": {"anyio", "trio", "outcome"},  # outcome is what trio hands results to tasks with, and comes with it
    "pytest_session": {"pytest"},
    "classroom": {"yaml"},  # what Gradescope exports says in YAML whose each submission is
    "reports": {"jinja2", "markupsafe", "rich"},  # markupsafe is the half of jinja2 that says what is HTML
    "stdout": {"rich"},  # makes the console that reports draw on
    "options": {"click"},
    "cli_run": {"click"},
    "cli_class": {"click"},
    "cli_faults": {"click"},
    "cli": {"click"},
}
"""What a layer may import from elsewhere; DESIGN 3. Imports under TYPE_CHECKING are held to the order of the layers,
because the reader has to follow them, but not to this list, because nothing is installed or loaded for them."""


@dataclass(frozen=True)
class Import:
    """One import of one module."""

    importer: str
    module: str
    line: int
    typing_only: bool

    def __str__(self) -> str:
        return f"{self.importer}:{self.line} imports {self.module}"


def modules() -> dict[str, Path]:
    """Every module of the package by dotted name."""
    found = {}
    for path in sorted(ROOT.rglob("*.py")):
        parts = path.relative_to(ROOT.parent).with_suffix("").parts
        if "_kit" not in parts:
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports_of(name: str, source: str, known: set[str]) -> Iterator[Import]:
    """Every import of a module, wherever it stands in the file."""
    tree = ast.parse(source)
    guarded = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for statement in node.body
        for inner in ast.walk(statement)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            targets = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name}:{node.lineno}: imports are absolute"
            assert node.module is not None
            inside = [f"{node.module}.{alias.name}" for alias in node.names]
            targets = [each if each in known else node.module for each in inside]
        else:
            continue
        for target in targets:
            yield Import(name, target, node.lineno, id(node) in guarded)


@cache
def all_imports() -> tuple[Import, ...]:
    known = modules()
    return tuple(each for name, path in known.items() for each in imports_of(name, path.read_text(), set(known)))


def order() -> list[str]:
    """The layers as the docstring lists them, lowest first."""
    lines = [line for line in (grader.__doc__ or "").splitlines() if line.startswith("    ")]
    return re.findall(r"\w+", re.sub(r"\(.*?\)", "", " ".join(lines)))


def layer(module: str) -> str:
    """``box`` for grader.box.simulation.core, ``""`` for the package itself."""
    return module.partition("grader.")[2].partition(".")[0]


# ---- the list --------------------------------------------------------------------------------------------------------


def test_the_docstring_lists_every_layer_once_and_nothing_else() -> None:
    there = {layer(name) for name in modules()} - {"", "__main__"}

    assert sorted(order()) == sorted(there)


def test_the_command_line_stands_last() -> None:
    assert order()[-1] == TOP


# ---- what is held to it ----------------------------------------------------------------------------------------------


def out_of_order(found: Sequence[Import], layers: list[str]) -> list[Import]:
    """Imports of a layer that does not stand before the importer's own."""
    rank = {name: position for position, name in enumerate(layers)}
    rank["__main__"] = len(layers)
    return [
        each
        for each in found
        if each.module.startswith("grader.")
        and layer(each.module) != layer(each.importer)
        and rank[layer(each.module)] >= rank.get(layer(each.importer), -1)
    ]


def test_a_module_imports_only_what_stands_before_it() -> None:
    assert [str(each) for each in out_of_order(all_imports(), order())] == []


def test_the_package_itself_imports_nothing() -> None:
    # `from grader import __version__` must not load anything, and every module of the package runs this first.
    assert [str(each) for each in all_imports() if each.importer == "grader"] == []


def test_nothing_but_main_imports_the_command_line() -> None:
    assert {each.importer for each in all_imports() if layer(each.module) == TOP} <= {"grader.__main__"}


def test_the_box_imports_only_wire_values_and_recording_from_the_rest() -> None:
    inside = [each for each in all_imports() if layer(each.importer) == "box" and each.module.startswith("grader")]

    assert inside
    assert {layer(each.module) for each in inside} <= {"box", "wire", "values", "recording"}


def test_nothing_outside_of_the_box_imports_what_runs_inside_of_it() -> None:
    # The trusted side sweeps up after the box; that module looks at /proc and knows nothing of plays.
    found = {each.module for each in all_imports() if layer(each.module) == "box" and layer(each.importer) != "box"}

    assert found <= {"grader.box.sweep"}


def test_other_peoples_packages_are_imported_only_where_the_design_allows_it() -> None:
    foreign = [
        each
        for each in all_imports()
        if not each.typing_only
        and (top := each.module.partition(".")[0]) not in sys.stdlib_module_names
        and top != "grader"
        and top not in THIRD_PARTY.get(layer(each.importer), set())
    ]

    assert [str(each) for each in foreign] == []


def test_what_is_allowed_is_needed() -> None:
    used = {(layer(each.importer), each.module.partition(".")[0]) for each in all_imports() if not each.typing_only}

    for name, packages in THIRD_PARTY.items():
        assert {package for package in packages if (name, package) not in used} == set()


def test_what_is_imported_for_types_only_is_declared_as_such_in_the_same_direction() -> None:
    typed = [each for each in all_imports() if each.typing_only]

    assert typed
    assert out_of_order(typed, order()) == []


# ---- the test of the test --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [
        "from grader.c import x",
        "import grader.c",
        "from grader import c",
        "def f():\n    from grader.c import x",
        "if TYPE_CHECKING:\n    from grader.c import x",
        "try:\n    import grader.c as other\nexcept ImportError: pass",
    ],
)
def test_an_import_against_the_order_is_found_wherever_it_hides(source: str) -> None:
    found = list(imports_of("grader.b", source, {"grader.a", "grader.b", "grader.c"}))

    assert [str(each).partition(" ")[2] for each in out_of_order(found, ["a", "b", "c"])] == ["imports grader.c"]
    assert out_of_order(found, ["a", "c", "b"]) == []
