"""Tells what decorators make of the functions below them: whether ``self`` and the arguments are still as called."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from itertools import islice

from grader.policy.scopes import Binding, Scope, Scopes

_Function = ast.FunctionDef | ast.AsyncFunctionDef

PROPERTIES = frozenset({"property", "cached_property"})
CHANGING_NOTHING = frozenset(
    {"abstractmethod", "cache", "classmethod", "final", "lru_cache", "overload", "override", "staticmethod", "wraps"}
)
"""Decorators under which a call gives what the body returns."""
_MANAGERS = frozenset({"contextmanager", "asynccontextmanager"})
_MOST_TAKERS = 8
_OF_PROPERTIES = frozenset({"setter", "getter", "deleter"})


class Decorators:
    """The decorators of one program."""

    def __init__(self, scopes: Scopes) -> None:
        self._scopes = scopes
        self._transparent: dict[ast.AST, bool] = {}
        self._inner: dict[ast.AST, list[ast.FunctionDef]] = {}
        self._put_in_place: dict[ast.AST, list[_Function]] = {}

    def has(self, function: _Function, names: frozenset[str]) -> bool:
        """Whether a function has a decorator with one of these names, from a library and not from the file."""
        return any(self.is_library(called(each), names) for each in function.decorator_list)

    def is_library(self, node: ast.expr, names: frozenset[str]) -> bool:
        """Whether an expression is one of these names, of a library and not of the file."""
        root = node
        while isinstance(root, ast.Attribute):
            root = root.value
        if last_name(node) not in names or not isinstance(root, ast.Name):
            return False
        found = self._scopes.find(root)
        return found is None or all(isinstance(binding.node, ast.alias) for binding in found[1])

    def return_as_written(self, function: _Function) -> bool:
        """Whether a call of the function gives what its body returns."""
        return all(self.is_library(called(each), CHANGING_NOTHING) for each in function.decorator_list)

    def pass_on(self, function: _Function) -> bool:
        """Whether the function gets the arguments that its callers give, ``self`` among them."""
        return all(self._passes_on(each) for each in function.decorator_list)

    def may_replace(self, function: _Function) -> bool:
        """Whether a decorator of unknown origin gives the function whatever arguments it likes."""
        return not all(self._passes_on(each) or self._takers(each) for each in function.decorator_list)

    def _passes_on(self, decorator: ast.expr) -> bool:
        name = called(decorator)
        if self.is_library(name, CHANGING_NOTHING | _MANAGERS | PROPERTIES):
            return True
        match name:
            case ast.Attribute(value=ast.Name() as whose, attr=part) if part in _OF_PROPERTIES:
                found = self._scopes.find(whose)
                return found is not None and isinstance(found[0].node, ast.ClassDef)
        takers = self._takers(decorator)
        return bool(takers) and all(map(self._is_transparent, takers))

    def wrappers_of_methods(self, functions: Iterable[_Function]) -> frozenset[ast.AST]:
        """The functions that decorators of the file put in the place of methods, and of nothing else."""
        of_methods: set[ast.FunctionDef] = set()
        of_others: set[ast.FunctionDef] = set()
        for function in functions:
            for taker in (taker for decorator in function.decorator_list for taker in self._takers(decorator)):
                (of_methods if function in self._scopes.owner else of_others).add(taker)
        takers = of_methods - of_others
        return frozenset(inner for taker in takers for inner in taker.body if isinstance(inner, _Function))

    def wrappers(self, function: _Function) -> Iterator[_Function]:
        """The functions, of a few, that decorators of the file may put in the place of this one."""
        for taker in (taker for decorator in function.decorator_list for taker in self._takers(decorator)):
            if taker not in self._put_in_place:
                found = (each for each in taker.body if isinstance(each, _Function))
                self._put_in_place[taker] = list(islice(found, _MOST_TAKERS))
            yield from self._put_in_place[taker]

    def _takers(self, decorator: ast.expr) -> list[ast.FunctionDef]:
        """The functions of the file that a decorator gives the function to.

        ``@retry`` is such a function, ``@retry(3)`` makes one, and ``@Breaker(3)`` has one as its ``__call__``.
        """
        name = called(decorator)
        found = self._scopes.find(name) if isinstance(name, ast.Name) else None
        match found:
            case _, [Binding(node=ast.FunctionDef() as function)] if name is decorator:
                return [function]
            case _, [Binding(node=ast.FunctionDef() | ast.ClassDef() as maker)] if name is not decorator:
                return self._made_by(maker)
        return []

    def _made_by(self, outer: ast.FunctionDef | ast.ClassDef) -> list[ast.FunctionDef]:
        """The functions that a function may return, or the ``__call__`` of a class, unless they are many.

        With many of them, each decorator would cost as much.
        """
        if outer not in self._inner:
            functions = (each for each in outer.body if isinstance(each, ast.FunctionDef))
            found = (each for each in functions if isinstance(outer, ast.FunctionDef) or each.name == "__call__")
            self._inner[outer] = list(islice(found, _MOST_TAKERS + 1))
        inner = self._inner[outer]
        return inner if len(inner) <= _MOST_TAKERS else []

    def _is_transparent(self, taker: ast.FunctionDef) -> bool:
        """Whether the function gets the arguments of the wrapper that is put in its place."""
        if taker not in self._transparent:
            self._transparent[taker] = self._find_transparent(taker)
        return self._transparent[taker]

    def _find_transparent(self, taker: ast.FunctionDef) -> bool:
        inner = list(ast.walk(taker))
        position = int(taker.name == "__call__" and taker in self._scopes.owner)
        taken = taker.args.args[position : position + 1]
        wrappers = {each.name for each in inner if isinstance(each, _Function) and each is not taker}
        harmless = set(self._harmless(inner))
        for name in inner:
            if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Load) and name not in harmless:
                match self._scopes.find(name):
                    case _, [Binding(node=ast.arg() as argument), *_] if argument in taken:
                        return False
                    case _ if name.id in wrappers:
                        return False
        return bool(taken)

    def _harmless(self, nodes: list[ast.AST]) -> Iterator[ast.AST]:
        """The places where the function and its wrapper may stand, because no other object is put in as ``self``."""
        for node in nodes:
            match node:
                case ast.Call(func=ast.Name() as function, args=[first, *_]) if self._is_first(first, function):
                    yield function
                case ast.Call(func=function, args=arguments) if self.is_library(
                    called(function), frozenset({"wraps", "update_wrapper"})
                ):
                    yield from arguments
                case ast.Return(value=ast.Name() as value) | ast.Attribute(value=ast.Name() as value):
                    yield value

    def _is_first(self, given: ast.expr, function: ast.Name) -> bool:
        """Whether what is given is the first argument, or all arguments, of the wrapper around this call."""
        name = given.value if isinstance(given, ast.Starred) else given
        match isinstance(name, ast.Name) and self._scopes.find(name):
            case Scope(node=ast.FunctionDef() | ast.AsyncFunctionDef() as wrapper) as scope, [only] if (
                scope is _function_around(self._scopes, function)
            ):
                everything = [*wrapper.args.posonlyargs, *wrapper.args.args, wrapper.args.vararg]
                return only.node is everything[0] and isinstance(given, ast.Starred) == (only.node is everything[-1])
        return False


def _function_around(scopes: Scopes, name: ast.Name) -> Scope | None:
    scope: Scope | None = scopes.scope_of[name]
    while scope is not None and not isinstance(scope.node, _Function):
        scope = scope.outer
    return scope


def called(decorator: ast.expr) -> ast.expr:
    """The ``retry`` of ``retry(3)``."""
    return decorator.func if isinstance(decorator, ast.Call) else decorator


def last_name(node: ast.AST) -> str:
    """The ``c`` of ``a.b.c``, or nothing."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""
