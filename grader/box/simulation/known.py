"""The places of a program in which other plays of it have hung: less evidence is needed there.

A place is the innermost loop round a line, or the line alone if it is in no loop. Not the whole function: a step that
computes for long elsewhere in it is as innocent as before.
"""

from __future__ import annotations

import ast
from collections.abc import Collection
from functools import cached_property
from types import FrameType

from grader.box.simulation.trace import is_student

_Place = tuple[int, int]
"""The first and the last line of a loop, or a line twice."""

_LOOPS = (ast.For, ast.AsyncFor, ast.While, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class KnownLines:
    """The lines in which plays have hung of a submission, whose ``source`` can be compiled."""

    def __init__(self, lines: Collection[int] = (), source: str = "") -> None:
        self._lines = frozenset(lines)
        self._source = source

    def __bool__(self) -> bool:
        return bool(self._lines)

    def __contains__(self, line: int | None) -> bool:
        return line in self._lines

    def holds(self, frame: FrameType | None) -> bool:
        """Whether a stack is in one of the places, be it in a function that is called there."""
        while frame is not None:
            if is_student(frame.f_code) and any(_is_in(place, frame) for place in self._places):
                return True
            frame = frame.f_back
        return False

    @cached_property
    def _places(self) -> list[_Place]:
        tree = ast.parse(self._source)
        return [_innermost(tree, line) for line in self._lines]


NOTHING_KNOWN = KnownLines()


def _is_in(place: _Place, frame: FrameType) -> bool:
    first, last = place
    # A function that is only defined in a loop is not that loop.
    return first <= (frame.f_lineno or 0) <= last and not first < frame.f_code.co_firstlineno <= last


def _innermost(tree: ast.AST, line: int) -> _Place:
    """The innermost loop round a line. The instructions do not tell: an ``except`` in it stands far behind it."""
    place = line, line
    for node in ast.walk(tree):  # what is outside comes before what is inside
        if not isinstance(node, (*_LOOPS, *_FUNCTIONS)):
            continue
        first, last = node.lineno, _last_line(node)
        if first <= line <= last:
            place = (line, line) if isinstance(node, _FUNCTIONS) else (first, last)
    return place


def _last_line(node: ast.AST) -> int:
    """The last line of a loop, without its ``else``, or of a function."""
    last = node.body[-1] if isinstance(node, (ast.For, ast.AsyncFor, ast.While)) else node
    return getattr(last, "end_lineno", None) or 0
