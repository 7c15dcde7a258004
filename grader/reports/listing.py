"""Chooses the lines of the learner's file that a play goes through, with the functions round them."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from grader.policy.submission import source_lines
from grader.text import clean_line

MAX_LINES = 48
"""Lines of one listing; ``learner.css`` can light as many."""
MAX_WIDTH = 100
AROUND = (6, 3, 1, 0)
"""Lines shown on either side where whole functions are too long, the most first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a listing. ``gap`` says that lines are left out before it."""

    number: int
    text: str
    gap: bool


def listing(source: str, lines: Collection[int]) -> tuple[Line, ...]:
    """Return these lines and the functions that they stand in; of long functions, what is near these lines."""
    written = source_lines(source)
    lines = {line for line in lines if 1 <= line <= len(written)}
    chosen = _chosen(list(_functions(source)), lines, last=len(written))
    return tuple(
        Line(number=number, text=_shown(written[number - 1]), gap=number - 1 not in chosen and number != min(chosen))
        for number in sorted(chosen)
    )


def _chosen(functions: list[tuple[int, int]], lines: set[int], *, last: int) -> set[int]:
    holding = [(first, end) for first, end in functions if any(first <= line <= end for line in lines)]
    whole = lines | {number for first, end in holding for number in range(first, min(end, last) + 1)}
    if len(whole) <= MAX_LINES:
        return whole
    heads = {first for first, _ in holding}
    for around in AROUND:
        near = {line + distance for line in lines for distance in range(-around, around + 1)}
        chosen = lines | (whole & near) | heads
        if len(chosen) <= MAX_LINES:
            return chosen
    return set(sorted(lines)[:MAX_LINES])


def _functions(source: str) -> Iterator[tuple[int, int]]:
    """Yield the first and the last line of each function and method; what is defined inside of one is part of it."""
    try:
        pending: list[ast.AST] = [ast.parse(source)]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return  # a file judged by another Python; the lines themselves are shown all the same
    while pending:
        for node in ast.iter_child_nodes(pending.pop()):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
                yield first, node.end_lineno or node.lineno
            else:
                pending.append(node)


def _shown(text: str) -> str:
    return clean_line(text.rstrip().replace("\t", "    "), MAX_WIDTH)
