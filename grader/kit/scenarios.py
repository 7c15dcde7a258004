"""Finds the scenarios of ``scenarios.py`` that no hidden test plays, from the text of both files."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from grader.kit.faults import Problem
from grader.kit.sources import Source

_STAGE = "stage"


def unused_scenarios(scenarios: Source, tests: Source) -> Iterator[Problem]:
    """What is wrong with each scenario whose name no hidden test has in a text, and no other scenario uses."""
    texts = set(_texts(tests.tree))
    patterns = list(_patterns(tests.tree))
    named = {node.id for node in ast.walk(scenarios.tree) if isinstance(node, ast.Name)}
    # What is no Python may well be the line that plays it.
    broken = set(re.findall(r"\w+", tests.broken + scenarios.broken))
    for node in scenarios.tree.body:
        if not isinstance(node, ast.AsyncFunctionDef) or not _takes_stage(node):
            continue
        is_played = node.name in texts or any(pattern.fullmatch(node.name) for pattern in patterns)
        if not is_played and node.name not in named | broken:
            hint = f'Write a test that plays it, or take it out: `play("{node.name}")`.'
            yield Problem(node.lineno, f"no hidden test plays the scenario `{node.name}`", hint)


def _takes_stage(node: ast.AsyncFunctionDef) -> bool:
    arguments = (*node.args.posonlyargs, *node.args.args)
    return any(argument.arg == _STAGE for argument in arguments)


def _texts(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _patterns(tree: ast.Module) -> Iterator[re.Pattern[str]]:
    """What the texts may be that are put together, as in ``play(f"fails_at_{place}")``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts = (re.escape(str(part.value)) if isinstance(part, ast.Constant) else r"\w*" for part in node.values)
            yield re.compile("".join(parts))
