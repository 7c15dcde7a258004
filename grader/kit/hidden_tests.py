"""Reads what the hidden tests of ``test_hidden.py`` declare, from its syntax tree alone.

The file is neither imported nor run: that would import pytest, which is too slow for ``grade list``. A test that
pytest could miss, run twice or run in vain (async, in a class, under an ``if``, decorated) is refused here.
"""

from __future__ import annotations

import ast
import difflib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.errors import KitError
from grader.kit.tables import read_text, suggestion

TOTAL_POINTS = 100

_REQUIRED = ("points", "diagnosis", "feedback")
_KNOWN = (*_REQUIRED, "help", "schedules", "show")
_EXAMPLE = '@grading(points=10, diagnosis="serial", feedback="...")'


@dataclass(frozen=True, slots=True, kw_only=True)
class HiddenTest:
    """One hidden test as its file declares it."""

    name: str
    number: int
    """Counted from 1, in the order of the file."""
    label: str
    """The first line of the docstring: the requirement in the learner's words."""
    points: int
    diagnosis: str
    feedback: str
    help: str
    """What to change; if it is empty, the diagnosis says it."""
    schedules: int | None
    """How many schedules to play; with None the judge decides."""
    show: tuple[str, ...]
    """What a learner may see when the test fails: inputs of its plays by name, and ``expected``, what the reference
    answer returned in the same play."""
    line: int


def read_hidden_tests(path: Path, *, slugs: Collection[str]) -> tuple[HiddenTest, ...]:
    """Read the hidden tests of one exercise. Raises KitError for anything the judge would not run exactly once."""
    tree = _parse(path)
    _refuse_hidden_away(tree, path)
    _check_raised(tree, slugs, path)
    functions = [node for node in tree.body if _is_test(node)]
    tests = tuple(_read_test(node, number, path, slugs) for number, node in enumerate(functions, start=1))
    _check_names(tests, path)
    total = sum(test.points for test in tests)
    if total != TOTAL_POINTS:
        raise KitError(
            f"{path}: the points add up to {total}, not {TOTAL_POINTS}",
            hint="Change the `points` of the tests so that they add up.",
        )

    return tests


def _parse(path: Path) -> ast.Module:
    try:
        return ast.parse(read_text(path), filename=str(path))
    except SyntaxError as error:
        raise KitError(f"{path}:{error.lineno}: not Python: {error.msg}", hint="Correct the line.") from error
    except ValueError as error:
        raise KitError(f"{path}: not Python: {error}", hint="Save it as a UTF-8 text file.") from error


