"""Exceptions that come of a forgotten ``await``, of one too many, or of a coroutine in the place of a function."""

from __future__ import annotations

import ast
import re

from grader.judge.explain.code import last_name, own_nodes
from grader.judge.explain.finding import Finding
from grader.judge.explain.raised import Raise
from grader.judge.explain.words import a

_NOT_AWAITABLE = re.compile(r"object (\w+) can't be used in 'await' expression|'(\w+)' object can't be awaited")


def awaits_nothing(raised: Raise) -> Finding | None:
    """``await`` on what is nothing to wait for, as ``await tg.start_soon(...)``."""
    found = _NOT_AWAITABLE.search(raised.message)
    if found is None:
        return None
    kind = found[1] or found[2]
    awaited = [node.value for node in raised.code.at(raised.line, ast.Await) if isinstance(node, ast.Await)]
    call = next((node for node in awaited if isinstance(node, ast.Call)), None)
    called = "" if call is None else ast.unparse(call.func)
    if kind in ("generator", "async_generator"):
        return _awaits_generator(raised, called, kind)
    if called.endswith(".start_soon"):
        return raised.finding(
            "not-awaitable",
            f"`{called}` starts a task and returns at once: it gives nothing to await",
            "take the `await` out; the end of the `async with` waits for the tasks",
        )
    what = "None" if kind == "NoneType" else a(kind)
    subject = f"what `{called}(...)` returns" if called else "what stands behind it"
    help = "take the `await` out"
    if raised.code.defines(called):
        help = f"take the `await` out, or make `{called}` an `async def`"
    elif not called and kind in ("function", "method"):
        help = f"call it: `await {ast.unparse(awaited[0])}(...)`" if awaited else "call it"
    elif not called and kind in ("list", "tuple", "set", "generator"):
        help = "await its items one by one, or start each of them in a task group"
    return raised.finding("not-awaitable", f"`await` waits for a coroutine, and {subject} is {what}", help)


_COROUTINE = re.compile(
    r"'(?:coroutine|async_generator_asend)'|(?<!not )a coroutine object|non-iterable coroutine object"
)


def _awaits_generator(raised: Raise, called: str, kind: str) -> Finding | None:
    """``await`` of a function that a ``yield`` has made a generator of."""
    name = called.rpartition(".")[2]
    for function in raised.code.named(name):
        if any(isinstance(node, ast.Yield | ast.YieldFrom) for node in own_nodes(function)):
            return raised.finding(
                "wrong-kind",
                f"`{name}` has a `yield`, which makes {a(kind)} of it; nothing can await that",
                "take the `yield` out, and `return` the value",
                function.lineno,
            )
    return None


_AITER = re.compile(r"received an object from __aiter__ that does not implement __anext__: (\w+)")


def async_aiter(raised: Raise) -> Finding | None:
    """``async def __aiter__``, whose call gives a coroutine."""
    found = _AITER.search(raised.message)
    made = raised.code.named("__aiter__")
    if found is None or not made:
        return None
    error = f"`__aiter__` gives {a(found[1])}, and `async for` needs an object with `__anext__`"
    help = "return an object that has `__anext__`, such as `self`"
    if found[1] == "coroutine":
        help = "write `def __aiter__(self)`, without `async`: only `__anext__` is awaited"
    return raised.finding("wrong-kind", error, help, made[0].lineno)


def coroutine_used(raised: Raise) -> Finding | None:
    """A coroutine in the place of the value that it would give: its call was not awaited."""
    if not _COROUTINE.search(raised.message):
        return None
    started = [
        node
        for node in raised.code.at(raised.line, ast.Call)
        if isinstance(node, ast.Call) and last_name(node.func) in ("start_soon", "start", "run_sync")
    ]
    for call in started:
        for argument in call.args[:1]:
            if isinstance(argument, ast.Call):
                return passed_a_call(raised, call, argument)
    return raised.finding(
        "await-missing",
        "a coroutine stands where a value is needed: the function was called and not awaited",
        "write `await` before the call",
    )


def passed_a_call(raised: Raise, start: ast.Call, argument: ast.Call) -> Finding:
    """``start_soon(fn())``: the call was made, and its coroutine given away in place of the function."""
    starter, function = ast.unparse(start.func), ast.unparse(argument.func)
    given = ", ".join([function, *map(ast.unparse, argument.args)])
    if argument.keywords:
        named = [ast.unparse(keyword) for keyword in argument.keywords]
        given = f"functools.partial({', '.join([given, *named])})"
    return raised.finding(
        "called-not-given",
        f"`{starter}` wants the function, and gets what calling `{function}(...)` gives",
        f"write `{starter}({given})`: without calling it",
    )


_NOT_ASYNC = re.compile(
    r"expected an async function|expecting an async function|not a coroutine function|got something unexpected"
    r"|to return a coroutine, but|partial' object has no attribute '__qualname__'"
)


def not_a_function(raised: Raise) -> Finding | None:
    """``start_soon`` of something that is no async function."""
    for node in raised.code.at(raised.line, ast.Call):
        if isinstance(node, ast.Call) and last_name(node.func) in ("start_soon", "start") and node.args:
            if isinstance(node.args[0], ast.Call) and raised.message.endswith("' object is not callable"):
                return passed_a_call(raised, node, node.args[0])
            if _NOT_ASYNC.search(raised.message):
                given = ast.unparse(node.args[0])
                return raised.finding(
                    "called-not-given",
                    f"`{ast.unparse(node.func)}` wants an async function, and `{given}` is none",
                    "give it an `async def`, and its arguments after it",
                )
    return None
