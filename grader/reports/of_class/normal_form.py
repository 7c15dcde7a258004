"""The normal form of an answer: what is left of it without names, comments, docstrings, type hints, layout and stub.

Two answers have one normal form if their syntax trees are equal after these steps:

* imports, docstrings and type hints are left out, and so is every top-level statement that stands in the stub, too;
* a name to which the file gives a meaning is replaced by a number, in the order in which such names appear: variables,
  parameters, functions, classes, and attributes that the file itself assigns or defines;
* a name that an import brings is replaced by what is imported, whatever it is called here. All other names stay.

Nothing is weighed and no likeness is computed. Over answers of ten lines a score accuses innocents, because most of
what such answers have in common is the idiom that the lesson teaches.
"""

from __future__ import annotations

import ast
import hashlib
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from grader.policy.names import names_bound_by

Node = TypeVar("Node", bound=ast.AST)

_IMPORTS = (ast.Import, ast.ImportFrom)
_COUNTED = (ast.stmt, ast.expr, ast.comprehension, ast.excepthandler, ast.withitem, ast.keyword)
_LEFT_OUT = ("ctx", "annotation", "returns", "type_comment", "type_params")
_BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")

Outline = frozenset[str]
"""How the statements of a file lie in one another, without what stands in them."""


@dataclass(frozen=True, slots=True)
class NormalForm:
    """The normal form of one file. Equal digests mean equal trees.

    ``size`` counts statements and expressions beyond the stub: what the learner had to decide upon.
    """

    digest: str
    size: int


@dataclass(frozen=True, slots=True)
class _Stub:
    outlines: Outline
    forms: frozenset[str]


def outline(source: str, stub: str) -> Outline | None:
    """Return the outline of what an answer has beyond the stub; None if Python cannot read the answer.

    Answers of one normal form have one outline, which costs a tenth of it to find.
    """
    tree = _parsed(source)
    try:
        return None if tree is None else frozenset(map(_outline, _bare(tree.body))) - _read_stub(stub).outlines
    except RecursionError:
        return None


# Of a class that hands in the same file a hundred times, each file is read once.
@lru_cache(maxsize=1_000)
def normal_form(source: str, stub: str) -> NormalForm | None:
    """Return the normal form of an answer; None if Python cannot read the answer."""
    tree, given = _parsed(source), _read_stub(stub)
    if tree is None:
        return None
    try:
        own = [statement for statement in _bare(tree.body) if not _stands_in(given, statement, tree)]
        writing = _Numbering(tree)
        written = writing.of(own)
    except RecursionError:  # a sum of thousands of parts: Python's own parser has a deeper stack than we have
        return None
    digest = hashlib.sha256(written.encode("utf-8", "surrogatepass")).hexdigest()
    return NormalForm(digest=digest, size=writing.size)


def _parsed(source: str) -> ast.Module | None:
    # Parsed and never compiled: the compiler writes a nested ``finally`` down twice for every level.
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a backslash in a learner's text, on the instructor's screen
            return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


@lru_cache
def _read_stub(stub: str) -> _Stub:
    tree = _parsed(stub) or ast.Module(body=[], type_ignores=[])
    body = _bare(tree.body)
    return _Stub(frozenset(map(_outline, body)), frozenset(_Numbering(tree).of([statement]) for statement in body))


def _stands_in(given: _Stub, statement: ast.stmt, tree: ast.Module) -> bool:
    return _outline(statement) in given.outlines and _Numbering(tree).of([statement]) in given.forms


def _outline(statement: ast.AST) -> str:
    blocks = (getattr(statement, name, None) for name in _BLOCKS)
    inside = (",".join(map(_outline, _bare(block))) for block in blocks if isinstance(block, list))
    kind = ast.Assign if isinstance(statement, ast.AnnAssign) else type(statement)
    return f"{kind.__name__}({';'.join(inside)})"


def _bare(body: Sequence[Node]) -> list[Node]:
    """Leave out what runs nothing: imports, and texts that stand alone, as docstrings do."""
    return [statement for statement in body if not isinstance(statement, _IMPORTS) and not _is_text(statement)]


def _is_text(statement: ast.AST) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


