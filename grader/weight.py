"""How much work a program is for Python's compiler, which may be out of all proportion to its length.

A ``finally`` block is compiled once for every way out of its ``try``: 516 bytes of them in each other took 9 GB, and
the computer with them (Python 3.11). A name is looked up through every scope round it, a class spells its own name out
in each hidden one, functions are compared with each other, and a pattern sorts what it captures: 1 to 2 s for 64 KiB.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass

MOST_WEIGHT = 100_000
"""About a quarter of a second. Dense code of 64 KiB weighs 40,000."""

MOST_NESTING = 15
"""Of 20 that Python promises; with more, its compiler crashes instead of saying so (3.12.1, 3.13.0)."""

_SAY_NOTHING = (ast.expr_context, ast.operator, ast.boolop, ast.unaryop, ast.cmpop)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_TYPES = tuple(getattr(ast, name) for name in ("TypeAlias", "TypeVar") if hasattr(ast, name))  # from Python 3.12 on
_SCOPES = (*_FUNCTIONS, ast.ClassDef, *_COMPREHENSIONS, *_TYPES)
_LEFT_IN_ORDER = (ast.Try, ast.TryStar, ast.With, ast.AsyncWith, ast.ExceptHandler)
_WEIGHTY = frozenset((*_SCOPES, *_LEFT_IN_ORDER, ast.Return, ast.Break, ast.Continue, ast.match_case))
_CATCHING = frozenset((*_COMPREHENSIONS, *_LEFT_IN_ORDER))
_NAME_LENGTH, _SCOPES_SQUARED, _PATTERN_SQUARED = 500, 50, 20
"""Measured: so much of each takes as long as one part of the tree."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flat:
    """A syntax tree as a list, outer parts first, without operators and the like: half of all, they say nothing."""

    nodes: list[ast.AST]
    parents: list[int]
    """Of each node, where in the list its parent is."""
    ends: list[int]
    """Of each node, where its children end. They stand side by side."""


def flatten(tree: ast.AST, *, most: int) -> Flat:
    """Lay out a tree without recursion; a little more than ``most`` nodes at most."""
    nodes, parents, ends = [tree], [0], list[int]()
    for index, node in enumerate(nodes):
        if len(nodes) > most:
            break
        for value in vars(node).values():
            if type(value) is list:
                nodes += [item for item in value if isinstance(item, ast.AST)]
            elif isinstance(value, ast.AST) and not isinstance(value, _SAY_NOTHING):
                nodes.append(value)
        parents += [index] * (len(nodes) - len(parents))
        ends.append(len(nodes))
    return Flat(nodes=nodes, parents=parents, ends=ends)


def weight(flat: Flat) -> int:
    """Count the parts that the compiler sees in a whole tree, with copies, and with what takes as long as a part."""
    sizes, ways = [1] * len(flat.nodes), [0] * len(flat.nodes)
    """Of each node, the parts in it and the ways out of it, itself included."""
    extra = scopes = 0
    for index in range(len(flat.nodes) - 1, -1, -1):
        node = flat.nodes[index]
        match node:
            case _ if type(node) not in _WEIGHTY:
                pass
            case ast.Try() | ast.TryStar():
                _copy_finally(sizes, ways, index, range(flat.ends[index] - len(node.finalbody), flat.ends[index]))
            case ast.With() | ast.AsyncWith() | ast.ExceptHandler():  # to be left in order, whichever way
                sizes[index] += ways[index]
            case ast.Return() | ast.Break() | ast.Continue():
                ways[index] = 1
            case ast.match_case():
                extra += sizes[flat.ends[index - 1]] ** 2 // _PATTERN_SQUARED
            case _:
                extra += sizes[index] * (1 + len(getattr(node, "name", "")) // _NAME_LENGTH)
                scopes += 1
                ways[index] = 0
        if index:
            sizes[flat.parents[index]] += sizes[index]
            ways[flat.parents[index]] += ways[index]
    return sizes[0] + extra + scopes**2 // _SCOPES_SQUARED


def _copy_finally(sizes: list[int], ways: list[int], index: int, last: range) -> None:
    inside, out = sum(sizes[each] for each in last), sum(ways[each] for each in last)
    copies = 1 + ways[index] - out  # beside the first one: for an exception, and for every other way
    sizes[index] += copies * inside
    ways[index] += copies * out


def nesting(flat: Flat) -> int:
    """Count the most blocks in each other whose errors have to be caught; comprehensions count since Python 3.12."""
    depths = [0] * len(flat.nodes)
    for index in range(len(flat.nodes) - 1, -1, -1):
        node = flat.nodes[index]
        if type(node) in _CATCHING:
            depths[index] += len(node.items) if isinstance(node, ast.With | ast.AsyncWith) else 1
        if depths[index] > depths[flat.parents[index]]:
            depths[flat.parents[index]] = depths[index]
    return depths[0]
