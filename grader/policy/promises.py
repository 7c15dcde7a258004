"""What the functions of a stub promise to return, and how a submission defines them, read from their syntax alone.

The promise is the annotation: ``-> list[T]`` is a list. Most annotations allow more than one kind of value, so a
promise says which kinds keep it, or which break it; a type variable, ``Any`` and ``object`` are kept by everything.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from grader.policy.decorators import CHANGING_NOTHING, PROPERTIES, called, last_name
from grader.policy.interface import bindings

_Function = ast.FunctionDef | ast.AsyncFunctionDef

_KINDS: Mapping[str, tuple[str, ...]] = {
    "list": ("list",),
    "tuple": ("tuple",),
    "dict": ("dict",),
    "set": ("set", "frozenset"),
    "frozenset": ("frozenset", "set"),
    "str": ("str",),
    "bytes": ("bytes", "bytearray", "memoryview"),
    "bytearray": ("bytearray", "bytes"),
    "int": ("int",),
    "float": ("float", "int"),
    "bool": ("bool",),
    "complex": ("complex", "float", "int"),
}
"""The classes that keep the promise of an annotation; a bool is an int, as its bases say."""

_SCALARS = ("NoneType", "int", "float", "bool", "complex")
_CONTAINERS = ("list", "tuple", "dict", "set", "frozenset", "str", "bytes")
_ABSTRACT: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "AsyncIterator": ("an async iterator", (*_SCALARS, *_CONTAINERS, "coroutine")),
    "AsyncIterable": ("an async iterable", (*_SCALARS, *_CONTAINERS, "coroutine")),
    "AsyncGenerator": ("an async generator", (*_SCALARS, *_CONTAINERS, "coroutine")),
    "Iterator": ("an iterator", (*_SCALARS, *_CONTAINERS, "coroutine")),
    "Generator": ("a generator", (*_SCALARS, *_CONTAINERS, "coroutine")),
    "Iterable": ("an iterable", (*_SCALARS, "coroutine")),
    "Collection": ("a collection", (*_SCALARS, "coroutine")),
    "Sequence": ("a sequence", (*_SCALARS, "coroutine", "dict", "set")),
    "Mapping": ("a mapping", (*_SCALARS, "coroutine", "list", "tuple", "set", "str", "bytes")),
    "Callable": ("a function", (*_SCALARS, *_CONTAINERS)),
    "Awaitable": ("something to await", (*_SCALARS, *_CONTAINERS)),
    "Coroutine": ("a coroutine", (*_SCALARS, *_CONTAINERS)),
}
"""Annotations that many classes keep: their words, and the classes that do not keep them."""

_GENERATES = frozenset({"AsyncIterator", "AsyncIterable", "AsyncGenerator", "Iterator", "Generator", "Iterable"})


class Form(StrEnum):
    """What calling a function gives: its value, or an object in which its body is still to run."""

    PLAIN = "plain"
    COROUTINE = "coroutine"
    GENERATOR = "generator"
    ASYNC_GENERATOR = "async_generator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A function or method of the submission."""

    line: int
    last_line: int
    form: Form
    gives: bool
    """Whether it has a ``return`` with a value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What a public function or method of the stub promises to return."""

    name: str
    """Its qualified name, such as ``join`` or ``Stream.map``."""
    words: str
    """``a list``; ``a value`` if everything keeps the promise."""
    form: Form
    generates: bool
    """Whether the promise can be kept by a generator."""
    kept_by: tuple[str, ...] = ()
    """The classes that keep it; if there are none, all but those in ``broken_by``."""
    broken_by: tuple[str, ...] = ()

    @property
    def open(self) -> bool:
        """Whether every kind of value keeps it."""
        return not self.kept_by and not self.broken_by

    def allows(self, types: Sequence[str]) -> bool:
        """Whether a value of the class ``types[0]``, which has these bases, keeps it."""
        if self.kept_by:
            return any(name in self.kept_by for name in types)
        return not types or types[0] not in self.broken_by


@lru_cache(maxsize=32)
def promises(stub_source: str) -> tuple[Promise, ...]:
    """The promises of the public functions and methods of a stub; those that return nothing promise nothing.

    Neither do those that a decorator wraps: what a call of them gives is the decorator's business.
    """
    tree = ast.parse(stub_source)
    classes = frozenset(
        node.name
        for node in tree.body
        if isinstance(node, ast.ClassDef) and not any(_last(base) == "Protocol" for base in node.bases)
    )
    found = (_promise(name, node, classes) for name, node in _functions(tree) if _is_public(name))
    return tuple(promise for promise in found if promise is not None)


@lru_cache(maxsize=4)
def definitions(source: str) -> Mapping[str, Definition]:
    """The functions and methods at the top of a submission by qualified name, without those that a decorator wraps.

    Of several of one name it is the last, and none if the name stands for something else in the end.
    """
    return {
        name: Definition(
            line=node.lineno,
            last_line=node.end_lineno or node.lineno,
            form=_form(node),
            gives=any(_gives(inner) for inner in _own_nodes(node)),
        )
        for name, node in _functions(ast.parse(source))
    }


