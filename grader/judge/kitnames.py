"""Finds what cannot work between hidden tests and scenarios, from the text of the kit alone.

``recording.returned`` in a hidden test, ``stage.note`` in a scenario, ``play("serial")`` where no scenario has that
name: such a line fails whatever a submission does. What cannot be told from the text is passed over.
"""

from __future__ import annotations

import ast
import difflib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypeGuard

from grader.authoring import Play, Stage
from grader.kit.exercise import Exercise
from grader.kit.faults import KitFault
from grader.kit.scenarios import takes_stage
from grader.kit.tables import read_text
from grader.kit.toplevel import Function
from grader.policy.interface import bindings
from grader.policy.names import names_bound_by
from grader.text import joined
from grader.wire.recording import Recording
from grader.wire.rows import Raised, Span

STAGE = tuple(name for name in vars(Stage) if not name.startswith("_"))
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

_FOR_THE_GRADER = frozenset(
    {
        "cancellation",
        "caller_steps",
        "digest",
        "looked",
        "returns",
        "size",
        "stopped",
        "task",
        "trace",
        "value_or_error",
    }
)
"""Attributes of the records that no hidden test needs."""
_OWN_ARGUMENTS = ("within",)
"""Keywords of ``play`` and of its methods that are not for the scenario."""
_PLAY = tuple(name for name in vars(Play) if not name.startswith("_"))
"""What ``play`` has for hidden tests, beside that it can be called."""


def of_kit_files(exercise: Exercise) -> list[KitFault]:
    """The faults in the scenarios and in the hidden tests of an exercise, of each file in the order of its lines."""
    return [*of_scenarios(exercise), *of_played_scenarios(exercise), *of_hidden_tests(exercise)]


def of_scenarios(exercise: Exercise) -> list[KitFault]:
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
        if not isinstance(function, Function) or not takes_stage(function):
            continue
        nodes = list(ast.walk(function))
        if sum(name == "stage" for node in nodes for name in _names_changed_by(node)) == 1:
            yield from (node for node in nodes if isinstance(node, ast.Attribute) and _is_name(node.value, "stage"))


def of_hidden_tests(exercise: Exercise) -> list[KitFault]:
    """The names of recordings and spans in the hidden tests that these do not have, and plays that cannot be played."""
    tree = ast.parse(read_text(exercise.scenarios))
    scenarios = _scenarios(tree)
    tests = ast.parse(read_text(exercise.test_file))
    functions, given = _functions_that_play(tests), _records_of_fixtures(tests)
    faults = [fault for node in functions for fault in _of_test(node, exercise, scenarios, given)]
    if "*" not in scenarios and not any(
        isinstance(node, ast.Attribute) and node.attr == "caller" for node in ast.walk(tree)
    ):
        faults += _without_caller(functions, exercise.test_file)
    return _in_order(faults)


def _without_caller(functions: Iterable[Function], path: Path) -> Iterator[KitFault]:
    """The calls of ``play.each_step``, where no scenario enters ``stage.caller()``."""
    nodes = (node for function in functions for node in ast.walk(function))
    what, hint = "no scenario enters `stage.caller()`", "Put the call to be cancelled into `with stage.caller():`."
    yield from (KitFault(path=path, line=node.lineno, what=what, hint=hint) for node in nodes if _plays_each_step(node))


def _functions_that_play(tree: ast.Module) -> list[Function]:
    """The hidden tests and fixtures that take ``play``, or what a fixture has made by it."""
    taken = {"play", *_records_of_fixtures(tree)}
    functions = (node for node in tree.body if isinstance(node, Function))
    return [node for node in functions if any(argument.arg in taken for argument in node.args.args)]


def _records_of_fixtures(tree: ast.Module) -> Mapping[str, type]:
    """The fixtures that give a record, by name, as one that returns ``play("scenario")``."""
    given: dict[str, type] = {}
    for node in tree.body:
        if isinstance(node, Function) and any("fixture" in ast.unparse(how) for how in node.decorator_list):
            known = _records(node, given)
            values = [inner.value for inner in ast.walk(node) if isinstance(inner, ast.Return | ast.Yield)]
            kinds = {_record(value, known) for value in values}
            if len(kinds) == 1 and (kind := kinds.pop()) is not None:
                given[node.name] = kind
    return given


def _in_order(faults: Iterable[KitFault]) -> list[KitFault]:
    return sorted(dict.fromkeys(faults), key=lambda fault: fault.line)


