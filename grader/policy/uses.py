"""Tells how a program uses its functions, classes and collections: called in view, or handed on out of sight."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator

from grader.policy.classes import Classes
from grader.policy.decorators import last_name
from grader.policy.program import Program
from grader.policy.scopes import Binding, How, Scope, Scopes

STARTING = frozenset({"start_soon", "start"})
"""The methods of a task group, which call their first argument with the others."""
_MOST_BINDINGS = 30
_ADDING = frozenset({"append", "appendleft", "add"})
ADDING_NOTHING = frozenset(
    {"get", "move_to_end", "pop", "popleft", "clear", "remove", "discard", "sort", "reverse", "index", "count", "copy"}
)
COLLECTIONS = frozenset({"list", "deque", "set", "tuple", "reversed", "sorted"})
_LOOKING = frozenset({"len", "bool", "enumerate", "isinstance", "issubclass", "type", "super", *COLLECTIONS})
_TYPING = frozenset({"cast", "TypeVar", "NewType"})


class Uses:
    """How the parts of one program are used."""

    def __init__(self, program: Program, scopes: Scopes, classes: Classes) -> None:
        self._scopes = scopes
        self.calls = {call.func: call for call in program.of(ast.Call)}
        """Each call by what is called."""
        self.starts = {
            call.args[0]: call
            for call in self.calls.values()
            if isinstance(call.func, ast.Attribute) and call.func.attr in STARTING and call.args
        }
        """Each call of ``start_soon`` by the function that is started."""
        self.called: dict[ast.AST, list[ast.Name]] = defaultdict(list)
        """The names by which functions, but for methods, are called or started."""
        self.mentions: dict[str, list[ast.Attribute]] = defaultdict(list)
        """Where the file takes an attribute that has the name of a method."""
        self.handed_on: set[object] = set()
        """The functions and classes whose use cannot be followed, and the places of such collections."""
        self.without_self: set[ast.AST] = set()
        """The methods that are used as functions while their class is made, or changed by a decorator of the file."""
        self.added: dict[object, list[ast.expr]] = defaultdict(list)
        """What is added to the collection that is kept in each place."""
        followed = set(_followed(program))
        for name in program.of(ast.Name):
            if isinstance(name.ctx, ast.Load):
                self._use_name(name, is_followed=name in followed)
        for attribute in program.of(ast.Attribute):
            if isinstance(attribute.ctx, ast.Load):
                if attribute.attr in classes.methods:
                    self.mentions[attribute.attr].append(attribute)
                if attribute not in followed:
                    self.handed_on.add(attribute.attr)
        for call in self.calls.values():
            self._use_call(call)
        for subscript in program.of(ast.Subscript):
            if not isinstance(subscript.ctx, ast.Load):
                self.handed_on.add(self.place(subscript.value))

    def place(self, node: ast.expr) -> object:
        """Where a collection is kept: a name in its scope, or any attribute of one name."""
        match node:
            case ast.Name():
                found = self._scopes.find(node)
                return (found[0], node.id) if found else None
            case ast.Attribute(attr=name):
                return name
        return None

    def _use_name(self, name: ast.Name, *, is_followed: bool) -> None:
        found = self._scopes.find(name)
        if found is None:
            return
        scope, bindings = found
        if len(bindings) > _MOST_BINDINGS:
            self._lose(scope, name.id, bindings)
            return
        functions = [binding.node for binding in bindings if binding.how is How.FUNCTION]
        if isinstance(scope.node, ast.ClassDef):
            # A body runs from top to bottom: `set` above of `def set(self)` is Python's own.
            known = [each for each in functions if getattr(each, "lineno", 0) < name.lineno]
            self.without_self.update(() if is_followed and name not in self.calls else known)
        elif len(bindings) > 1:
            self.handed_on.update(functions)
        elif functions and (name in self.calls or name in self.starts):
            self.called[functions[0]].append(name)
        else:
            self.handed_on.update(functions)
        if not is_followed:
            self.handed_on.add((scope, name.id))
            self.handed_on.update(binding.node for binding in bindings if binding.how is How.CLASS)

    def _lose(self, scope: Scope, name: str, bindings: list[Binding]) -> None:
        """Follow nothing that shares its name with many others: each use of the name would cost as much as all."""
        if (scope, name) not in self.handed_on:
            self.handed_on.update([(scope, name), *(binding.node for binding in bindings)])
            self.without_self.update(binding.node for binding in bindings if binding.how is How.FUNCTION)

    def _use_call(self, call: ast.Call) -> None:
        match call:
            case ast.Call(func=ast.Attribute(value=whose, attr=method), args=[added]) if method in _ADDING:
                self.added[self.place(whose)].append(added)
            case ast.Call(func=ast.Attribute(attr="__setattr__") | ast.Name(id="setattr"), args=[_, name, _]):
                if isinstance(name, ast.Constant) and isinstance(name.value, str):
                    self._scopes.stored.setdefault(name.value, []).append(None)
            case ast.Call(func=ast.Attribute(value=whose, attr=method)) if method not in ADDING_NOTHING:
                self.handed_on.add(self.place(whose))


def _followed(program: Program) -> Iterator[ast.AST]:
    """The places where a name or attribute may stand without being handed on."""
    for attribute in program.of(ast.Attribute):
        yield attribute.value
    for subscript in program.of(ast.Subscript):
        yield from (subscript.value, *_parts(subscript.slice))
    for united in program.of(ast.BinOp):
        yield from (united.left, united.right) if isinstance(united.op, ast.BitOr) else ()
    yield from (loop.iter for loop in program.of(ast.For))
    yield from (loop.iter for loop in program.of(ast.AsyncFor))
    yield from (loop.iter for loop in program.of(ast.comprehension))
    for owner in program.of(ast.ClassDef):
        yield from owner.bases
        yield from (another_name.value for another_name in owner.body if isinstance(another_name, ast.Assign))
    for handler in program.of(ast.ExceptHandler):
        yield from _parts(handler.type)
    for error in program.of(ast.Raise):
        yield from _parts(error.exc)
    for pattern in program.of(ast.MatchClass):
        yield pattern.cls
    yield from (branch.test for branch in program.of(ast.If))
    yield from (branch.test for branch in program.of(ast.IfExp))
    yield from (loop.test for loop in program.of(ast.While))
    for denied in program.of(ast.UnaryOp):
        yield denied.operand
    for comparison in program.of(ast.Compare):
        yield from (comparison.left, *comparison.comparators)
    for call in program.of(ast.Call):
        yield call.func
        if last_name(call.func) in ("__new__", "property"):
            yield from call.args
        elif last_name(call.func) in (_LOOKING | _TYPING):
            yield from (part for argument in call.args for part in _parts(argument))
    yield from _annotations(program)


def _annotations(program: Program) -> Iterator[ast.AST]:
    noted = [argument.annotation for argument in program.of(ast.arg)]
    noted += [statement.annotation for statement in program.of(ast.AnnAssign)]
    noted += [function.returns for function in program.functions()]
    for annotation in noted:
        if annotation is not None:
            yield from ast.walk(annotation)


def _parts(node: ast.expr | None) -> list[ast.expr]:
    match node:
        case None:
            return []
        case ast.Tuple(elts=elements):
            return elements
    return [node]
