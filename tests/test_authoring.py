"""The interface for authors: complete, documented, and what scenarios and hidden tests are really handed."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import grader
from grader import authoring, judge
from grader.authoring import Play, Stage
from grader.box.stage import Stage as StageInTheBox
from grader.judge.attempt import PlayFixture
from grader.judge.kitnames import STAGE, STAGE_INSIDE
from grader.sandbox.box import Box
from tests.plays_samples import on_both_backends, played

PACKAGE = Path(grader.__file__).parent
DOCUMENTED = [
    ("authoring.py", ("Stage", "Play", "Diagnosed")),
    ("wire/recording.py", ("Recording",)),
    ("wire/rows.py", ("Leaf", "Mark", "Raised", "Span")),
]


def members(kind: type) -> dict[str, Any]:
    """The members of a protocol by name, its call among them."""
    return {name: member for name, member in vars(kind).items() if name == "__call__" or not name.startswith("_")}


def parameters(function: Any) -> list[tuple[object, ...]]:
    """What a function can be called with: names, kinds, defaults and types."""
    types = typing.get_type_hints(inspect.unwrap(function))
    return [
        (parameter.name, parameter.kind, parameter.default, types.get(parameter.name))
        for parameter in inspect.signature(function).parameters.values()
    ]


# ---- the real ones agree with it -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("real", "protocol"), [(StageInTheBox, Stage), (PlayFixture, Play)])
def test_what_authors_are_handed_is_called_as_they_are_told(real: type, protocol: type) -> None:
    methods = {name: member for name, member in members(protocol).items() if inspect.isfunction(member)}

    assert methods
    for name, member in methods.items():
        assert parameters(vars(real)[name]) == parameters(member), name
        assert inspect.iscoroutinefunction(vars(real)[name]) == inspect.iscoroutinefunction(member), name


def test_what_a_stage_has_without_a_call_is_of_the_type_that_authors_are_told() -> None:
    properties = {name: member for name, member in members(Stage).items() if isinstance(member, property)}
    attributes = typing.get_type_hints(StageInTheBox)

    for name, member in properties.items():
        own = vars(StageInTheBox).get(name)
        found = attributes[name] if own is None else typing.get_type_hints(own.fget)["return"]
        assert found == typing.get_type_hints(member.fget)["return"], name


def test_a_stage_in_the_box_has_nothing_that_is_neither_for_authors_nor_known_to_be_the_players() -> None:
    public = {name for name in (*vars(StageInTheBox), *StageInTheBox.__annotations__) if not name.startswith("_")}

    assert public - members(Stage).keys() <= set(STAGE_INSIDE)
    assert members(Stage).keys() == set(STAGE)


@on_both_backends
def test_a_scenario_may_import_its_types_for_annotations(box: Box, backend: str) -> None:
    scenarios = """
    from __future__ import annotations
    from typing import TYPE_CHECKING
    if TYPE_CHECKING:
        from grader.authoring import Stage

    async def scenario(stage: Stage) -> object:
        return await stage.submission.main()
    """

    assert played(box, backend, "async def main(): return 1", scenarios).result == 1


# ---- the module ------------------------------------------------------------------------------------------------------


def test_the_judge_hands_on_what_hidden_tests_have_always_imported_from_it() -> None:
    assert {name: getattr(judge, name) for name in judge.__all__} == {
        name: getattr(authoring, name) for name in ("Diagnosed", "grading", "token")
    }


def test_all_public_names_are_the_listed_ones() -> None:
    own = [name for name, value in vars(authoring).items() if getattr(value, "__module__", "") == "grader.authoring"]

    assert sorted(authoring.__all__) == authoring.__all__
    assert {name for name in own if not name.startswith("_")} <= set(authoring.__all__)


def test_importing_it_loads_neither_pytest_nor_the_box_nor_a_backend() -> None:
    code = "import grader.authoring, sys; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()

    assert {"grader", "typing"} <= set(loaded)
    assert not {"pytest", "anyio", "trio", "asyncio"} & set(loaded)


# ---- the docstrings --------------------------------------------------------------------------------------------------


def undocumented(tree: ast.Module, classes: tuple[str, ...]) -> Iterator[str]:
    """The public members of some classes of a module that no docstring follows."""
    for kind in (node for node in tree.body if isinstance(node, ast.ClassDef) and node.name in classes):
        if ast.get_docstring(kind) is None:
            yield kind.name
        for node, after in zip(kind.body, [*kind.body[1:], None], strict=True):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                name, documented = node.name, ast.get_docstring(node) is not None
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                name = node.target.id
                documented = isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
            else:
                continue
            if not documented and (name == "__call__" or not name.startswith("_")):
                yield f"{kind.name}.{name}"


@pytest.mark.parametrize(("path", "classes"), DOCUMENTED)
def test_every_public_member_says_what_it_is(path: str, classes: tuple[str, ...]) -> None:
    assert list(undocumented(ast.parse((PACKAGE / path).read_text()), classes)) == []


def test_a_member_without_a_docstring_is_found() -> None:
    source = 'class Span:\n    """Text."""\n    name: str\n    start: float\n    """Text."""\n    def end(self): ...'

    assert list(undocumented(ast.parse(source), ("Span",))) == ["Span.name", "Span.end"]
