"""Reads the contract of an exercise: the numbered promises in the docstrings of its stub.

A promise begins with its number and a dot, as ``3. The results come back in argument order.``, and goes on in the lines
that are indented deeper, up to an empty one. The numbers count through the whole file, so that a hidden test can name
the promise that it proves by its number alone.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from grader.kit.faults import Problem

_NUMBERED = re.compile(r"(?P<indent>\s*)(?P<number>\d{1,3})\.\s+(?P<text>\S.*)")
_Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """One numbered sentence of a contract, or a few that belong together."""

    number: int
    text: str
    """Without its number, in one line."""
    line: int
    """Where it begins in the stub."""
    owner: str = ""
    """The qualified name of the function or class in whose docstring it stands; empty in that of the file."""

    def __str__(self) -> str:
        return f"{self.number}. {self.text}"


@lru_cache(maxsize=64)
def read_contract(stub: str) -> tuple[Promise, ...]:
    """The promises of a stub's text in the order of the file; none if Python cannot read it."""
    try:
        tree = ast.parse(stub)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    lines = stub.split("\n")
    docstrings = sorted(_docstrings(tree), key=lambda found: found[0].lineno)
    return tuple(replace(promise, owner=owner) for node, owner in docstrings for promise in _promises_of(node, lines))


def problems_of_numbers(promises: Iterable[Promise]) -> Iterator[Problem]:
    """What is wrong with the numbers: they are 1, 2, 3 and so on."""
    for expected, promise in enumerate(promises, start=1):
        if promise.number != expected:
            what = f"the promises of a contract are numbered 1, 2, 3 and so on, and {promise.number} stands here"
            hint = f"Number it {expected}, and those after it accordingly; a list of something else has dashes."
            yield Problem(promise.line, what, hint)
            return


def _docstrings(tree: ast.Module) -> Iterator[tuple[ast.Constant, str]]:
    """Each docstring, and the qualified name of what it belongs to."""
    pending: list[tuple[ast.AST, str]] = [(tree, "")]
    for node, owner in pending:  # grows meanwhile
        if isinstance(node, _Documented) and node.body and isinstance(node.body[0], ast.Expr):
            value = node.body[0].value
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                yield value, owner
        for inner in ast.iter_child_nodes(node):
            name = getattr(inner, "name", "") if isinstance(inner, _Documented) else ""
            pending.append((inner, ".".join(filter(None, (owner, name)))))


def _promises_of(docstring: ast.Constant, lines: list[str]) -> Iterator[Promise]:
    number, begins, indent, words = 0, 0, 0, [""]
    # The lines of the file, and not the text: that has other line numbers where a line is continued or escaped.
    for at in range(docstring.lineno, (docstring.end_lineno or docstring.lineno) + 1):
        line = lines[at - 1].replace('"""', "").replace("'''", "")
        match = _NUMBERED.fullmatch(line.rstrip())
        goes_on = bool(line.strip()) and len(line) - len(line.lstrip()) > indent
        if number and not goes_on:
            yield Promise(number=number, text=" ".join(words), line=begins)
            number = 0
        if match is not None and not number:
            number, begins, indent = int(match["number"]), at, len(match["indent"])
            words = match["text"].split()
        elif number:
            words += line.split()
    if number:
        yield Promise(number=number, text=" ".join(words), line=begins)