def _missing(path: Path, node: ast.Attribute, owner: str, names: Collection[str]) -> KitFault:
    near = difflib.get_close_matches(node.attr, names, n=1)
    first = f"Write `{near[0]}`" if near else "Take it out"
    hint = f"{first}; there are {joined([f'`{name}`' for name in sorted(names)])}."
    what = f"`{owner}` has no `{node.attr}`"
    return KitFault(path=path, line=node.end_lineno or node.lineno, what=what, hint=hint)


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


def _of_test(
    test: Function, exercise: Exercise, scenarios: Mapping[str, Function | None], given: Mapping[str, type]
) -> Iterator[KitFault]:
    known, path = _records(test, given), exercise.test_file
    for node in ast.walk(test):
        if isinstance(node, ast.Attribute):
            record = _record(node.value, known)
            if record is not None and not hasattr(record, node.attr) and not _is_special(node.attr):
                names = [name for name in dir(record) if not name.startswith("_") and name not in _FOR_THE_GRADER]
                yield _missing(path, node, ast.unparse(node.value), names)
        if isinstance(node, ast.Call) and _plays(node) and (said := _cannot_play(node, exercise, scenarios)):
            what, hint = said
            yield KitFault(path=path, line=node.lineno, what=what, hint=hint)
        if isinstance(node, ast.Attribute) and _is_name(node.value, "play") and node.attr not in _PLAY:
            yield _missing(path, node, "play", _PLAY)


def _records(test: Function, given: Mapping[str, type]) -> Mapping[str, type]:
    """The local names of a hidden test that stand for one kind of record, wherever they are bound.

    ``given`` are the fixtures that give a record.
    """
    arguments = [argument.arg for argument in test.args.args]
    values: dict[str, list[ast.expr | None]] = {}
    assigned: dict[ast.AST, ast.expr] = {}
    for node in ast.walk(test):
        if isinstance(node, ast.Assign) and not _plays_each_step(node.value):
            assigned.update(dict.fromkeys(node.targets, node.value))
        if isinstance(node, ast.AnnAssign | ast.NamedExpr) and node.value is not None:
            assigned[node.target] = node.value
        if isinstance(node, ast.For | ast.comprehension) and _plays_each_step(node.iter):
            assigned[node.target] = node.iter
        for name in _names_changed_by(node):
            values.setdefault(name, []).append(assigned.get(node))
    known: dict[str, type] = {}
    for name, bound in values.items():  # in the order of the text, as one name is made from another
        kinds = {_record(value, known) for value in bound}
        if name in arguments and len(bound) == 1:
            kinds = {given.get(name)}
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


def _cannot_play(
    call: ast.Call, exercise: Exercise, scenarios: Mapping[str, Function | None]
) -> tuple[str, str] | None:
    """Why this call of ``play`` cannot work, and what to do; None if it can, or if that cannot be told."""
    name = _scenario_named(call)
    if name is None:
        return None
    if name not in scenarios and "*" not in scenarios:
        near = difflib.get_close_matches(name, scenarios, n=1)
        hint = f'Write "{near[0]}".' if near else f"Add it there: `{_def(exercise)} {name}(stage): ...`."
        return f'scenarios.py has no scenario "{name}"', hint
    scenario = scenarios.get(name)
    given = {keyword.arg for keyword in call.keywords} - {*_OWN_ARGUMENTS}
    if scenario is None or scenario.decorator_list or None in given or not _may_take_stage(scenario, given):
        return None
    return _refused(scenario, {keyword for keyword in given if keyword is not None})


def _scenario_named(call: ast.Call) -> str | None:
    """The name of the scenario that a call of ``play`` asks for, if it stands there."""
    match call.args:
        case [ast.Constant(value=str(name))]:
            return name
    return None


def _refused(scenario: Function, given: set[str]) -> tuple[str, str] | None:
    arguments = scenario.args
    positional = [argument.arg for argument in (*arguments.posonlyargs, *arguments.args)]
    required = positional[1 : len(positional) - len(arguments.defaults)]
    only = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    required += [argument.arg for argument, default in only if default is None]
    if missing := [name for name in required if name not in given]:
        hint = f'Give it to `play` as a keyword: `play("{scenario.name}", {missing[0]}=...)`.'
        return f'the scenario "{scenario.name}" needs `{missing[0]}`', hint
    known = [*positional[1:], *(argument.arg for argument in arguments.kwonlyargs)]
    unknown = sorted(given - {*known})
    if unknown and arguments.kwarg is None:
        near = difflib.get_close_matches(unknown[0], known, n=1)
        word = "def" if isinstance(scenario, ast.FunctionDef) else "async def"
        add = f"`{word} {scenario.name}({', '.join(['stage', *known, unknown[0]])})`"
        hint = f"Write `{near[0]}`." if near else f"Leave it out, or add it to the scenario: {add}."
        return f'the scenario "{scenario.name}" takes no `{unknown[0]}`', hint
    return None


