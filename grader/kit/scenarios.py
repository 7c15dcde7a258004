"""Finds the scenarios of ``scenarios.py`` that no hidden test can play or does play, from the text of both files."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator

from grader.kit.faults import Problem
from grader.kit.sources import Source

_STAGE = "stage"


def unused_scenarios(scenarios: Source, tests: Source, drawn: Collection[str] = ()) -> Iterator[Problem]:
    """What is wrong with each scenario whose name no hidden test has in a text, and no other scenario uses.

    ``drawn`` are the names of those that are played for a figure.
    """
    scenes = [node for node in scenarios.tree.body if isinstance(node, ast.AsyncFunctionDef) and _takes_stage(node)]
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


def doubled_scenarios(scenarios: Source) -> list[ast.AsyncFunctionDef]:
    """The scenarios that have the name of one before them, which Python forgets."""
    scenes = [node for node in scenarios.tree.body if isinstance(node, ast.AsyncFunctionDef) and _takes_stage(node)]
    first = {node.name: node for node in reversed(scenes)}
    return [node for node in scenes if node is not first[node.name]]


def _takes_stage(node: ast.AsyncFunctionDef) -> bool:
    arguments = (*node.args.posonlyargs, *node.args.args)
    return any(argument.arg == _STAGE for argument in arguments)


def _pattern(text: ast.JoinedStr) -> re.Pattern[str]:
    """What a text may be that is put together, as in ``play(f"fails_at_{place}")``."""
    parts = (re.escape(str(part.value)) if isinstance(part, ast.Constant) else r"\w*" for part in text.values)
    return re.compile("".join(parts))
