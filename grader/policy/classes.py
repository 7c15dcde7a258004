"""Tells what the classes of a file are made of: their ancestors, their methods, and the attributes that they define."""

from __future__ import annotations

import ast
import builtins
from collections import defaultdict
from typing import TypeAlias

from grader.policy.decorators import Decorators, called
from grader.policy.program import Program
from grader.policy.scopes import Binding, How, Scopes

Method: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef

_ROUNDS = 8
_MOST_ANCESTORS = 16
_HARMLESS_BASES = frozenset({"Generic", "NamedTuple", *vars(builtins)}) - {"type", "super", "property"}
_HARMLESS_DECORATORS = frozenset({"dataclass", "final", "total_ordering"})
_CLASS_METHOD, _STATIC_METHOD = frozenset({"classmethod"}), frozenset({"staticmethod"})
_OF_CLASSES = frozenset({"__new__", "__init_subclass__", "__class_getitem__"})


class Classes:
    """The classes of one program."""

    def __init__(self, program: Program, scopes: Scopes, asked: frozenset[str] | None) -> None:
        """``asked`` names the functions and methods that the exercise asks for. None: any public one may be."""
        self._scopes = scopes
        self._asked = asked
        self.decorators = Decorators(scopes)
        self.methods: dict[str, list[Method]] = defaultdict(list)
        """The methods of each name, in whatever class they stand."""
        self.bound_to_self: set[Method] = set()
        self.bound_to_class: set[Method] = set()
        """The methods whose first argument is an object of their class, or the class. Neither: static methods."""
        for method in program.functions():
            if method in scopes.owner:
                self._sort(method)
        owners = list(program.of(ast.ClassDef))
        for owner in owners:
            self._learn_other_names(owner)
        self._bases = {owner: [base for each in owner.bases if (base := self.named(each))] for owner in owners}
        self._family = {owner: self._find_family(owner) for owner in owners}
        self._defined = {owner: self._names_in_body(owner) for owner in owners}
        self._learn_from_methods(program)
        self._all_defined = frozenset[str]().union(*self._defined.values())
        self._solid = self._find_solid(owners)
        self._defined_by_solid = frozenset[str]().union(*(self._defined[owner] for owner in self._solid))
        self._fields: dict[ast.ClassDef, list[str]] = {}
        self._makers = {scopes.owner[method]: method for method in self.methods["__init__"]}

    def _sort(self, method: Method) -> None:
        self.methods[method.name].append(method)
        if self.decorators.has(method, _CLASS_METHOD) or method.name in _OF_CLASSES:
            self.bound_to_class.add(method)
        elif not self.decorators.has(method, _STATIC_METHOD):
            self.bound_to_self.add(method)

    def _learn_other_names(self, owner: ast.ClassDef) -> None:
        """Learn of ``__radd__ = __add__``, which gives a method another name."""
        own = {
            method.name: method for method in owner.body if isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef)
        }
        for statement in owner.body:
            match statement:
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.Name(id=known)) if known in own:
                    self.methods[name].append(own[known])

    def named(self, node: ast.expr) -> ast.ClassDef | None:
        """The class that a name, with or without ``[T]`` behind it, always stands for."""
        node = node.value if isinstance(node, ast.Subscript) else node
        match isinstance(node, ast.Name) and self._scopes.find(node):
            case _, [Binding(how=How.CLASS, node=ast.ClassDef() as owner)]:
                return owner
        return None

    def has(self, owner: ast.ClassDef, name: str) -> bool:
        """Whether an attribute of the class is defined by the file, and not by a library that it inherits from."""
        return owner in self._solid or any(name in self._defined[each] for each in self._family[owner])

    def is_public(self, function: Method) -> bool:
        """Whether the scenario may call a function: the exercise asks for it, or Python calls it by its own rules."""
        name = function.name
        if not isinstance(self._scopes.scope_of[function].node, ast.Module | ast.ClassDef):
            return False
        if name.startswith("__") and name.endswith("__"):
            return True
        return not name.startswith("_") if self._asked is None else name in self._asked

    def defines(self, name: str) -> bool:
        """Whether a class of the file defines such an attribute, or the file sets a private one of any object."""
        return name in self._all_defined or (name.startswith("_") and name in self._scopes.stored)

    def defines_without_libraries(self, name: str) -> bool:
        """Whether a class that inherits nothing from libraries defines an attribute of this name."""
        return name in self._defined_by_solid

    def is_solid(self, owner: ast.ClassDef) -> bool:
        """Whether all that the class does stands in the file."""
        return owner in self._solid

    def makes_own(self, owner: ast.ClassDef) -> bool:
        """Whether a call of the class gives an object of it."""
        return all(self.is_plain(each) and "__new__" not in self._defined[each] for each in self._family[owner])

    def is_plain(self, owner: ast.ClassDef) -> bool:
        """Whether the name of the class always stands for it, unchanged by a metaclass or a decorator."""
        bound_once = len(self._scopes.scope_of[owner].bindings[owner.name]) == 1
        return bound_once and not owner.keywords and all(map(self._is_harmless_decorator, owner.decorator_list))

    def _is_harmless_decorator(self, decorator: ast.expr) -> bool:
        return self.decorators.is_library(called(decorator), _HARMLESS_DECORATORS)

    def maker(self, owner: ast.ClassDef) -> Method | None:
        """The ``__init__`` that a call of the class runs, if the file has it."""
        return next((self._makers[each] for each in self._family[owner] if each in self._makers), None)

    def fields(self, owner: ast.ClassDef) -> list[str]:
        """The annotated names in the bodies of the class and its ancestors, which may be the fields of a dataclass."""
        if owner not in self._fields:
            found = (
                statement.target.id
                for each in reversed(self._family[owner])
                for statement in each.body
                if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)
            )
            self._fields[owner] = list(dict.fromkeys(found))
        return self._fields[owner]

    def _find_family(self, owner: ast.ClassDef) -> list[ast.ClassDef]:
        family = [owner]
        for each in family:
            family += [base for base in self._bases[each] if base not in family][: _MOST_ANCESTORS - len(family)]
        return family

    def _names_in_body(self, owner: ast.ClassDef) -> set[str]:
        names = set(self._scopes.inside[owner].bindings)
        for statement in owner.body:
            match statement:
                case ast.Assign(targets=[ast.Name(id="__slots__")], value=ast.Tuple(elts=slots) | ast.List(elts=slots)):
                    names.update(str(slot.value) for slot in slots if isinstance(slot, ast.Constant))
                case ast.AnnAssign(target=ast.Name(id=name)):
                    names.add(name)
        return names

    def _learn_from_methods(self, program: Program) -> None:
        """Learn the ``self.x = ...`` of the methods."""
        for attribute in program.of(ast.Attribute):
            if isinstance(attribute.ctx, ast.Store) and isinstance(attribute.value, ast.Name):
                match self._scopes.find(attribute.value):
                    case scope, [Binding(how=How.ARGUMENT, node=argument)] if scope.node in self.bound_to_self:
                        if argument is first_argument(scope.node):
                            self._defined[self._scopes.owner[scope.node]].add(attribute.attr)

    def _find_solid(self, owners: list[ast.ClassDef]) -> frozenset[ast.ClassDef]:
        found = {owner for owner in owners if self.makes_own(owner)}
        for _ in range(_ROUNDS):
            hollow = {owner for owner in found if not all(self._is_harmless(base, found) for base in owner.bases)}
            if not hollow:
                return frozenset(found)
            found -= hollow
        return frozenset()

    def _is_harmless(self, base: ast.expr, solid: set[ast.ClassDef]) -> bool:
        own = self.named(base)
        if own is not None:
            return own in solid
        return self.decorators.is_library(base.value if isinstance(base, ast.Subscript) else base, _HARMLESS_BASES)


def positional(function: ast.AST) -> list[ast.arg]:
    """The arguments of a function that a call may give by their places."""
    match function:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
            return [*function.args.posonlyargs, *function.args.args]
    return []


def first_argument(function: ast.AST) -> ast.arg | None:
    return next(iter(positional(function)), None)
