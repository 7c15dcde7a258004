"""Tells what the names of a program stand for: after ``import anyio as a``, ``a.sleep`` is ``anyio.sleep``.

Imports, assignments, default arguments and ``getattr`` with a constant name are followed, wherever in the file they
stand. This deters from shortcuts and protects against nothing: what a program can do is limited in the box.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from grader.policy.texts import Texts

_DEEPEST = 8
"""The most parts of a dotted name; without a limit, ``x = x.y`` would grow for ever."""
_ROUNDS = 4
"""The number of assignments through which a name is followed."""
_MOST_MEANINGS = 4
_TELLING = (
    *(ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef),
    *(ast.arg, ast.arguments, ast.Assign, ast.AnnAssign, ast.NamedExpr),
)
"""The kinds of nodes that give a name a meaning."""


class Names:
    """The meanings of the names of one program. A name may have several, because scopes are not distinguished."""

    def __init__(self, nodes: Iterable[ast.AST], texts: Texts) -> None:
        self._texts = texts
        self._meanings: dict[str, set[str]] = {}
        self._known: dict[ast.AST, tuple[str, ...]] = {}
        self.own: set[str] = set()
        """The names of the file's functions, classes, parameters and imports, which hide built-in names."""
        self.modules: set[str] = set()
        """The names that ``import`` statements give to whole modules."""
        assignments: list[tuple[str, ast.expr]] = []
        for node in nodes:
            if not isinstance(node, _TELLING):
                continue
            self._learn_import(node)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                self.own.add(node.name)
            elif isinstance(node, ast.arg):
                self.own.add(node.arg)
            assignments += _assignments(node)
        self._follow(assignments)

    def _learn_import(self, node: ast.AST) -> None:
        if isinstance(node, ast.Import):
            for alias in node.names:
                root = alias.name.partition(".")[0]
                self._learn_imported(alias.asname or root, alias.name if alias.asname else root)
                self.modules.add(alias.asname or root)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            for alias in node.names:
                self._learn_imported(alias.asname or alias.name, f"{node.module}.{alias.name}")

    def _learn_imported(self, name: str, meaning: str) -> None:
        self.own.add(name)
        self._learn(name, meaning)

    def _learn(self, name: str, meaning: str) -> bool:
        meanings = self._meanings.setdefault(name, set())
        if meaning in meanings or len(meanings) == _MOST_MEANINGS or meaning.count(".") >= _DEEPEST:
            return False
        meanings.add(meaning)
        return True

    def _follow(self, assignments: list[tuple[str, ast.expr]]) -> None:
        for _ in range(_ROUNDS):
            learned = [self._learn(name, meaning) for name, value in assignments for meaning in self._read(value)]
            if not any(learned):
                return

    def meanings(self, node: ast.AST) -> tuple[str, ...]:
        """Return the dotted names, beginning with a module, that an expression may stand for."""
        if node not in self._known:
            self._known[node] = self._read(node)
        return self._known[node]

    def _read(self, node: ast.AST) -> tuple[str, ...]:
        parts: list[str] = []
        while (step := self._step(node)) is not None and len(parts) < _DEEPEST:
            node, part = step
            parts.append(part)
            node = node.value if isinstance(node, ast.NamedExpr) else node
        if not isinstance(node, ast.Name):
            return ()
        return tuple(".".join([root, *reversed(parts)]) for root in sorted(self._meanings.get(node.id, ())))

    def _step(self, node: ast.AST) -> tuple[ast.expr, str] | None:
        """Split ``a.b``, in any spelling, into ``a`` and ``"b"``."""
        match node:
            case ast.Attribute(value=value, attr=name):
                return value, name
            case ast.Call(func=ast.Name(id="getattr"), args=[value, name, *_]):
                pass
            case ast.Subscript(value=ast.Attribute(value=value, attr="__dict__"), slice=name):
                pass
            case ast.Subscript(value=ast.Call(func=ast.Name(id="vars"), args=[value]), slice=name):
                pass
            case _:
                return None
        text = self._texts.of(name)
        return None if text is None else (value, text)


def _assignments(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    match node:
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                yield from _pairs(target, value)
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            yield from _pairs(target, value)
        case ast.NamedExpr(target=ast.Name(id=name), value=value):
            yield name, value
        case ast.arguments():
            positional = [*node.posonlyargs, *node.args]
            for argument, default in zip(reversed(positional), reversed(node.defaults), strict=False):
                yield argument.arg, default
            for argument, maybe in zip(node.kwonlyargs, node.kw_defaults, strict=True):
                if maybe is not None:
                    yield argument.arg, maybe


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    match target, value:
        case ast.Name(id=name), _:
            yield name, value
        case ((ast.Tuple() | ast.List()), (ast.Tuple() | ast.List())) if len(target.elts) == len(value.elts):
            for inner, part in zip(target.elts, value.elts, strict=True):
                if isinstance(inner, ast.Name):
                    yield inner.id, part


def whose_class(node: ast.AST) -> ast.expr | None:
    """The ``x`` of ``type(x)`` and ``x.__class__``."""
    match node:
        case ast.Call(func=ast.Name(id="type"), args=[whose]) | ast.Attribute(value=whose, attr="__class__"):
            return whose
    return None


def names_bound_by(node: ast.AST) -> Iterator[str]:
    """The names that a node gives something to stand for, without those that the nodes inside it bind."""
    match node:
        case ast.Name(id=name, ctx=ast.Store()):
            yield name
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
            yield name
        case ast.ExceptHandler(name=str(name)):
            yield name
        case ast.alias():
            yield node.asname or node.name.partition(".")[0]
