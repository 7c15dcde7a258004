"""The order of the rooms, and of the modules inside each, is written in docstrings; here it is executed."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

import grader

ROOT = Path(grader.__file__).parent

THIRD_PARTY = {
    "box": {"anyio", "trio", "outcome"},  # outcome is what trio hands results to tasks with, and comes with it
    # _pytest to call a test anew, for which pytest has nothing public; the others make faults in references.
    "judge": {"pytest", "_pytest", "libcst", "mutmut"},
    "pytest_plugin": {"pytest"},
    "classroom": {"yaml"},  # what Gradescope exports says in YAML whose each submission is
    "desk": {"watchfiles"},
    # markupsafe is the half of jinja2 that says what is HTML; rich brings the two libraries that read lessons.
    "reports": {"jinja2", "markupsafe", "rich", "markdown_it", "pygments"},
    "cli": {"click", "rich"},
}
"""What a room may import from elsewhere; DESIGN 3. Imports under TYPE_CHECKING are held to the order of the rooms,
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


@cache
def modules() -> Mapping[str, Path]:
    """Every module of the package by dotted name; a room by the name of its folder."""
    found = {}
    for path in sorted(ROOT.rglob("*.py")):
        parts = path.relative_to(ROOT.parent).with_suffix("").parts
        if "_kit" not in parts and parts[-1] != "__main__":
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@cache
def rooms() -> Mapping[str, tuple[str, ...]]:
    """What each room's docstring lists, lowest first; the package itself is the first of them."""
    return {
        name: tuple(listed(ast.get_docstring(ast.parse(path.read_text())) or ""))
        for name, path in modules().items()
        if path.name == "__init__.py"
    }


def listed(docstring: str) -> Iterator[str]:
    """The names in the indented lines; two spaces set a name apart from what is said about it."""
    for line in docstring.splitlines():
        if line.startswith("    "):
            yield from line.strip().partition("  ")[0].split()


def imports_of(name: str, source: str, known: Iterable[str]) -> Iterator[Import]:
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
    return tuple(each for name, path in modules().items() for each in imports_of(name, path.read_text(), modules()))


def room(module: str) -> str:
    """``box`` for grader.box.simulation.core, ``""`` for the package itself."""
    return module.partition("grader.")[2].partition(".")[0]


# ---- the lists -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", rooms())
def test_a_room_lists_each_of_its_modules_once_and_nothing_else(name: str) -> None:
    inside = [module.rpartition(".")[2] for module in modules() if module.rpartition(".")[0] == name]

    assert sorted(rooms()[name]) == sorted(inside)


def test_the_command_line_stands_last() -> None:
    assert rooms()["grader"][-1] == "cli"


# ---- what is held to them --------------------------------------------------------------------------------------------


def out_of_order(found: Sequence[Import], order: Mapping[str, Sequence[str]]) -> list[Import]:
    """Imports of what does not stand before the importer, in the room in which the ways to both part."""
    return [each for each in found if each.module.startswith("grader.") and not _stands_before(each, order)]


def _stands_before(found: Import, order: Mapping[str, Sequence[str]]) -> bool:
    importer, module = found.importer.split("."), found.module.split(".")
    shared = 0
    while shared < min(len(importer), len(module)) and importer[shared] == module[shared]:
        shared += 1
    if shared == len(importer):
        return True  # the front door of a room hands on what is inside
    if shared == len(module):
        return False  # and nothing inside goes out through it
    names = order[".".join(importer[:shared])]
    listed_both = module[shared] in names and importer[shared] in names
    return listed_both and names.index(module[shared]) < names.index(importer[shared])


def test_a_module_imports_only_what_stands_before_it() -> None:
    assert [str(each) for each in out_of_order(all_imports(), rooms())] == []


def test_the_package_itself_imports_nothing() -> None:
    # `from grader import __version__` must not load anything, and every module of the package runs this first.
    assert [str(each) for each in all_imports() if each.importer == "grader"] == []


def test_the_box_imports_only_wire_from_the_rest() -> None:
    inside = [each for each in all_imports() if room(each.importer) == "box" and each.module.startswith("grader")]

    assert inside
    assert {room(each.module) for each in inside} == {"box", "wire"}


def test_nothing_outside_of_the_box_imports_what_runs_inside_of_it() -> None:
    assert [str(each) for each in all_imports() if room(each.module) == "box" and room(each.importer) != "box"] == []


def test_other_peoples_packages_are_imported_only_where_the_design_allows_it() -> None:
    foreign = [
        each
        for each in all_imports()
        if not each.typing_only
        and (top := each.module.partition(".")[0]) not in sys.stdlib_module_names
        and top != "grader"
        and top not in THIRD_PARTY.get(room(each.importer), set())
    ]

    assert [str(each) for each in foreign] == []


def test_what_is_allowed_is_needed() -> None:
    used = {(room(each.importer), each.module.partition(".")[0]) for each in all_imports() if not each.typing_only}

    for name, packages in THIRD_PARTY.items():
        assert {package for package in packages if (name, package) not in used} == set()


# ---- the test of the test --------------------------------------------------------------------------------------------

BEHIND = {"grader": ("a", "b", "c"), "grader.b": ("x", "y")}
BEFORE = {"grader": ("a", "c", "b"), "grader.b": ("x", "y")}


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
    found = list(imports_of("grader.b.x", source, {"grader.a", "grader.b", "grader.c"}))

    assert [re.sub(r".* imports ", "", str(each)) for each in out_of_order(found, BEHIND)] == ["grader.c"]
    assert out_of_order(found, BEFORE) == []


@pytest.mark.parametrize(
    ("importer", "module", "fine"),
    [
        ("grader.b.y", "grader.b.x", True),
        ("grader.b.x", "grader.b.y", False),
        ("grader.b.y", "grader.a", True),
        ("grader.b", "grader.b.y", True),
        ("grader.b.y", "grader.b", False),
    ],
)
def test_the_order_holds_inside_of_a_room_too(importer: str, module: str, fine: bool) -> None:
    found = list(imports_of(importer, f"import {module}", {importer, module}))

    assert (out_of_order(found, BEHIND) == []) is fine
