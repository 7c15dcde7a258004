"""What the names at the top level of a hidden test file stand for, told from its text alone."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from grader.kit.sources import Source

_DEFINED = re.compile(r"^\s*(?:async\s+)?(?:def|class)\s+(\w+)|^(\w+)\s*=(?!=)", re.MULTILINE)

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True, kw_only=True)
class TopLevel:
    """The imports of a file, and its constants: the names that are bound once, and nowhere else, to an expression."""

    imports: Mapping[str, str]
    """The dotted name of what is imported, by the name that it has in the file."""
    constants: Mapping[str, ast.expr]
    lost: frozenset[str]
    """The names that are defined in statements which are no Python."""

    def is_lost(self, node: ast.AST) -> bool:
        """Whether an expression uses a name that is defined in a statement which is no Python."""
        return any(isinstance(inner, ast.Name) and inner.id in self.lost for inner in ast.walk(node))

    def dotted(self, node: ast.expr) -> str:
        """The dotted name of what an expression stands for, as ``pytest.mark.skip``; empty for any other expression."""
        match node:
            case ast.Name(id=name):
                return self.imports.get(name, name)
            case ast.Attribute(value=owner, attr=name):
                of = self.dotted(owner)
                return of and f"{of}.{name}"
        return ""

    def resolved(self, node: ast.expr) -> ast.expr:
        """The expression to which a name is bound, if it is the name of a constant; else the expression itself."""
        met = set()
        while isinstance(node, ast.Name) and node.id in self.constants and node.id not in met:
            met.add(node.id)
            node = self.constants[node.id]
        return node


def top_level_of(source: Source) -> TopLevel:
    """Look through the top level of a file."""
    tree = source.tree
    times_bound = Counter(_names_bound(source))
    constants = {name: value for name, value in _assigned(tree) if value is not None and times_bound[name] == 1}
    lost = (name for pair in _DEFINED.findall(source.broken) for name in pair)
    return TopLevel(imports=dict(_imported(tree)), constants=constants, lost=frozenset(filter(None, lost)))


def _imported(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in tree.body:
        match node:
            case ast.Import(names=names):
                for alias in names:
                    whole = alias.name if alias.asname else alias.name.partition(".")[0]
                    yield alias.asname or whole, whole
            case ast.ImportFrom(module=str(module), names=names, level=0):
                for alias in names:
                    yield alias.asname or alias.name, f"{module}.{alias.name}"


def _assigned(tree: ast.Module) -> Iterator[tuple[str, ast.expr | None]]:
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                yield name, value
            case ast.AnnAssign(target=ast.Name(id=name), value=value):
                yield name, value


def _names_bound(source: Source) -> Iterator[str]:
    """Every name as often as something outside of a function binds it, or a function declares it global."""
    for node in source.nodes:
        if isinstance(node, ast.Global):
            yield from node.names
    pending: list[ast.AST] = [source.tree]
    while pending:
        node = pending.pop()
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                yield name
            case ast.alias(name=name, asname=other):
                yield other or name.partition(".")[0]
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
                continue
            case ast.Lambda():
                continue
        pending.extend(ast.iter_child_nodes(node))
