"""Finds names in a kit that the grader's objects do not have, from the text of the kit alone.

``recording.returned`` in a hidden test, ``stage.note`` in a scenario, ``play("serial")`` where no scenario has that
name: such a line fails whatever a submission does. What cannot be told from the text is passed over.
"""

from __future__ import annotations

import ast
import difflib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeGuard

from grader.kit.exercise import Exercise
from grader.kit.tables import read_text
from grader.policy.interface import bindings
from grader.policy.names import names_bound_by
from grader.wire.recording import Raised, Recording, Span

STAGE = ("submission", "now", "token", "mark", "caller", "span", "attempt", "attempt_sync", "settle", "gate")
"""What a stage has for scenarios."""
STAGE_INSIDE = ("spans", "marks", "attempts", "rows", "encode", "encode_little", "encode_error", "class_names")
"""What a stage has for the player; a scenario that uses it does not fail."""

_GIVES: Mapping[tuple[type, str], type] = {
    (Recording, "raised"): Raised,
    (Recording, "error"): Raised,
    (Recording, "caller"): Span,
    (Recording, "span()"): Span,
    (Recording, "attempt()"): Span,
    (Span, "raised"): Raised,
}
"""The records that attributes and, with brackets, calls of methods of a record give."""

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_OWN_ARGUMENTS = ("within",)
"""Keywords of ``play`` and of its methods that are not for the scenario."""
_PLAY = ("each_step",)
"""What ``play`` has for hidden tests, beside that it can be called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """A line of a kit that cannot work, and why."""

    path: Path
    line: int
    what: str


def of_kit_files(exercise: Exercise) -> list[Mistake]:
    """The mistakes in the hidden tests and in the scenarios of an exercise, in the order of their lines."""
    return [*of_scenarios(exercise), *of_hidden_tests(exercise)]


def of_scenarios(exercise: Exercise) -> list[Mistake]:
    """The names of ``stage`` in the scenarios that a stage does not have."""
    tree = ast.parse(read_text(exercise.scenarios))
    known = {*STAGE, *STAGE_INSIDE, *_attributes_stored(tree)}
    wrong = (node for node in _attributes_of_stage(tree) if node.attr not in known and not _is_special(node.attr))
    return _in_order(_missing(exercise.scenarios, node, "stage", STAGE) for node in wrong)


def _attributes_stored(tree: ast.Module) -> Iterator[str]:
    """The attributes that the scenarios set, of whatever object: it may be a stage under another name."""
    stored = (node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store))
    yield from (node.attr for node in stored)


def _attributes_of_stage(tree: ast.Module) -> Iterator[ast.Attribute]:
    """The attributes of ``stage`` in the functions that take one as an argument, and give that name to nothing else."""
    for function in ast.walk(tree):
        if not isinstance(function, _Function) or not _takes_stage(function):
            continue
        nodes = list(ast.walk(function))
        if sum(name == "stage" for node in nodes for name in _names_changed_by(node)) == 1:
            yield from (node for node in nodes if isinstance(node, ast.Attribute) and _is_stage(node.value))


def _takes_stage(function: _Function) -> bool:
    arguments = function.args
    return any(argument.arg == "stage" for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs))


def _is_stage(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "stage"


def of_hidden_tests(exercise: Exercise) -> list[Mistake]:
    """The names of recordings and spans in the hidden tests that these do not have, and plays that cannot be played."""
    tree = ast.parse(read_text(exercise.scenarios))
    scenarios = _scenarios(tree)
    tests = ast.parse(read_text(exercise.test_file)).body
    functions = [node for node in tests if isinstance(node, _Function) and node.name.startswith("test_")]
    mistakes = [mistake for node in functions for mistake in _of_test(node, exercise.test_file, scenarios)]
    if "*" not in scenarios and not any(
        isinstance(node, ast.Attribute) and node.attr == "caller" for node in ast.walk(tree)
    ):
        mistakes += _without_caller(functions, exercise.test_file)
    return _in_order(mistakes)


def _without_caller(functions: Iterable[_Function], path: Path) -> Iterator[Mistake]:
    """The calls of ``play.each_step``, where no scenario enters ``stage.caller()``."""
    nodes = (node for function in functions for node in ast.walk(function))
    what = "no scenario enters `stage.caller()`; put the call to be cancelled into `with stage.caller():`"
    yield from (Mistake(path=path, line=node.lineno, what=what) for node in nodes if _plays_each_step(node))


def _in_order(mistakes: Iterable[Mistake]) -> list[Mistake]:
    return sorted(dict.fromkeys(mistakes), key=lambda mistake: mistake.line)


def _missing(path: Path, node: ast.Attribute, owner: str, names: Iterable[str]) -> Mistake:
    near = difflib.get_close_matches(node.attr, names, n=1)
    meant = f"; write `{near[0]}`" if near else "; take it out"
    return Mistake(path=path, line=node.end_lineno or node.lineno, what=f"`{owner}` has no `{node.attr}`{meant}")


def _is_special(name: str) -> bool:
    return name.startswith("__")


def _names_changed_by(node: ast.AST) -> Iterator[str]:
    """The names that may stand for something else because of this node, without those of the nodes inside it."""
    match node:
        case ast.Name(id=name, ctx=ast.Del()) | ast.arg(arg=name):
            yield name
        case ast.Global(names=names) | ast.Nonlocal(names=names):
            yield from names
        case _:
            yield from names_bound_by(node)


# ---- hidden tests ----------------------------------------------------------------------------------------------------


def _of_test(test: _Function, path: Path, scenarios: Mapping[str, _Function | None]) -> Iterator[Mistake]:
    known = _records(test)
    for node in ast.walk(test):
        if isinstance(node, ast.Attribute):
            record = _record(node.value, known)
            if record is not None and not hasattr(record, node.attr) and not _is_special(node.attr):
                names = [name for name in dir(record) if not name.startswith("_")]
                yield _missing(path, node, ast.unparse(node.value), names)
        if isinstance(node, ast.Call) and _plays(node) and (what := _cannot_play(node, scenarios)):
            yield Mistake(path=path, line=node.lineno, what=what)
        if isinstance(node, ast.Attribute) and _is_name(node.value, "play") and node.attr not in _PLAY:
            yield _missing(path, node, "play", _PLAY)


def _records(test: _Function) -> Mapping[str, type]:
    """The local names of a hidden test that stand for one kind of record, wherever they are bound."""
    values: dict[str, list[ast.expr | None]] = {}
    assigned: dict[ast.AST, ast.expr] = {}
    for node in ast.walk(test):
        if isinstance(node, ast.Assign) and not _plays_each_step(node.value):
            assigned.update(dict.fromkeys(node.targets, node.value))
        if isinstance(node, ast.For | ast.comprehension) and _plays_each_step(node.iter):
            assigned[node.target] = node.iter
        for name in _names_changed_by(node):
            values.setdefault(name, []).append(assigned.get(node))
    known: dict[str, type] = {}
    for name, bound in values.items():  # in the order of the text, as one name is made from another
        kinds = {_record(value, known) for value in bound}
        if len(kinds) == 1 and (kind := kinds.pop()) is not None:
            known[name] = kind
    return known


def _record(value: ast.expr | None, known: Mapping[str, type]) -> type | None:
    """The kind of record that an expression gives, or an iterator over such records, if it can be told."""
    match value:
        case ast.Name(id=name):
            return known.get(name)
        case ast.Call() if _plays(value):
            return Recording
        case ast.Call(func=ast.Attribute(value=inner, attr=name)):
            record = _record(inner, known)
            return None if record is None else _GIVES.get((record, f"{name}()"))
        case ast.Attribute(value=inner, attr=name):
            record = _record(inner, known)
            return None if record is None else _GIVES.get((record, name))
    return None


def _plays(call: ast.Call) -> bool:
    return _is_name(call.func, "play") or _plays_each_step(call)


def _plays_each_step(node: ast.AST) -> TypeGuard[ast.Call]:
    match node:
        case ast.Call(func=ast.Attribute(value=owner, attr="each_step")):
            return _is_name(owner, "play")
    return False


def _is_name(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _cannot_play(call: ast.Call, scenarios: Mapping[str, _Function | None]) -> str:
    """Why this call of ``play`` cannot work; empty if it can, or if that cannot be told."""
    match call.args:
        case [ast.Constant(value=str(name))]:
            pass
        case _:
            return ""
    if name not in scenarios and "*" not in scenarios:
        near = difflib.get_close_matches(name, scenarios, n=1)
        return f'scenarios.py has no scenario "{name}"' + (f'; write "{near[0]}"' if near else "; add it there")
    scenario = scenarios.get(name)
    given = {keyword.arg for keyword in call.keywords} - {*_OWN_ARGUMENTS}
    if scenario is None or scenario.decorator_list or None in given:
        return ""
    return _refused(scenario, {keyword for keyword in given if keyword is not None})


def _refused(scenario: _Function, given: set[str]) -> str:
    arguments = scenario.args
    positional = [argument.arg for argument in (*arguments.posonlyargs, *arguments.args)]
    required = positional[1 : len(positional) - len(arguments.defaults)]
    only = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    required += [argument.arg for argument, default in only if default is None]
    if missing := [name for name in required if name not in given]:
        return f'the scenario "{scenario.name}" needs `{missing[0]}`; give it to `play` as a keyword'
    known = {*positional[1:], *(argument.arg for argument in arguments.kwonlyargs)}
    unknown = sorted(given - known)
    if unknown and arguments.kwarg is None:
        return f'the scenario "{scenario.name}" takes no `{unknown[0]}`; add it there, or leave it out'
    return ""


def _scenarios(tree: ast.Module) -> Mapping[str, _Function | None]:
    """The names that the scenarios bind; each with its function, where no other function has that name.

    ``*`` is among them if the file imports all names of another module.
    """
    nodes = list(ast.walk(tree))
    defined = Counter(node.name for node in nodes if isinstance(node, _Function))
    bound: dict[str, ast.AST] = {name: node for node in nodes if isinstance(node, ast.Global) for name in node.names}
    bound |= bindings(tree.body)
    return {name: node if isinstance(node, _Function) and defined[name] == 1 else None for name, node in bound.items()}
