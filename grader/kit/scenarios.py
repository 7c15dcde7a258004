"""Finds what is wrong with ``scenarios.py`` from its text and that of the hidden tests.

Scenarios that no test plays, inputs to be shown that no scenario has, and imports of the grader.
"""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Collection, Iterable, Iterator

from grader.kit.faults import Problem
from grader.kit.hidden_tests import HiddenTest
from grader.kit.sources import Source
from grader.kit.toplevel import Function

EXPECTED = "expected"
"""The word in ``show`` for what the reference returned."""

_STAGE = "stage"

Loop = ast.For | ast.AsyncFor
Kind = type[ast.FunctionDef] | type[ast.AsyncFunctionDef]
"""What the scenarios of an exercise are: async functions, or plain ones where there is no event loop."""


def unused_scenarios(
    scenarios: Source, tests: Source, drawn: Collection[str] = (), *, kind: Kind = ast.AsyncFunctionDef
) -> Iterator[Problem]:
    """What is wrong with each scenario whose name no hidden test has in a text, and no other scenario uses.

    ``kind`` says what scenarios are in this exercise; ``drawn`` are the names of those that are played for a figure.
    """
    scenes = _scenes(scenarios, kind)
    texts = {node.value for node in tests.nodes if isinstance(node, ast.Constant)}
    missing = [node for node in scenes if node.name not in texts and node.name not in drawn]
    if not missing:
        return
    named = {node.id for node in scenarios.nodes if isinstance(node, ast.Name)}
    # What is no Python may well be the line that plays it.
    named |= set(re.findall(r"\w+", tests.broken + scenarios.broken))
    patterns = [_pattern(node) for node in tests.nodes if isinstance(node, ast.JoinedStr)]
    for node in missing:
        if node.name not in named and not any(pattern.fullmatch(node.name) for pattern in patterns):
            hint = f'Write a test that plays it, or take it out: `play("{node.name}")`.'
            yield Problem(node.lineno, f"no hidden test plays the scenario `{node.name}`", hint)


def _scenes(scenarios: Source, kind: Kind) -> list[Function]:
    """The scenarios of the file, and what helps them in their way."""
    return [node for node in scenarios.tree.body if isinstance(node, kind) and takes_stage(node)]


def doubled_scenarios(scenarios: Source, *, kind: Kind = ast.AsyncFunctionDef) -> list[Function]:
    """The scenarios that have the name of one before them, which Python forgets."""
    scenes = _scenes(scenarios, kind)
    first = {node.name: node for node in reversed(scenes)}
    return [node for node in scenes if node is not first[node.name]]


def unknown_inputs(scenarios: Source, source: Source, tests: Iterable[HiddenTest]) -> Iterator[Problem]:
    """What is wrong with each name in a ``show`` that is an argument of no function in ``scenarios.py``.

    The variables of the loops in the ``source`` of the tests may be shown, too.
    """
    functions = [node for node in scenarios.nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    arguments = [node.args for node in functions]
    if scenarios.broken or any(one.kwarg is not None for one in arguments):
        return  # there may be more inputs than can be told
    known = {each.arg: "" for one in arguments for each in (*one.posonlyargs, *one.args, *one.kwonlyargs)}
    known |= {name: "" for loop in loops_in(source.nodes) for name in loop_variables(loop)}
    shown = dict.fromkeys((test.line, test.function, name) for test in tests for name in test.show)
    for line, function, name in shown:
        if name != EXPECTED and name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"Write `{near[0]}`." if near else f'Name an input of `play`, or "{EXPECTED}".'
            yield Problem(line, f"`{function}` shows {name!r}, and no scenario has that input", hint)


def loops_in(nodes: Iterable[ast.AST]) -> Iterator[Loop]:
    """The loops among these nodes."""
    return (node for node in nodes if isinstance(node, Loop))


def loop_variables(loop: Loop) -> Iterator[str]:
    """The names of the variables of a loop."""
    return (node.id for node in ast.walk(loop.target) if isinstance(node, ast.Name))


def imports_of_grader(scenarios: Source) -> Iterator[Problem]:
    """What is wrong with each import of the grader that the box would carry out: most of it cannot be read there."""
    pending: list[ast.AST] = [*scenarios.tree.body]
    for node in pending:  # grows meanwhile
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            pending += node.orelse
            continue
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else names
        if isinstance(node, ast.stmt) and any(name.partition(".")[0] == "grader" for name in names):
            hint = f"Write it for annotations alone, below `if TYPE_CHECKING:`: `{ast.unparse(node)}`."
            yield Problem(node.lineno, "scenarios import the grader, which need not be there in the box", hint)
        pending += ast.iter_child_nodes(node)


def takes_stage(node: Function) -> bool:
    """Whether a function has an argument ``stage``: it is a scenario, or helps one."""
    arguments = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
    return any(argument.arg == _STAGE for argument in arguments)


def _pattern(text: ast.JoinedStr) -> re.Pattern[str]:
    """What a text may be that is put together, as in ``play(f"fails_at_{place}")``."""
    parts = (re.escape(str(part.value)) if isinstance(part, ast.Constant) else r"\w*" for part in text.values)
    return re.compile("".join(parts))
