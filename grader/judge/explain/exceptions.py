"""What an exception says that the learner's own line has raised: each function knows one kind by type and message.

Messages are CPython's, trio's and anyio's own, from Python 3.11 to 3.14; one that is worded anew is said
as it is.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Callable
from functools import lru_cache

from grader.judge.explain.awaiting import async_aiter, awaits_nothing, coroutine_used, not_a_function
from grader.judge.explain.calls import init_is_async, wrong_arguments
from grader.judge.explain.code import Code, own_nodes
from grader.judge.explain.finding import Finding
from grader.judge.explain.names import unbound_name, unknown_attribute, unknown_import, unknown_name
from grader.judge.explain.operands import no_order, number_and_text, unknown_host
from grader.judge.explain.raised import Raise
from grader.judge.explain.words import a
from grader.kit.diagnosis import NOT_WRITTEN
from grader.wire.rows import Leaf


def explain_exception(raised: Raise) -> Finding | None:
    """What to say of an exception that has a known cause; the first function that knows it decides."""
    return next((finding for rule in _RULES if (finding := rule(raised)) is not None), None)


# ---- names -----------------------------------------------------------------------------------------------------------


def name(raised: Raise) -> Finding | None:
    """A name or an attribute that does not exist, or a variable without a value."""
    if raised.kind == "UnboundLocalError":
        return unbound_name(raised.code, raised.message, raised.line)
    if raised.kind == "NameError":
        # A variable of an outer function that has no value yet raises a NameError, too.
        found = unknown_name(raised.code, raised.message, raised.line, raised.allowed)
        return found or unbound_name(raised.code, raised.message, raised.line)
    if raised.kind == "AttributeError":
        return unknown_attribute(raised.code, raised.message, raised.line)
    if raised.kind == "ImportError":
        return unknown_import(raised.message, raised.line)
    return None


# ---- async with, async for -------------------------------------------------------------------------------------------

_NO_MANAGER = re.compile(r"'(\w+)' object does not support the (asynchronous )?context manager protocol")
_NOT_ITERABLE = re.compile(r"'(\w+)' object is not (?:iterable|an iterator|reversible)")
_NOT_ASYNC_ITERABLE = re.compile(
    r"'async for' requires an (?:object with (?:an )?__aiter__ method|iterator with __anext__ method), got (\w+)"
)


def context_manager(raised: Raise) -> Finding | None:
    """``with`` for ``async with``, and the other way round."""
    found = _NO_MANAGER.search(raised.message)
    if found is None:
        return None
    kind, asynchronous = found[1], bool(found[2])
    opened = _opened(raised)
    if kind == "coroutine":
        word = "async with" if asynchronous else "with"
        return raised.finding(
            "await-missing",
            f"`{opened}` has to be awaited first: it is `{word}` of what it gives",
            f"write `{word} await {opened}`, or `async with` in place of `with` if it gives a group or a stream"
            if not asynchronous
            else f"write `{word} await {opened}`",
        )
    if kind in ("function", "method", "type"):
        return raised.finding("async-with", f"{a(kind)} is entered here, and not what it gives", "call it: add `(...)`")
    if hasattr(builtins, kind) or kind == "NoneType":
        return None
    if not asynchronous:
        return raised.finding(
            "async-with",
            f"`{opened}` is entered by `with`, and works with `async with` alone"
            if opened
            else f"{a(kind)} cannot be entered by `with`",
            "write `async with`: entering and leaving it may have to wait"
            if opened
            else f"enter the {kind} by an `async with` of its own",
        )
    return raised.finding(
        "async-with",
        f"{a(kind)} cannot be entered by `async with`",
        "write `with`, without `async`, or look at what it is",
    )


def _opened(raised: Raise) -> str:
    statement = raised.code.statement(raised.line)
    if isinstance(statement, ast.With | ast.AsyncWith) and len(statement.items) == 1:
        return ast.unparse(statement.items[0].context_expr)
    return ""


def loop(raised: Raise) -> Finding | None:
    """``for`` over what only ``async for`` can go through, and the other way round."""
    if found := _NOT_ASYNC_ITERABLE.search(raised.message):
        kind = found[1]
        error = f"`async for` cannot go through {a(kind)}"
        if kind == "coroutine":
            return raised.finding("await-missing", error, "write `await` before the call, or loop over what it gives")
        if kind in ("function", "method"):
            return raised.finding("async-for", error, "call it: what it gives may be gone through")
        return raised.finding("async-for", error, "write `for`, without `async`")
    found = _NOT_ITERABLE.search(raised.message)
    if found is None:
        return None
    kind = found[1]
    if kind == "NoneType":
        return raised.finding("none-used", "this goes through None", "find the line that should have given it a value")
    owner = raised.code.classes.get(kind)
    has_aiter = owner is not None and any(getattr(node, "name", "") == "__aiter__" for node in owner.body)
    if kind == "async_generator" or has_aiter or "Receive" in kind or kind.lower().endswith(("source", "stream")):
        maker = next(
            (
                f
                for f in ("list", "tuple", "set", "iter", "next", "sum", "sorted", "min", "max", "any", "all")
                if raised.code.at(raised.line, ast.Call) and _calls(raised, f)
            ),
            "",
        )
        where = f"`{maker}()`" if maker else "`for`"
        return raised.finding(
            "async-for",
            f"{where} cannot go through {a(kind)}: its items have to be awaited one by one",
            "write `await anext(...)`"
            if maker == "next"
            else "write `async for item in ...`, and take one item at a time",
        )
    return None


def _calls(raised: Raise, function: str) -> bool:
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == function
        for node in raised.code.at(raised.line, ast.Call)
    )


_NONE = re.compile(
    r"'NoneType' object (?:is not (?:subscriptable|callable)|does not support item)|non-iterable NoneType object"
    r"|for \S+: (?:'NoneType' and '|'\w+' and 'NoneType')|of type 'NoneType' has no"
)


def none_used(raised: Raise) -> Finding | None:
    """None where a value is needed: called, indexed, unpacked or added to."""
    if raised.kind != "TypeError" or not _NONE.search(raised.message):
        return None
    return raised.finding(
        "none-used", "a value on this line is None", "find the line or the call that should have given it another value"
    )


# ---- text and bytes --------------------------------------------------------------------------------------------------


def text_for_bytes(raised: Raise) -> Finding | None:
    """``str`` where ``bytes`` belong, or the other way round."""
    message = raised.message
    if raised.kind in ("UnicodeDecodeError", "UnicodeEncodeError"):
        return raised.finding(
            "text-for-bytes",
            "bytes that are no text are taken for text here",
            "decode only what is text, such as a header, and leave all else as bytes",
        )
    if raised.kind != "TypeError" or "bytes" not in message or "str" not in message:
        return None
    return raised.finding(
        "text-for-bytes",
        "text and bytes meet here, and Python never turns one into the other by itself",
        'write bytes as `b"..."`, and turn text into bytes with `.encode()`, bytes into text with `.decode()`',
    )


# ---- what ends an iteration ------------------------------------------------------------------------------------------


def stop_iteration(raised: Raise) -> Finding | None:
    """``StopIteration`` that wants to leave a coroutine, or ``StopAsyncIteration`` an async generator."""
    if "generator raised StopIteration" in raised.message:
        return raised.finding(
            "stop-iteration",
            "StopIteration wants to leave a function with a `yield`, which Python forbids",
            "catch it there and `return`: that ends a generator",
        )
    if "raised StopIteration" in raised.message:
        function = raised.code.function_at(raised.line)
        in_anext = function is None or function.name == "__anext__"
        return raised.finding(
            "stop-iteration",
            "StopIteration wants to leave an `async def`, which Python forbids: it turns it into a RuntimeError",
            "catch it there and `raise StopAsyncIteration`, which ends an `async for`"
            if in_anext
            else "catch it there, or go through the items with a `for` loop, which ends by itself",
            line_of_stop(raised.leaf, raised.code),
        )
    if "raised StopAsyncIteration" in raised.message:
        return raised.finding(
            "stop-iteration",
            "StopAsyncIteration wants to leave an async generator, which Python forbids",
            "write `return`: that ends an async generator",
        )
    return None


def line_of_stop(leaf: Leaf, code: Code) -> int | None:
    """The line that let a StopIteration out, which Python turns into an exception that does not name it."""
    return _first_that_lets_out(code) if "coroutine raised StopIteration" in leaf.message else None


@lru_cache(maxsize=8)
def _first_that_lets_out(code: Code) -> int | None:
    coroutines = (function for function in code.functions if isinstance(function, ast.AsyncFunctionDef))
    lines = [_lets_out(node, code) for function in coroutines for node in own_nodes(function)]
    return min((line for line in lines if line is not None), default=None)


def _lets_out(node: ast.AST, code: Code) -> int | None:
    match node:
        case ast.Raise(exc=ast.Name(id="StopIteration") | ast.Call(func=ast.Name(id="StopIteration"))):
            return node.lineno
        case ast.Call(func=ast.Name(id="next"), args=[_]):
            tried = any(isinstance(outer, ast.Try) for outer in code.around(node))
            return None if tried else node.lineno
    return None


def recursion(raised: Raise) -> Finding | None:
    """A function that calls itself for each item."""
    if raised.kind != "RecursionError":
        return None
    function = raised.code.function_at(raised.line)
    name = "the function" if function is None else f"`{function.name}`"
    return raised.finding(
        "recursion",
        f"{name} calls itself again and again, until Python allows no deeper call",
        "write a loop: each call that has not returned needs a frame, and there are about 1000",
    )


# ---- the event loop --------------------------------------------------------------------------------------------------

_RUN_IN_RUN = (
    "Already running",
    "from inside a run()",
    "cannot be called from a running event loop",
    "loop is already running",
)


def runs_a_loop(raised: Raise) -> Finding | None:
    """``anyio.run`` in code that runs in an event loop already, as everything does that the grader loads."""
    if raised.kind != "RuntimeError" or not any(text in raised.message for text in _RUN_IN_RUN):
        return None
    if raised.code.function_at(raised.line) is None:
        return raised.finding(
            "module-level",
            f"{_run_call(raised)} here runs when the file is loaded, inside of the event loop that plays your code",
            'take it out, or put it under `if __name__ == "__main__":`',
        )
    return raised.finding(
        "module-level",
        "this starts an event loop inside of the one that runs already",
        "write `await` and call the function",
    )


def _run_call(raised: Raise) -> str:
    calls = [node for node in raised.code.at(raised.line, ast.Call) if isinstance(node, ast.Call)]
    return f"`{ast.unparse(calls[0].func)}(...)`" if calls else "what stands"


def keyboard(raised: Raise) -> Finding | None:
    """``input()`` and ``breakpoint()``, for which there is nobody at a keyboard."""
    for call in ("input()", "breakpoint()"):
        if raised.kind == "RuntimeError" and raised.message.startswith(call):
            return raised.finding(
                "no-keyboard", f"`{call}` waits for a keyboard, and there is none here", f"take the `{call}` out"
            )
    return None


def not_entered(raised: Raise) -> Finding | None:
    """A task group that is used before it is entered, or after it was left."""
    if "task group is not active" not in raised.message and "Nursery is closed" not in raised.message:
        return None
    return raised.finding(
        "async-with",
        "the task group is not open here: it takes tasks between the beginning and the end of its `async with`",
        "move this line into the block of `async with anyio.create_task_group() as tg:`",
    )


_OF_ASYNCIO = (
    "no running event loop",
    "no current event loop",
    "trio.run received unrecognized yield message",
    "'NoneType' object has no attribute 'create_future'",
)


def of_asyncio(raised: Raise) -> Finding | None:
    """Something of asyncio, which trio does not have."""
    if not any(text in raised.message for text in _OF_ASYNCIO):
        return None
    return raised.finding(
        "one-backend-only",
        "this is asyncio's own, and the exercise is played on trio as well",
        "use what anyio has for it: a task group, `anyio.Event`, `anyio.sleep`",
    )


def still_a_stub(raised: Raise) -> Finding | None:
    """A function that nobody has written yet."""
    if raised.kind != "NotImplementedError":
        return None
    function = raised.code.function_at(raised.line)
    name = "this" if function is None else f"`{function.name}`"
    return raised.finding(
        NOT_WRITTEN, f"{name} is not written yet", "replace the `raise NotImplementedError` by your code"
    )


Rule = Callable[[Raise], Finding | None]

_RULES: tuple[Rule, ...] = (
    keyboard,
    still_a_stub,
    of_asyncio,
    not_a_function,
    name,
    stop_iteration,
    recursion,
    runs_a_loop,
    not_entered,
    context_manager,
    async_aiter,
    init_is_async,
    awaits_nothing,
    coroutine_used,
    loop,
    no_order,
    none_used,
    text_for_bytes,
    number_and_text,
    unknown_host,
    wrong_arguments,
)
