"""The name that was meant, where a name or an attribute does not exist."""

from __future__ import annotations

import ast
import builtins
import difflib
import importlib
import re
from collections.abc import Iterable

from grader.judge.explain.code import Code, Function, bound, own_nodes
from grader.judge.explain.finding import Finding
from grader.kit.exercise import PURE
from grader.policy.rules import PURE_MODULES

_UNKNOWN = re.compile(r"name '(\w+)' is not defined")
_UNBOUND = re.compile(r"(?:local|free) variable '(\w+)'")
_OF_MODULE = re.compile(r"module '([\w.]+)' has no attribute '(\w+)'")
_OF_OBJECT = re.compile(r"'([\w.]+)' object has no attribute '(\w+)'|type object '([\w.]+)' has no attribute '(\w+)'")
_OF_IMPORT = re.compile(r"cannot import name '(\w+)' from '([\w.]+)'")

_MODULES = frozenset(
    {"anyio", "anyio.abc", "anyio.lowlevel", "anyio.streams.memory", "anyio.to_thread", "anyio.from_thread"}
    | {"asyncio", "collections", "contextlib", "dataclasses", "functools", "itertools", "math", "random", "time"}
    | {"typing", "urllib.parse", "re", "json", "heapq", "operator", "string", "inspect"}
)
"""Modules whose names are looked up; importing one of them here does nothing else."""

ELSEWHERE = {
    "gather": "anyio.create_task_group()",
    "create_task": "`tg.start_soon(...)` of a task group",
    "ensure_future": "`tg.start_soon(...)` of a task group",
    "wait_for": "a timer: `anyio.sleep(...)` in a task of its own, which then cancels the group",
    "Queue": "anyio.create_memory_object_stream",
    "TaskGroup": "anyio.create_task_group()",
    "timeout": "a timer: `anyio.sleep(...)` in a task of its own, which then cancels the group",
    "open_connection": "anyio.connect_tcp",
    "CancelledError": "anyio.get_cancelled_exc_class()",
}
"""Names of asyncio that anyio has under another one, or does in another way.

Its `gather` and `fail_after` are off limits where they are the answer.
"""


# ---- a name ----------------------------------------------------------------------------------------------------------


def unknown_name(code: Code, message: str, line: int, allowed: Iterable[str]) -> Finding | None:
    """What to say of a NameError."""
    found = _UNKNOWN.search(message)
    if found is None:
        return None
    name = found[1]
    return Finding(
        diagnosis="unknown-name",
        error=f"the name `{name}` does not exist here",
        help=_help_for_name(code, name, line, allowed),
        line=line,
    )


def _help_for_name(code: Code, name: str, line: int, allowed: Iterable[str]) -> str:
    allowed = [*allowed]
    importable = allowed + sorted(_MODULES & PURE_MODULES if PURE in allowed else ())
    if name in {module.partition(".")[0] for module in importable}:
        return f"add `import {name}` at the top of the file"
    if name in _MODULES:
        return f"do without `{name}`, which this exercise does not import"
    if name in ELSEWHERE:
        return _elsewhere(name)
    home = next((module for module in ("anyio", "anyio.lowlevel", *importable) if name in _public(module)), "")
    if home in ("anyio", "anyio.lowlevel"):
        return f"write `{home}.{name}`, with `import {home}` at the top of the file"
    if home:
        return f"add `from {home} import {name}` at the top of the file"
    near = nearest(name, code.visible(line) | set(dir(builtins)))
    if near:
        return f"write `{near}`, if that is what you mean"
    here = code.visible(line)
    owner = next((one.name for one in code.functions if name in bound(one) and name not in here), "")
    if owner:
        return f"`{name}` belongs to `{owner}` alone: hand it on as an argument, or return it"
    return f"give `{name}` a value before this line, or correct its spelling"


def unbound_name(code: Code, message: str, line: int) -> Finding | None:
    """What to say of an UnboundLocalError: as a rule, an assignment that was meant for a variable further out."""
    found = _UNBOUND.search(message)
    if found is None:
        return None
    name, function = found[1], code.function_at(line)
    # A name that the function only reads is the outer one, which has no value yet.
    outer = None if function is None or name not in bound(function) else _scope_of(code, function, name)
    if function is None or outer is None:
        return Finding(
            diagnosis="no-value-yet",
            error=f"`{name}` is used before it has a value",
            help=f"give `{name}` a value on every way that leads to this line",
            line=line,
        )
    return not_its_own(function, name, outer)


def not_its_own(function: Function, name: str, outer: Function | ast.Module) -> Finding:
    """An assignment in an inner function makes a variable of its own, and the one that was meant stays as it is."""
    where = "the module" if isinstance(outer, ast.Module) else f"`{outer.name}`"
    word = "global" if isinstance(outer, ast.Module) else "nonlocal"
    stores = [
        node.lineno
        for node in own_nodes(function)
        if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store)
    ]
    return Finding(
        diagnosis="nonlocal",
        error=f"`{name}` is assigned in `{function.name}`, and so it is another variable than the `{name}` of {where}",
        help=f"write `{word} {name}` as the first line of `{function.name}`",
        line=min(stores, default=function.lineno),
    )