def in_words(kind: str) -> str:
    """A value of the class of that name, as ``Leaf.types`` writes it: ``a list``, ``None``, ``a Winner``."""
    name = _WORDS.get(kind, kind.rpartition(".")[2])
    if not name.isidentifier():
        return name if kind in _WORDS else "something else"
    return name if kind in _MASS else f"{'an' if name[0].lower() in 'aeiou' else 'a'} {name}"


_WORDS = {"NoneType": "None", "async_generator": "an async generator", "builtin_function_or_method": "a function"}
_MASS = ("NoneType", "bytes")


def _functions(tree: ast.Module) -> Iterator[tuple[str, _Function]]:
    for name, node in bindings(tree.body).items():
        if isinstance(node, _Function):
            yield from [] if _is_wrapped(node) else [(name, node)]
        if isinstance(node, ast.ClassDef):
            for inner_name, inner in bindings(node.body).items():
                if isinstance(inner, _Function) and not _is_wrapped(inner):
                    yield f"{name}.{inner_name}", inner


def _is_wrapped(node: _Function) -> bool:
    return any(last_name(called(decorator)) not in CHANGING_NOTHING | PROPERTIES for decorator in node.decorator_list)


def _is_public(name: str) -> bool:
    return all(not part.startswith("_") or part.endswith("__") for part in name.split("."))


def _promise(name: str, node: _Function, classes: frozenset[str]) -> Promise | None:
    if name.endswith("__init__"):
        return None
    annotation = _unquoted(node.returns)
    if isinstance(annotation, ast.Constant) and annotation.value is None:
        return None
    words, kept_by, broken_by = _meaning(annotation, classes)
    form = _form(node)
    return Promise(
        name=name,
        words=words,
        form=form,
        generates=form in (Form.GENERATOR, Form.ASYNC_GENERATOR) or _last(annotation) in _GENERATES,
        kept_by=kept_by,
        broken_by=broken_by,
    )


def _unquoted(annotation: ast.expr | None) -> ast.expr | None:
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        try:
            return ast.parse(annotation.value, mode="eval").body
        except SyntaxError:
            return None
    return annotation


_Meaning = tuple[str, tuple[str, ...], tuple[str, ...]]
"""The words of an annotation, the classes that keep its promise, and those that break it."""

_ANYTHING: _Meaning = ("a value", (), ())


def _meaning(annotation: ast.expr | None, classes: frozenset[str]) -> _Meaning:
    match annotation:
        case ast.Constant(value=None):
            return "None", ("NoneType",), ()
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _either([_meaning(_unquoted(part), classes) for part in (left, right)])
        case ast.Subscript(value=value, slice=inner) if _last(value) == "Optional":
            return _either([_meaning(_unquoted(inner), classes), ("None", ("NoneType",), ())])
        case ast.Subscript(value=value, slice=ast.Tuple(elts=parts)) if _last(value) == "Union":
            return _either([_meaning(_unquoted(part), classes) for part in parts])
    name = _last(annotation)
    if name in classes:
        return in_words(name), (f"submission.{name}",), ()
    if name.lower() in _KINDS:  # typing.List is a list
        return in_words(name.lower()), _KINDS[name.lower()], ()
    if name in _ABSTRACT:
        words, broken_by = _ABSTRACT[name]
        return words, (), broken_by
    return _ANYTHING


def _either(meanings: Sequence[_Meaning]) -> _Meaning:
    """The promise that one of several is kept; it is open if one of them is, or cannot be told by a class alone."""
    if not all(kept_by for _, kept_by, _ in meanings):
        return _ANYTHING
    words = " or ".join(dict.fromkeys(words for words, _, _ in meanings))
    return words, tuple(name for _, kept_by, _ in meanings for name in kept_by), ()


def _last(annotation: ast.expr | None) -> str:
    """``Sequence`` of ``collections.abc.Sequence[int]``; empty for what is no name."""
    while isinstance(annotation, ast.Subscript):
        annotation = annotation.value
    return "" if annotation is None else last_name(annotation)


# ---- the body of a function ------------------------------------------------------------------------------------------


def _form(node: _Function) -> Form:
    generates = any(isinstance(inner, ast.Yield | ast.YieldFrom) for inner in _own_nodes(node))
    if isinstance(node, ast.AsyncFunctionDef):
        return Form.ASYNC_GENERATOR if generates else Form.COROUTINE
    return Form.GENERATOR if generates else Form.PLAIN


def _gives(node: ast.AST) -> bool:
    if not isinstance(node, ast.Return) or node.value is None:
        return False
    return not (isinstance(node.value, ast.Constant) and node.value.value is None)


def _own_nodes(function: _Function) -> Iterator[ast.AST]:
    """The nodes in the body of a function, without those of functions and classes inside it."""
    pending: list[ast.AST] = list(function.body)
    while pending:
        node = pending.pop()
        yield node
        if not isinstance(node, _Function | ast.Lambda | ast.ClassDef):
            pending.extend(ast.iter_child_nodes(node))