def _is_test(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")


def _refuse_hidden_away(tree: ast.Module, path: Path) -> None:
    for node in ast.walk(tree):
        if _is_test(node) and node not in tree.body:
            raise _error(path, node, "is not at the top level of the file", "Move it out of the class or block.")


def _check_names(tests: tuple[HiddenTest, ...], path: Path) -> None:
    seen: dict[str, int] = {}
    for test in tests:
        if test.name in seen:
            raise KitError(
                f"{path}:{test.line}: `{test.name}` is there twice, first on line {seen[test.name]}",
                hint="Give one of the two another name; Python keeps only the second.",
            )
        seen[test.name] = test.line


def _read_test(node: ast.stmt, number: int, path: Path, slugs: Collection[str]) -> HiddenTest:
    if not isinstance(node, ast.FunctionDef):
        # An async test that is never awaited always passes; three of six graders that we tried had that fault.
        raise _error(path, node, "is an async def", "Write a plain `def`: it judges recordings and awaits nothing.")
    if not _takes_play(node.args):
        raise _error(path, node, "must take one argument, `play`", f"Write `def {node.name}(play):`.")
    docstring = (ast.get_docstring(node) or "").strip()
    if not docstring:
        raise _error(path, node, "has no docstring", "Say in its first line what the exercise promises.")
    declared = _read_grading(node, path)
    diagnosis = _text(declared, "diagnosis", node, path)
    if diagnosis not in slugs:
        raise _error(path, node, f"names an unknown diagnosis, {diagnosis!r}", _nearest(diagnosis, slugs))
    return HiddenTest(
        name=node.name,
        number=number,
        label=docstring.splitlines()[0].strip(),
        points=_whole(declared, "points", 0, node, path),
        diagnosis=diagnosis,
        feedback=_text(declared, "feedback", node, path),
        help=_text(declared, "help", node, path) if "help" in declared else "",
        schedules=_whole(declared, "schedules", 1, node, path) if "schedules" in declared else None,
        show=_texts(declared, "show", node, path) if "show" in declared else (),
        line=node.lineno,
    )


def _check_raised(tree: ast.Module, slugs: Collection[str], path: Path) -> None:
    """Raise KitError for a ``Diagnosed(...)`` whose diagnosis the kit does not have."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id != "Diagnosed":
            continue
        slug = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else None
        if not isinstance(slug, str):
            hint = "Write the diagnosis out: this file is read without running it."
            raise KitError(f"{path}:{node.lineno}: the diagnosis of `Diagnosed` is no literal text", hint=hint)
        if slug not in slugs:
            unknown = f"{path}:{node.lineno}: `Diagnosed` names an unknown diagnosis, {slug!r}"
            raise KitError(unknown, hint=_nearest(slug, slugs))


def _nearest(slug: str, slugs: Collection[str]) -> str:
    near = difflib.get_close_matches(slug, slugs, n=1)
    return f"Write `{near[0]}`." if near else f"Describe it in kit.toml under `[diagnoses.{slug}]`."


def _takes_play(arguments: ast.arguments) -> bool:
    match arguments:
        case ast.arguments(
            posonlyargs=[], args=[ast.arg(arg="play")], vararg=None, kwonlyargs=[], kwarg=None, defaults=[]
        ):
            return True
    return False


def _read_grading(node: ast.FunctionDef, path: Path) -> Mapping[str, object]:
    match node.decorator_list:
        case [ast.Call(func=ast.Name(id="grading"), args=[], keywords=keywords)]:
            pass
        case _:
            raise _error(path, node, "must have one decorator, `@grading(...)`", f"Write {_EXAMPLE} above it.")
    declared: dict[str, object] = {}
    for keyword in keywords:
        if keyword.arg not in _KNOWN:
            name = keyword.arg or "**"
            raise _error(path, node, f"has an unknown argument of grading, {name!r}", suggestion(name, _KNOWN))
        try:
            declared[keyword.arg] = ast.literal_eval(keyword.value)
        except ValueError:
            what = f"must give `{keyword.arg}` as a literal value"
            raise _error(path, node, what, "Write the value out: this file is read without running it.") from None
    missing = [name for name in _REQUIRED if name not in declared]
    if missing:
        raise _error(path, node, f"has no `{missing[0]}` in its @grading", f"Write {_EXAMPLE} above it.")

    return declared


def _text(declared: Mapping[str, object], key: str, node: ast.stmt, path: Path) -> str:
    value = declared[key]
    if not isinstance(value, str) or not value.strip():
        raise _error(path, node, f"must give `{key}` as a text", "Put it in quotes.")
    return value


def _texts(declared: Mapping[str, object], key: str, node: ast.stmt, path: Path) -> tuple[str, ...]:
    value = declared[key]
    if not isinstance(value, tuple | list) or not all(isinstance(item, str) for item in value):
        raise _error(path, node, f"must give `{key}` as a tuple of texts", f'Write `{key}=("expected",)`.')
    return tuple(value)


def _whole(declared: Mapping[str, object], key: str, least: int, node: ast.stmt, path: Path) -> int:
    value = declared[key]
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        what = f"must give `{key}` as a whole number of at least {least}, not {value!r}"
        raise _error(path, node, what, f"Correct `{key}`.")
    return value


def _error(path: Path, node: ast.AST, what: str, hint: str) -> KitError:
    assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    return KitError(f"{path}:{node.lineno}: `{node.name}` {what}", hint=hint)