# ---- scenarios that are played ---------------------------------------------------------------------------------------


def of_played_scenarios(exercise: Exercise) -> list[KitFault]:
    """The scenarios that hidden tests play and that are no async functions of a stage."""
    tree, tests = (ast.parse(read_text(path)) for path in (exercise.scenarios, exercise.test_file))
    given = _inputs_by_scenario(tests)
    found: list[KitFault] = []
    for name, scenario in _scenarios(tree).items():
        if scenario is None or scenario.decorator_list or name not in given:
            continue
        if (said := _no_scenario(exercise, scenario, given[name])) is not None:
            found.append(KitFault(path=exercise.scenarios, line=scenario.lineno, what=said[0], hint=said[1]))
    return _in_order(found)


def scenarios_played(tests: ast.Module) -> set[str]:
    """The scenarios that the hidden tests play, as far as they name them."""
    return set(_inputs_by_scenario(tests))


def _inputs_by_scenario(tests: ast.Module) -> Mapping[str, set[str | None]]:
    """The names of the inputs that the hidden tests give to each scenario which they name."""
    given: dict[str, set[str | None]] = {}
    for function in _functions_that_play(tests):
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and _plays(node) and (name := _scenario_named(node)) is not None:
                given.setdefault(name, set()).update(keyword.arg for keyword in node.keywords)
    return given


def _def(exercise: Exercise) -> str:
    """How a scenario of the exercise begins."""
    return "def" if exercise.is_plain else "async def"


def _no_scenario(exercise: Exercise, function: Function, given: set[str | None]) -> tuple[str, str] | None:
    """Why this function cannot be played, and what to do."""
    if not _may_take_stage(function, given):
        own = [argument.arg for argument in function.args.args]
        names = dict.fromkeys(["stage", *own, *sorted(name for name in given if name is not None)])
        arguments = ", ".join(name for name in names if name not in _OWN_ARGUMENTS)
        example = f"`{_def(exercise)} {function.name}({arguments}):`"
        return f'the scenario "{function.name}" does not take `stage` first', f"Write {example}."
    if exercise.is_plain and isinstance(function, ast.AsyncFunctionDef):
        hint = f"Write `def {function.name}(...):`, or take `backends = []` out of exercise.toml."
        return f'the scenario "{function.name}" is an async function, and no event loop runs it', hint
    if not exercise.is_plain and isinstance(function, ast.FunctionDef):
        return f'the scenario "{function.name}" is no async function', f"Write `async def {function.name}(...):`."
    return None


def _may_take_stage(function: Function, given: Collection[str | None]) -> bool:
    """Whether the first argument may be the stage, under whatever name."""
    positional = [*function.args.posonlyargs, *function.args.args]
    if not positional:
        return function.args.vararg is not None
    first = positional[0].arg
    return first not in given and (
        first == "stage" or any(_is_used_as_object(node, first) for node in ast.walk(function))
    )


def _is_used_as_object(node: ast.AST, name: str) -> bool:
    match node:
        case ast.Attribute(value=ast.Name(id=owner)):
            return owner == name
        case ast.Call(args=arguments):
            return any(isinstance(argument, ast.Name) and argument.id == name for argument in arguments)
    return False


def functions_that_use(tree: ast.Module, names: Collection[str]) -> set[str]:
    """The functions in which one of these names stands, as a name or as a text, or that of such a function."""
    mentioned = {node.name: _mentions(node) for node in tree.body if isinstance(node, Function)}
    found: set[str] = set()
    while more := {name for name, said in mentioned.items() if name not in found and said & {*names, *found}}:
        found |= more
    return found


def _mentions(function: Function) -> set[str]:
    said: set[str] = set()
    for node in ast.walk(function):
        match node:
            case ast.Name(id=name) | ast.arg(arg=name) | ast.Constant(value=str(name)):
                said.add(name)
    return said


def _scenarios(tree: ast.Module) -> Mapping[str, Function | None]:
    """The names that the scenarios bind; each with its function, where no other function has that name.

    ``*`` is among them if the file imports all names of another module.
    """
    nodes = list(ast.walk(tree))
    defined = Counter(node.name for node in nodes if isinstance(node, Function))
    bound: dict[str, ast.AST] = {name: node for node in nodes if isinstance(node, ast.Global) for name in node.names}
    bound |= bindings(tree.body)
    return {name: node if isinstance(node, Function) and defined[name] == 1 else None for name, node in bound.items()}
