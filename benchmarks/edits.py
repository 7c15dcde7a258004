"""The text of a right answer with its syntax tree, to be changed by operators that each make one mistake.

A change is an ``Edit`` of the text, so that comments, lines and layout stay as they are. An operator is a generator
function that yields the edits of one mutant after the other; ``@mistake`` registers it, and says which diagnosis is the
truth about its mutants and which others are true as well.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

Node = TypeVar("Node", bound=ast.AST)
Edits = tuple["Edit", ...]
Operator = Callable[["Answer"], Iterator[Edits]]

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True, slots=True)
class Edit:
    """Bytes ``start`` to ``end`` of the file are replaced."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """An operator and what its mutants are to be called."""

    operator: Operator
    root: str
    also: tuple[str, ...]


MISTAKES: list[Mistake] = []


def mistake(root: str, *also: str) -> Callable[[Operator], Operator]:
    """Register an operator."""

    def register(operator: Operator) -> Operator:
        MISTAKES.append(Mistake(operator=operator, root=root, also=also))
        return operator

    return register


# ---- an answer to change ---------------------------------------------------------------------------------------------


class Answer:
    """The text of a right answer with its syntax tree."""

    def __init__(self, source: str, asked: frozenset[str]) -> None:
        self.tree = ast.parse(source)
        self.asked = asked
        self._bytes = source.encode()
        starts, position = [0], 0
        for line in self._bytes.splitlines(keepends=True):
            position += len(line)
            starts.append(position)
        self._starts = starts
        self.parents = {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}

    def edited(self, edits: Edits) -> str:
        changed = self._bytes
        for edit in sorted(edits, key=lambda edit: edit.start, reverse=True):
            changed = changed[: edit.start] + edit.text.encode() + changed[edit.end :]
        return changed.decode()

    def all(self, *kinds: type[Node], below: ast.AST | None = None) -> list[Node]:
        """The nodes of some kinds, in the order of the text."""
        nodes = [node for node in ast.walk(below or self.tree) if isinstance(node, kinds)]
        return sorted(nodes, key=lambda node: (getattr(node, "lineno", 0), getattr(node, "col_offset", 0)))

    def public(self) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
        """The functions that the exercise asks for, with the methods of a class that it asks for."""
        classes = [node for node in self.tree.body if isinstance(node, ast.ClassDef) and not node.name.startswith("_")]
        of_module = [node for node in self.tree.body if self._is_asked(node)]
        # A helper class may have special methods of the same name; it has none of the others.
        asked = (node.body for node in classes if any(map(self._is_asked, node.body)))
        functions = (node for block in (of_module, *asked) for node in block)
        return [node for node in functions if isinstance(node, FUNCTIONS) and node.name in self.asked]

    def _is_asked(self, node: ast.stmt) -> bool:
        return isinstance(node, FUNCTIONS) and node.name in self.asked and not node.name.startswith("_")

    def around(self, node: ast.AST, *kinds: type[Node]) -> Node | None:
        """The innermost node of some kinds that has this one in it."""
        parent = self.parents.get(node)
        while parent is not None and not isinstance(parent, kinds):
            parent = self.parents.get(parent)
        return parent

    def span(self, node: ast.AST) -> tuple[int, int]:
        assert isinstance(node, ast.expr | ast.stmt | ast.excepthandler | ast.arg)
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return (
            self._starts[node.lineno - 1] + node.col_offset,
            self._starts[node.end_lineno - 1] + node.end_col_offset,
        )

    def text(self, node: ast.AST) -> str:
        start, end = self.span(node)
        return self._bytes[start:end].decode()

    def indent(self, node: ast.stmt) -> str:
        return " " * node.col_offset

    def put(self, node: ast.AST, text: str) -> Edit:
        """Write something in the place of a node."""
        return Edit(*self.span(node), text)

    def before(self, node: ast.stmt, text: str) -> Edit:
        """Write a statement in the line before another one."""
        start, _ = self.span(node)
        return Edit(start, start, f"{text}\n{self.indent(node)}")

    def after(self, node: ast.stmt, *lines: str) -> Edit:
        """Write lines behind a statement, as deep as it is."""
        _, end = self.span(node)
        return Edit(end, end, "".join(f"\n{self.indent(node)}{line}" for line in lines))

    def without(self, node: ast.stmt) -> Edit:
        """Take a statement out with its lines; the only one of a block becomes ``pass``."""
        blocks = (getattr(self.parents[node], name, None) for name in ("body", "orelse", "finalbody"))
        block = next(block for block in blocks if isinstance(block, list) and node in block)
        if len(block) == 1:
            return self.put(node, "pass")
        assert node.end_lineno is not None
        return Edit(self._starts[node.lineno - 1], self._starts[node.end_lineno], "")

    def body_alone(self, node: ast.stmt, body: list[ast.stmt], head: str = "") -> Edit:
        """Leave the body of a compound statement, behind ``head``, and nothing of what was round it."""
        start, _ = self.span(body[0])
        _, end = self.span(body[-1])
        lines = self._bytes[start:end].decode().splitlines()
        deeper = body[0].col_offset - node.col_offset
        kept = [lines[0], *(line[deeper:] if line[:deeper].isspace() else line for line in lines[1:])]
        return self.put(node, head + "\n".join(kept))

    # -- what all answers have in common

    def calls(self, *names: str) -> list[ast.Call]:
        """Calls of functions or methods of one of these names."""
        return [call for call in self.all(ast.Call) if called(call) in names]

    def statements(self, *names: str) -> list[tuple[ast.Expr, ast.Call]]:
        """Calls that are statements of their own."""
        pairs = ((self.parents[call], call) for call in self.calls(*names))
        return [(statement, call) for statement, call in pairs if isinstance(statement, ast.Expr)]

    def waiting(self) -> list[ast.stmt]:
        """The simple statements in which the work is awaited that callers want: ``results[i] = await fn()``."""
        awaited = (node for node in self.all(ast.Await) if isinstance(node.value, ast.Call))
        work = (node for node in awaited if re.match(r"fn$|receive|__anext__", called(node.value)))
        found = (self.around(node, ast.stmt) for node in work)
        return [node for node in found if isinstance(node, ast.Expr | ast.Assign | ast.Return)]

    def nested(self) -> list[ast.AsyncFunctionDef]:
        """Async functions inside of a function, which are run as tasks."""
        return [node for node in self.all(ast.AsyncFunctionDef) if self.around(node, *FUNCTIONS) is not None]


def called(call: ast.AST) -> str:
    """The name of the function or method that a node calls; empty if it is no call."""
    match call:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name
    return ""


def raised(node: ast.Raise) -> str:
    """The name of the exception that a node raises."""
    what = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
    return what.id if isinstance(what, ast.Name) else ""
