"""Calls of async functions whose result is never awaited, by the syntax tree: not every such call leaves a warning.

What ``aclose()`` of an async generator returns is dropped without one.
"""

from __future__ import annotations

import ast
import builtins
from functools import lru_cache

from grader.judge.explain.code import Code, own_nodes
from grader.judge.explain.evidence import Case, Evidence
from grader.judge.explain.finding import Finding

_OF_ANYIO = frozenset(
    {"anyio.sleep", "anyio.sleep_until", "anyio.sleep_forever", "anyio.wait_all_tasks_blocked"}
    | {"anyio.connect_tcp", "anyio.connect_unix", "anyio.getaddrinfo", "anyio.lowlevel.checkpoint"}
    | {"anyio.lowlevel.checkpoint_if_cancelled", "anyio.lowlevel.cancel_shielded_checkpoint"}
)
_METHODS = frozenset({"aclose", "__anext__", "__aexit__", "__aenter__", "asend"})
"""Methods that are async wherever they are."""


def called_and_dropped(case: Case, evidence: Evidence) -> Finding | None:
    """A call of an async function as a statement, without ``await``, or its result taken for a value."""
    return _first_dropped(case.code)


@lru_cache(maxsize=8)
def _first_dropped(code: Code) -> Finding | None:
    for node in code.nodes:
        call = _dropped(node, code)
        if call is not None:
            return Finding(
                diagnosis="never-awaited",
                error=f"`{ast.unparse(call.func)}(...)` is called here and never awaited, so nothing of it runs",
                help="write `await` before the call",
                line=call.lineno,
            )
    return None


def unawaited_at(code: Code, line: int | None) -> ast.Call | None:
    """The call on a line that gave a coroutine which nobody awaited.

    What is known to be async comes first, then what is no method of texts or lists, as ``text.encode()`` is, and no
    built-in function; the innermost of them, as that gives what the others only take.
    """
    calls = [node for node in code.at(line, ast.Call) if isinstance(node, ast.Call)]
    unknown = [call for call in calls if ast.unparse(call.func).rpartition(".")[2] not in _PLAIN]
    dropped = [call for call in unknown if not isinstance(code.parents.get(call), ast.Await)]
    known = [call for call in dropped if _is_async(call, code)]
    return next(reversed(known or dropped or unknown or calls), None)


_PLAIN = frozenset(name for kind in (str, bytes, list, dict, set) for name in dir(kind)) | frozenset(dir(builtins))
"""Names of what gives no coroutine, wherever it is called."""


def _dropped(node: ast.AST, code: Code) -> ast.Call | None:
    match node:
        case ast.Expr(value=ast.Call() as call) if _is_async(call, code):
            return call
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=ast.Attribute(attr="__anext__")) as call):
            return None if _is_awaited_later(name, node, code) else call
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr="append"), args=[ast.Call() as call])) if (
            isinstance(call.func, ast.Attribute) and call.func.attr == "__anext__"
        ):
            return call
        case ast.Return(value=ast.Call(func=ast.Attribute(attr="__anext__")) as call):
            return call if isinstance(code.owner(node), ast.AsyncFunctionDef) else None
    return None


def _is_async(call: ast.Call, code: Code) -> bool:
    """Whether calling this gives a coroutine, as far as its name tells."""
    dotted = code.dotted(call.func)
    if dotted in _OF_ANYIO:
        return True
    name = dotted.rpartition(".")[2] or (call.func.attr if isinstance(call.func, ast.Attribute) else "")
    if isinstance(call.func, ast.Attribute) and name in _METHODS:
        return True
    if isinstance(call.func, ast.Attribute) and _is_of_module(call.func, code):
        return False  # `anyio.run(...)`, whatever the submission calls `run`
    return (isinstance(call.func, ast.Attribute), name) in _coroutine_functions(code)


@lru_cache(maxsize=8)
def _coroutine_functions(code: Code) -> frozenset[tuple[bool, str]]:
    """The names by which the submission has coroutine functions alone, each with whether they are methods.

    `sock.connect(...)` is none of a submission that has a function `connect` of its own.
    """
    kinds = {True: set[tuple[bool, str]](), False: set[tuple[bool, str]]()}
    for function in code.functions:
        is_method = isinstance(code.parents[function], ast.ClassDef)
        kinds[_makes_a_coroutine(function)].add((is_method, function.name))
    return frozenset(kinds[True] - kinds[False])


def _is_of_module(function: ast.Attribute, code: Code) -> bool:
    first: ast.expr = function
    while isinstance(first, ast.Attribute):
        first = first.value
    return isinstance(first, ast.Name) and first.id in code.imported


def _makes_a_coroutine(function: ast.AST) -> bool:
    yields = any(isinstance(node, ast.Yield) for node in own_nodes(function))
    return isinstance(function, ast.AsyncFunctionDef) and not yields


def _is_awaited_later(name: str, node: ast.AST, code: Code) -> bool:
    return name in _names_awaited_in(code.owner(node) or code.tree)


@lru_cache(maxsize=8)
def _names_awaited_in(scope: ast.AST) -> frozenset[str]:
    awaited = (node.value for node in ast.walk(scope) if isinstance(node, ast.Await))
    return frozenset(value.id for value in awaited if isinstance(value, ast.Name))
