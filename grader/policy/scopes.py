"""Tells what a name was bound to, scope by scope: an argument, a value, a class, or something unknown.

``Names`` follows names to the libraries they come from and distinguishes no scopes. Here the scopes matter, because
``self`` is an object of the class in one method and a stranger in the next function.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_WITHOUT_NAMES = (ast.Constant, ast.expr_context, ast.operator, ast.boolop, ast.unaryop)
_LEAVING = (ast.Return, ast.Raise, ast.Continue, ast.Break)


class How(StrEnum):
    """How a name came by what it holds."""

    VALUE = "value"
    """``node`` is the expression."""
    ELEMENT = "element"
    """``node`` is what is gone through, by a loop or a comprehension."""
    CAUGHT = "caught"
    ARGUMENT = "argument"
    """``node`` is the ``ast.arg``."""
    FUNCTION = "function"
    CLASS = "class"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, eq=False)
class Binding:
    """One place that gives a name something to hold."""

    how: How
    node: ast.AST


@dataclass(slots=True, eq=False)
class Scope:
    """A function, class, comprehension or the file itself, with what its names are bound to."""

    node: ast.AST
    outer: Scope | None
    bindings: dict[str, list[Binding]] = field(default_factory=dict)

    def bind(self, name: str, how: How, node: ast.AST) -> None:
        self.bindings.setdefault(name, []).append(Binding(how, node))


@dataclass(frozen=True, slots=True, eq=False)
class Proof:
    """What ``isinstance(name, classes)`` has shown in the branch that is being read."""

    test: ast.Name
    """The word ``isinstance``, which the file may have given another meaning."""
    name: str
    classes: ast.expr
    before: Proof | None


class Scopes:
    """The scopes of one program, and where in them each name stands."""

    def __init__(self, tree: ast.Module) -> None:
        self.scope_of: dict[ast.AST, Scope] = {}
        """The scope in which a name is read, or a function, a class or the name of a pattern is defined."""
        self.proofs: dict[ast.Name, Proof] = {}
        self.owner: dict[ast.AST, ast.ClassDef] = {}
        """The class in whose body a function stands."""
        self.inside: dict[ast.AST, Scope] = {}
        """The scope of the body of each function and class."""
        self.stored: dict[str, list[ast.expr | None]] = {}
        """The values that attributes of each name are given anywhere in the file; None is an unknown one."""
        self.returned: dict[ast.AST, list[ast.expr | None]] = {}
        """What each function returns."""
        self.shared: set[str] = set()
        """The names that several scopes write, by ``global`` or ``nonlocal``."""
        self._pending: list[tuple[ast.AST, Scope, Proof | None]] = [(tree, Scope(tree, None), None)]
        self._bound: set[ast.AST] = set()
        while self._pending:
            self._visit(*self._pending.pop())

    def find(self, name: ast.Name) -> tuple[Scope, list[Binding]] | None:
        """The scope that a name belongs to and what binds it there; None for one that several scopes write."""
        if name.id in self.shared:
            return None
        scope = start = self.scope_of.get(name)
        while scope is not None:
            if name.id in scope.bindings and (scope is start or not isinstance(scope.node, ast.ClassDef)):
                return scope, scope.bindings[name.id]
            scope = scope.outer
        return None

    def _visit(self, node: ast.AST, scope: Scope, proof: Proof | None) -> None:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                self._enter_function(node, scope, proof)
            case ast.ClassDef():
                self._enter_class(node, scope, proof)
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                self._later(_children(node), Scope(node, scope), proof)
            case ast.If(test=test, body=body, orelse=otherwise):
                self._later([test, *otherwise], scope, proof)
                self._later(body, scope, _proved(test, proof))
            case ast.IfExp(test=test, body=result, orelse=other):
                self._later([test, other], scope, proof)
                self._later([result], scope, _proved(test, proof))
            case ast.BoolOp(op=ast.And(), values=values):
                for value in values:
                    self._later([value], scope, proof)
                    proof = _proved(value, proof)
            case ast.Name():
                self._name(node, scope, proof)
            case _:
                self._bind(node, scope)
                self._later(_children(node), scope, proof)

    def _later(self, nodes: Sequence[ast.AST], scope: Scope, proof: Proof | None) -> None:
        self._pending += [(node, scope, proof) for node in nodes]

    def _name(self, node: ast.Name, scope: Scope, proof: Proof | None) -> None:
        self.scope_of[node] = scope
        if proof is not None:
            self.proofs[node] = proof
        if isinstance(node.ctx, ast.Store) and node not in self._bound:
            _of_statements(scope).bind(node.id, How.UNKNOWN, node)

    def _enter_function(self, node: Function, scope: Scope, proof: Proof | None) -> None:
        inner = self.inside[node] = Scope(node, scope)
        arguments = node.args
        for argument in _arguments(arguments):
            inner.bind(argument.arg, How.ARGUMENT, argument)
        self.scope_of[node] = scope
        self.returned[node] = []
        self._later([*arguments.defaults, *filter(None, arguments.kw_defaults)], scope, proof)
        annotations = [argument.annotation for argument in _arguments(arguments)]
        self._later([*filter(None, annotations), *filter(None, [getattr(node, "returns", None)])], scope, None)
        if isinstance(node, ast.Lambda):
            self._later([node.body], inner, proof)
            return
        scope.bind(node.name, How.FUNCTION, node)
        if isinstance(scope.node, ast.ClassDef):
            self.owner[node] = scope.node
        self._later(node.decorator_list, scope, proof)
        self._block(node.body, inner, None)

    def _block(self, body: list[ast.stmt], scope: Scope, proof: Proof | None) -> None:
        """Read statements; after ``if not isinstance(x, A): return`` it is proved that ``x`` is an ``A``."""
        for statement in body:
            self._later([statement], scope, proof)
            match statement:
                case ast.If(test=ast.UnaryOp(op=ast.Not(), operand=test), body=[*_, last], orelse=[]) if isinstance(
                    last, _LEAVING
                ):
                    proof = _proved(test, proof)

    def _enter_class(self, node: ast.ClassDef, scope: Scope, proof: Proof | None) -> None:
        scope.bind(node.name, How.CLASS, node)
        self.scope_of[node] = scope
        self._later([*node.decorator_list, *node.bases, *node.keywords], scope, proof)
        self.inside[node] = Scope(node, scope)
        self._later(node.body, self.inside[node], proof)

    def _bind(self, node: ast.AST, scope: Scope) -> None:
        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    self._assign(target, value, scope)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                self._assign(target, value, scope)
            case ast.AnnAssign(target=ast.Name() as target):  # an annotation alone gives no value
                self._bound.add(target)
            case ast.NamedExpr(target=target, value=value):
                self._assign(target, value, _of_statements(scope))
            case ast.For(target=target, iter=iterated) | ast.AsyncFor(target=target, iter=iterated):
                self._go_through(target, iterated, scope)
            case ast.comprehension(target=target, iter=iterated):
                self._go_through(target, iterated, scope)
            case ast.ExceptHandler(name=str(name)):
                scope.bind(name, How.CAUGHT, node)
            case ast.alias(name=name, asname=asname):
                scope.bind((asname or name).partition(".")[0], How.UNKNOWN, node)
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                self.shared.update(names)
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
                self.scope_of[node] = scope
                scope.bind(name, How.UNKNOWN, node)
            case ast.Attribute(attr=name, ctx=ast.Store()) if node not in self._bound:
                self.stored.setdefault(name, []).append(None)
            case ast.Return(value=value):
                self.returned.setdefault(_of_statements(scope).node, []).append(value)
            case ast.Yield() | ast.YieldFrom():
                self.returned.setdefault(_of_statements(scope).node, []).append(node)  # unknown

    def _assign(self, target: ast.expr, value: ast.expr, scope: Scope) -> None:
        match target, value:
            case ast.Name(id=name), _:
                self._bound.add(target)
                scope.bind(name, How.VALUE, value)
                if isinstance(scope.node, ast.ClassDef):
                    self.stored.setdefault(name, []).append(value)
            case ast.Attribute(attr=name), _:
                self._bound.add(target)
                self.stored.setdefault(name, []).append(value)
            case ((ast.Tuple() | ast.List()), (ast.Tuple() | ast.List())) if len(target.elts) == len(value.elts):
                if not any(isinstance(part, ast.Starred) for part in (*target.elts, *value.elts)):
                    for inner, part in zip(target.elts, value.elts, strict=True):
                        self._assign(inner, part, scope)

    def _go_through(self, target: ast.expr, iterated: ast.expr, scope: Scope) -> None:
        match target, iterated:
            case ast.Name(id=name), _:
                self._bound.add(target)
                scope.bind(name, How.ELEMENT, iterated)
            case ast.Tuple(elts=[_, ast.Name() as inner]), ast.Call(func=ast.Name(id="enumerate"), args=[counted, *_]):
                self._go_through(inner, counted, scope)


def _children(node: ast.AST) -> list[ast.AST]:
    """The parts of a node that have parts or names of their own."""
    children: list[ast.AST] = []
    for name in node._fields:
        value = getattr(node, name, None)
        if type(value) is list:
            children += [item for item in value if isinstance(item, ast.AST)]
        elif isinstance(value, ast.AST) and not isinstance(value, _WITHOUT_NAMES):
            children.append(value)
    return children


def _of_statements(scope: Scope) -> Scope:
    """The scope that ``:=`` binds in, which is never that of a comprehension."""
    while isinstance(scope.node, _COMPREHENSIONS) and scope.outer is not None:
        scope = scope.outer
    return scope


def _arguments(arguments: ast.arguments) -> Iterator[ast.arg]:
    yield from (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    yield from filter(None, (arguments.vararg, arguments.kwarg))


def _proved(test: ast.expr, before: Proof | None) -> Proof | None:
    """What holds where the test is true."""
    match test:
        case ast.Call(func=ast.Name(id="isinstance") as test, args=[ast.Name(id=name), classes], keywords=[]):
            return Proof(test, name, classes, before)
        case ast.BoolOp(op=ast.And(), values=values):
            for value in values:
                before = _proved(value, before)
    return before