class _Numbering:
    """Writes statements of one file down as text, with numbers in the place of the learner's own names."""

    def __init__(self, tree: ast.Module) -> None:
        nodes = tuple(ast.walk(tree))
        self._imported = {name: meant for node in nodes for name, meant in _imported(node)}
        self._own = frozenset(name for node in nodes for name in _bound(node) if not _is_of_python(name))
        self._attributes = frozenset(name for node in nodes for name in _attributes(node) if not _is_of_python(name))
        self._numbers: dict[str, int] = {}
        self.size = 0
        """How many statements and expressions have been written down."""

    def of(self, statements: Sequence[ast.AST]) -> str:
        return ";".join(map(self._written, statements))

    def _written(self, value: object) -> str:
        self.size += isinstance(value, _COUNTED)
        match value:
            case list():
                return f"[{','.join(map(self._written, value))}]"
            case ast.Constant():
                return repr(value.value)
            case ast.Name():
                return self._name(value.id)
            case ast.Attribute():
                name = self._number(value.attr) if value.attr in self._attributes else value.attr
                return f"{self._written(value.value)}.{name}"
            case ast.AnnAssign():
                # Without a value it only declares, but where a dataclass reads it.
                return f"Assign([{self._written(value.target)}],{self._written(value.value)})"
            case ast.Call():
                return self._call(value)
            case ast.AST():
                return self._record(value)
            case _:
                return repr(value)

    def _call(self, call: ast.Call) -> str:
        """Write a call. The keywords of another library's function are not the learner's to choose."""
        own = isinstance(call.func, ast.Name) and call.func.id in self._own
        keywords = [f"{self._keyword(one.arg, own=own)}={self._written(one.value)}" for one in call.keywords]
        return f"{self._written(call.func)}({self._written(call.args)},{','.join(keywords)})"

    def _keyword(self, name: str | None, *, own: bool) -> str:
        return "**" if name is None else self._name(name) if own else name

    def _record(self, node: ast.AST) -> str:
        fields = (self._field(name, getattr(node, name, None)) for name in node._fields if name not in _LEFT_OUT)
        return f"{type(node).__name__}({','.join(fields)})"

    def _field(self, name: str, value: object) -> str:
        if isinstance(value, str):
            return self._name(value)
        if name in _BLOCKS and isinstance(value, list):
            return self._written(_bare(value))
        if name == "names" and isinstance(value, list):  # of ``global`` and ``nonlocal``
            return ",".join(map(self._name, value))
        return self._written(value)

    def _name(self, name: str) -> str:
        if name in self._imported:
            return self._imported[name]
        return self._number(name) if name in self._own else name

    def _number(self, name: str) -> str:
        return f"#{self._numbers.setdefault(name, len(self._numbers))}"


def _is_of_python(name: str) -> bool:
    """Whether Python itself gives a name its meaning, as to ``__aiter__``."""
    return name.startswith("__") and name.endswith("__")


def _imported(node: ast.AST) -> Iterator[tuple[str, str]]:
    """Yield the names that an import brings into a file, with what they stand for."""
    if isinstance(node, ast.ImportFrom):
        for alias in node.names:
            yield alias.asname or alias.name, f"{'.' * node.level}{node.module or ''}.{alias.name}"
    elif isinstance(node, ast.Import):
        for alias in node.names:
            # ``import a.b`` brings ``a``, and ``import a.b as c`` brings ``a.b``.
            first = alias.name.partition(".")[0]
            yield (alias.asname, alias.name) if alias.asname else (first, first)


def _bound(node: ast.AST) -> Iterator[str]:
    """Yield the names to which the file itself gives a meaning here; an import gives that of another file."""
    if isinstance(node, ast.arg):
        yield node.arg
    elif not isinstance(node, ast.alias):
        yield from names_bound_by(node)


def _attributes(node: ast.AST) -> Iterator[str]:
    """Yield the attributes that a file itself gives to objects: what it assigns, and what stands in its classes."""
    if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
        yield node.attr
    elif isinstance(node, ast.ClassDef):
        for statement in node.body:
            targets = [statement, *getattr(statement, "targets", ()), getattr(statement, "target", statement)]
            yield from (name for target in targets for name in _bound(target))