def _scope_of(code: Code, function: Function, name: str) -> Function | ast.Module | None:
    """The nearest scope round a function that binds the name, too."""
    node: ast.AST | None = code.parents.get(function)
    while node is not None:
        if isinstance(node, Function | ast.Module) and name in bound(node):
            return node
        node = code.parents.get(node)
    return None


# ---- an attribute ----------------------------------------------------------------------------------------------------


def unknown_attribute(code: Code, message: str, line: int) -> Finding | None:
    """What to say of an AttributeError."""
    if found := _OF_MODULE.search(message):
        return _of_module(found[1], found[2], line)
    found = _OF_OBJECT.search(message)
    if found is None:
        return None
    kind, name = found[1] or found[3], found[2] or found[4]
    if kind == "NoneType":
        return Finding(
            diagnosis="none-used",
            error=f"the value before `.{name}` is None here",
            help=_where_none_comes_from(code, name, line),
            line=line,
        )
    if kind == "coroutine":
        return Finding(
            diagnosis="await-missing",
            error=f"the value before `.{name}` is a coroutine: its function was called and not awaited",
            help="put `await` before the call, and the whole into parentheses",
            line=line,
        )
    return _of_object(code, kind.rpartition(".")[2], name, line)


def unknown_import(message: str, line: int) -> Finding | None:
    """What to say of an ImportError: a module does not have the name."""
    found = _OF_IMPORT.search(message)
    return None if found is None else _of_module(found[2], found[1], line)


def _of_module(module: str, name: str, line: int) -> Finding:
    near = nearest(name, _public(module))
    if module == "anyio" and name in ELSEWHERE:
        help = _elsewhere(name)
    elif near:
        help = f"write `{module}.{near}`, if that is what you mean"
    else:
        help = f"look up in the documentation of `{module}` what it is called"
    return Finding(diagnosis="unknown-name", error=f"`{module}` has no `{name}`", help=help, line=line)


def _elsewhere(name: str) -> str:
    return f"use {ELSEWHERE[name]}" if "`" in ELSEWHERE[name] else f"use `{ELSEWHERE[name]}`"


def _of_object(code: Code, kind: str, name: str, line: int) -> Finding:
    owner = code.classes.get(kind)
    known = _attributes(owner) if owner is not None else set(dir(_kind_of_value(kind)))
    near = nearest(name, known)
    if near:
        help = f"write `.{near}`, if that is what you mean"
    elif kind == "TaskHandle":
        help = "write `await` before the handle: that gives what its task returned"
    elif owner is not None:
        help = f"set `self.{name}` in `__init__` of `{kind}`, or define the method `{name}`"
    else:
        help = f"find out where the {kind} comes from, and what you expected in its place"
    article = "an" if kind[:1].lower() in "aeiou" else "a"
    return Finding(diagnosis="unknown-name", error=f"{article} `{kind}` has no `{name}`", help=help, line=line)


def _kind_of_value(kind: str) -> object:
    homes = [builtins, *map(importlib.import_module, ("anyio", "anyio.abc"))]
    return next((getattr(home, kind) for home in homes if hasattr(home, kind)), object)


def _where_none_comes_from(code: Code, name: str, line: int) -> str:
    for node in code.at(line, ast.Attribute):
        if isinstance(node, ast.Attribute) and node.attr == name:
            value = node.value.value if isinstance(node.value, ast.Await) else node.value
            if isinstance(value, ast.Call) and (called := ast.unparse(value.func)):
                return f"look at what `{called}` returns"
            if isinstance(value, ast.Name | ast.Attribute):
                return f"find the line that should have given `{ast.unparse(value)}` a value"
    return "find the line that should have given it a value"


def _attributes(owner: ast.ClassDef) -> set[str]:
    """What a class of the submission is known to have: what its body binds, and what its methods set on ``self``."""
    return bound(owner) | {
        node.attr
        for node in ast.walk(owner)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and isinstance(node.value, ast.Name)
    }


# ---- what is near ----------------------------------------------------------------------------------------------------


MAX_NAME = 40
"""Characters of a name for which another one may be meant: to compare two names takes the product of their lengths."""


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that was probably meant; empty if none is near, or if the name is very long."""
    if len(name) > MAX_NAME:
        return ""
    likely = (one for one in sorted(known) if len(one) <= MAX_NAME and not one.startswith("__"))
    folded = {one.replace("_", "").lower(): one for one in likely}
    if exact := folded.get(name.replace("_", "").lower()):
        return exact if exact != name else ""
    near = difflib.get_close_matches(name, sorted(folded.values()), n=1, cutoff=0.75)
    return near[0] if near else ""


def _public(module: str) -> set[str]:
    if module not in _MODULES:
        return set()
    found = importlib.import_module(module)
    # What a module has imported for itself is none of its names.
    return {name for name in getattr(found, "__all__", dir(found)) if not name.startswith("_")} - {*ELSEWHERE}
