"""Reads one function of ``test_hidden.py``: what it declares of itself, its parameter sets, and all that is wrong."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from grader.kit.faults import Problem
from grader.kit.fixtures import GIVEN, PLAY, Fixtures, arguments_of, problems_of_arguments
from grader.kit.grading import EXAMPLE, Grading, read_grading
from grader.kit.parameters import PARAMETRIZE, Parameters, Unreadable, combined, read_parameters
from grader.kit.toplevel import Function, TopLevel

USEFIXTURES = "pytest.mark.usefixtures"
MARKS = (PARAMETRIZE, USEFIXTURES)
"""The marks of pytest that a hidden test may have."""
_MARK = "pytest.mark."
_SKIPS = ("skip", "skipif", "xfail")
_GRADINGS = ("grading", "grader.authoring.grading", "grader.judge.grading")
_Scope = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadFunction:
    """A function whose name begins with ``test_``, as far as it can be read."""

    node: Function
    label: str
    grading: Grading
    ids: tuple[str, ...]
    """The ids of its parameter sets; a single empty one if it has no parameters."""
    problems: tuple[Problem, ...]
    faulty_gradings: tuple[range, ...]
    """The lines of its ``@grading``, if something is wrong with that."""
    is_playable: bool
    """Whether it can be judged as it is: only what it says of itself is wrong, if anything is."""


def read_function(node: Function, top: TopLevel, fixtures: Fixtures, slugs: Collection[str]) -> ReadFunction:
    """Read a function and say all that is wrong with it."""
    docstring = (ast.get_docstring(node) or "").strip()
    grading, of_grading = _grading(node, top, slugs)
    parameters, ids, of_parameters = _parameters(node, top)
    of_words = [*of_grading, *_problem_of_points(node, grading, ids)]
    if not docstring:
        hint = 'Say in its first line what the exercise promises: `"""returns the results in order"""`.'
        of_words.append(Problem(node.lineno, f"`{node.name}` has no docstring", hint))
    used = [*arguments_of(node), *_fixtures_named(node, top)]
    reached = fixtures.reached(name for name in used if name not in parameters)
    grave = [*_problems_of_function(node), *_problems_of_decorators(node, top), *of_parameters]
    if ids:
        grave += _problems_of_fixtures(node, used, parameters, fixtures)
    if PLAY not in reached and not reached & fixtures.faulty:
        what = f"`{node.name}` reaches no `play`: neither it nor a fixture that it uses takes one"
        others = "".join(f", {name}" for name in arguments_of(node))
        grave.append(Problem(node.lineno, what, f"Write `def {node.name}({PLAY}{others}):`."))
    return ReadFunction(
        node=node,
        label=docstring.partition("\n")[0].strip() or node.name,
        grading=grading,
        ids=ids,
        problems=(*grave, *of_words),
        faulty_gradings=tuple(map(_lines_of_decorator, _gradings(node, top))) if of_grading else (),
        is_playable=not grave and bool(ids) and not reached & fixtures.faulty and grading.diagnosis is not None,
    )


def is_graded(node: Function, top: TopLevel) -> bool:
    """Whether a function is declared by ``@grading``."""
    return any(_name_of(decorator, top) in _GRADINGS for decorator in node.decorator_list)


# ---- what it says of itself ------------------------------------------------------------------------------------------


def _grading(node: Function, top: TopLevel, slugs: Collection[str]) -> tuple[Grading, tuple[Problem, ...]]:
    """What ``@grading`` declares, of several the first, and what is wrong with that."""
    declared = _gradings(node, top)
    if not declared:
        what = f"`{node.name}` must have the decorator `@grading(...)`"
        return Grading(), (Problem(node.lineno, what, f"Write {EXAMPLE} above it."),)
    first, *others = declared
    more = [
        Problem(other.lineno, f"`{node.name}` has two decorators `@grading`", "Take one of them out.")
        for other in others
    ]
    if not isinstance(first, ast.Call):
        what = f"`{node.name}` does not say in its @grading what it is worth"
        return Grading(), (Problem(first.lineno, what, f"Write {EXAMPLE}."), *more)
    grading, problems = read_grading(first, node.name, slugs)
    return grading, (*problems, *more)


def _gradings(node: Function, top: TopLevel) -> list[ast.expr]:
    return [decorator for decorator in node.decorator_list if _name_of(decorator, top) in _GRADINGS]


def _lines_of_decorator(decorator: ast.expr) -> range:
    return range(decorator.lineno, (decorator.end_lineno or decorator.lineno) + 1)


def _problem_of_points(node: Function, grading: Grading, ids: tuple[str, ...]) -> Iterator[Problem]:
    if grading.points is not None and 0 < grading.points < len(ids):
        what = f"`{node.name}` has {grading.points} points for its {len(ids)} parameter sets, and each needs one"
        yield Problem(node.lineno, what, f"Give it one for each set: `points={len(ids)}`.")


# ---- what pytest would make of it ------------------------------------------------------------------------------------


def _problems_of_function(node: Function) -> Iterator[Problem]:
    if isinstance(node, ast.AsyncFunctionDef):
        # An async test that is never awaited always passes; three of six graders that we tried had that fault.
        hint = f"Write a plain `def {node.name}(...):`: it judges recordings and awaits nothing."
        yield Problem(node.lineno, f"`{node.name}` is an async def", hint)
    yield from problems_of_arguments(node)
    for inner in _own_nodes(node):
        match inner:
            case ast.Return(value=value) if value is not None and not _is_none(value):
                what = f"`{node.name}` returns a value, which no code looks at"
                holds = isinstance(value, ast.Constant)
                hint = "Write a plain `return`" if holds else f"Write `assert {ast.unparse(value)}`"
                yield Problem(inner.lineno, what, f"{hint}.")
            case ast.Yield() | ast.YieldFrom():
                what = f"`{node.name}` yields, so that calling it runs nothing"
                yield Problem(inner.lineno, what, "Take the `yield` out, and `assert` what has to hold.")


def _is_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


def _own_nodes(node: Function) -> Iterator[ast.AST]:
    """The nodes in the body of a function, without those of functions and classes inside it."""
    pending: list[ast.AST] = list(reversed(node.body))
    while pending:
        inner = pending.pop()
        yield inner
        if not isinstance(inner, _Scope):
            pending.extend(reversed(list(ast.iter_child_nodes(inner))))


def _problems_of_decorators(node: Function, top: TopLevel) -> Iterator[Problem]:
    for decorator in node.decorator_list:
        name = _name_of(decorator, top)
        mark = name.removeprefix(_MARK) if name.startswith(_MARK) else ""
        if name in _GRADINGS or (name == PARAMETRIZE and isinstance(decorator, ast.Call)):
            continue
        if name == PARAMETRIZE:
            hint = f'Write `@{ast.unparse(decorator)}("seconds", [1, 2])`.'
            yield Problem(decorator.lineno, f"`{node.name}` has a parametrize without parameters", hint)
        elif name == USEFIXTURES:
            yield from _problems_of_use(node, decorator, top)
        elif mark in _SKIPS:
            what = f"`{node.name}` is marked `{mark}`: a test that is skipped earns no learner a point"
            yield Problem(decorator.lineno, what, "Take the mark out, or take out the test.")
        elif mark:
            what = f"`{node.name}` is marked `{mark}`, and the judge runs every hidden test in the same way"
            yield Problem(decorator.lineno, what, "Take the mark out; `parametrize` and `usefixtures` may stay.")
        else:
            what = f"`{node.name}` has the decorator `@{ast.unparse(decorator)}`, which may change what is called"
            yield Problem(decorator.lineno, what, "Take it out; @grading, `parametrize` and `usefixtures` may stay.")


def _name_of(decorator: ast.expr, top: TopLevel) -> str:
    return top.dotted(decorator.func if isinstance(decorator, ast.Call) else decorator)


# ---- parameters ------------------------------------------------------------------------------------------------------


def _parameters(node: Function, top: TopLevel) -> tuple[frozenset[str], tuple[str, ...], tuple[Problem, ...]]:
    """The names of its parameters, the ids of their sets, and what is wrong; no id if they cannot be told."""
    calls = [
        decorator
        for decorator in node.decorator_list
        if isinstance(decorator, ast.Call) and _name_of(decorator, top) == PARAMETRIZE
    ]
    if not calls:
        return frozenset(), ("",), ()
    problems: list[Problem] = []
    read: list[Parameters] = []
    for call in calls:
        try:
            read.append(read_parameters(call, top))
        except Unreadable as error:
            # Of a list that stands in a statement which is no Python, that alone is to be said.
            if not top.is_lost(call):
                problems.append(error.problem)
    names = frozenset(name for one in read for name in one.names)
    if len(read) < len(calls):
        return names, (), tuple(_named(problem, node) for problem in problems)
    try:
        return names, combined(calls[0], read), ()
    except Unreadable as error:
        return names, (), (_named(error.problem, node),)


def _named(problem: Problem, node: Function) -> Problem:
    return problem._replace(what=f"`{node.name}` {problem.what}")


# ---- fixtures --------------------------------------------------------------------------------------------------------


def _problems_of_fixtures(
    node: Function, used: Collection[str], parameters: Collection[str], fixtures: Fixtures
) -> Iterator[Problem]:
    for name in dict.fromkeys(used):
        if name not in parameters:
            yield from fixtures.unknown(name, node.lineno, node.name)
    for name in sorted(parameters):
        if name in GIVEN or name in fixtures.by_name:
            what = f"`{node.name}` has a parameter with the name of the fixture `{name}`"
            yield Problem(node.lineno, what, f"Give the parameter another name, such as `a_{name}`.")
        elif name not in arguments_of(node):
            what = f"`{node.name}` has the parameter `{name}`, and no argument of that name"
            strange = [one for one in arguments_of(node) if one not in parameters and any(fixtures.unknown(one, 0, ""))]
            others = [one for one in arguments_of(node) if one not in strange[:1]]
            arguments = ", ".join([*others, name])
            yield Problem(node.lineno, what, f"Write `def {node.name}({arguments}):`.")


def _fixtures_named(node: Function, top: TopLevel) -> Iterator[str]:
    """The fixtures that ``usefixtures`` names."""
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call) and _name_of(decorator, top) == USEFIXTURES:
            for argument in decorator.args:
                match top.resolved(argument):
                    case ast.Constant(value=str(name)):
                        yield name


def _problems_of_use(node: Function, decorator: ast.expr, top: TopLevel) -> Iterator[Problem]:
    named = decorator.args if isinstance(decorator, ast.Call) else []
    texts = [argument for argument in named if isinstance(top.resolved(argument), ast.Constant)]
    if not named or len(texts) < len(named):
        what = f"`{node.name}` names no fixture in its `usefixtures`: this file is read without running it"
        yield Problem(decorator.lineno, what, 'Write their names out: `@pytest.mark.usefixtures("server")`.')
