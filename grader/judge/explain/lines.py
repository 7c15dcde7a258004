"""The learner's line to begin with, where no rule has named one."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping

from grader.judge.explain.code import Code, Definition, last_name, line_of_shield, own_nodes
from grader.judge.explain.endings import keeps_cancellation
from grader.judge.explain.telling import is_bug
from grader.wire import PLAIN
from grader.wire.recording import Ended, Recording, Trace


def line_to_look_at(slug: str, recording: Recording, code: Code, home: Definition | None = None) -> int | None:
    """Where the diagnosis arose: by what the play says, by what such mistakes look like, by the longest wait.

    ``home`` is the function or class in whose docstring the promise stands that is broken. A line that it does not
    come to is no place for it: with a channel, the longest wait is often at the other end. Without an event loop, what
    tasks wait for is the learner's own code as well, and says less than that.
    """
    if recording.line is not None:
        return recording.line
    if recording.ended is Ended.DEADLOCK:
        # The task that waits longest is the one that the others may be waiting for.
        placed = [waiting for waiting in recording.waiting if waiting.line is not None]
        return min(placed, key=lambda waiting: waiting.since).line if placed else first_definition(code)
    for remark in recording.remarks:
        if remark.slug == slug and remark.line is not None:
            return remark.line
    within = code.within_reach(home) if home is not None else None

    def is_near(line: int) -> bool:
        return within is None or line in within

    for leaf in recording.surprises:
        if leaf.line is None:
            continue
        if slug == "raised" or is_bug(leaf) or (_is_raise(code, leaf.line) and is_near(leaf.line)):
            return leaf.line
    if home is not None and recording.backend == PLAIN:
        return home.lineno
    looks = next(filter(is_near, LOOKS_LIKE[slug](code)), None) if slug in LOOKS_LIKE else None
    if looks is not None:
        return looks
    waited = longest_wait(recording.trace, is_near) if recording.trace is not None and slug != NO_WAIT else None
    return waited or (home.lineno if home is not None else first_definition(code))


NO_WAIT = "no-checkpoint"
"""The diagnosis of waits that are missing, which no wait explains."""


def _is_raise(code: Code, line: int) -> bool:
    return isinstance(code.statement(line), ast.Raise | ast.Assert)


# ---- what a mistake looks like ---------------------------------------------------------------------------------------


def _holds_cancellation_back(code: Code) -> Iterator[int]:
    """A shield, and a handler that takes the cancellation and does not raise it again."""
    for node in code.nodes:
        if (line := line_of_shield(node)) is not None:
            yield line
        if isinstance(node, ast.ExceptHandler) and keeps_cancellation(code, node):
            yield node.lineno


def _catches_errors(code: Code) -> Iterator[int]:
    """A handler that does not raise what it has caught, so that no task group hears of it."""
    handlers = [node for node in code.nodes if isinstance(node, ast.ExceptHandler)]
    yield from sorted(handler.lineno for handler in handlers if not code.holds(handler, ast.Raise))


def _keeps_errors(code: Code) -> Iterator[int]:
    """A handler that does not raise what it has caught; first those that do not even keep it for later."""
    handlers = [node for node in code.nodes if isinstance(node, ast.ExceptHandler)]
    yield from sorted(one.lineno for one in handlers if not code.holds(one, ast.Raise) and not _keeps(one))
    if not any(isinstance(node, ast.Raise) for node in code.nodes):
        yield from _catches_errors(code)


def _asks_for_none(code: Code) -> Iterator[int]:
    """A comparison with None, or a value taken for a yes or no."""
    for node in code.nodes:
        if isinstance(node, ast.Compare) and any(_is_none(part) for part in (node.left, *node.comparators)):
            yield node.lineno
    for node in code.nodes:
        if isinstance(node, ast.If | ast.IfExp | ast.While) and isinstance(
            _negated(node.test), ast.Name | ast.Subscript
        ):
            yield node.lineno
        if isinstance(node, ast.comprehension) and node.ifs:
            yield node.ifs[0].lineno


def _reads_at_once(code: Code) -> Iterator[int]:
    """A plain function, which runs when it is called, that takes items: all of them, or the first."""
    for function in code.functions:
        if isinstance(function, ast.AsyncFunctionDef):
            continue
        for node in own_nodes(function):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _TAKING:
                yield node.lineno


_TAKING = ("list", "tuple", "sorted", "next", "set", "deque")


def _leaves_open(code: Code) -> Iterator[int]:
    """A loop over an async iterator that is left early in a generator, and a connection without ``async with``."""
    for node in code.nodes:
        if isinstance(node, ast.AsyncFor) and code.holds(node, ast.Break, ast.Return):
            yield from sorted(inner.lineno for inner in ast.walk(node) if isinstance(inner, ast.Break | ast.Return))
    for node in code.nodes:
        if isinstance(node, ast.Call) and last_name(node.func) == "connect_tcp":
            around = next((outer for outer in code.around(node) if isinstance(outer, ast.stmt)), None)
            if not isinstance(around, ast.AsyncWith):
                yield node.lineno


def _gives_items(code: Code) -> Iterator[int]:
    """The method that gives the next item, where it awaits nothing."""
    methods = (function for function in code.functions if function.name == "__anext__")
    yield from (method.lineno for method in methods if not code.holds(method, ast.Await))


def _writes_request(code: Code) -> Iterator[int]:
    """The text or the bytes of an HTTP request."""
    for node in code.nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes):
            text = node.value if isinstance(node.value, str) else node.value.decode("latin-1")
            if "HTTP/1" in text:
                yield node.lineno


def _receives(code: Code) -> Iterator[int]:
    """The first call that receives a piece."""
    calls = [node for node in code.nodes if isinstance(node, ast.Call)]
    yield from sorted(call.lineno for call in calls if last_name(call.func) in ("receive", "recv"))


LOOKS_LIKE: Mapping[str, Callable[[Code], Iterator[int]]] = {
    "swallowed-cancellation": _holds_cancellation_back,
    "siblings-left-running": _catches_errors,
    "lost-error": _keeps_errors,
    "falsy-value": _asks_for_none,
    "read-ahead": _reads_at_once,
    "eager": _reads_at_once,
    "not-closed": _leaves_open,
    "no-checkpoint": _gives_items,
    "malformed-request": _writes_request,
    "partial-data": _receives,
}
"""Where mistakes of some kinds are likely to stand in a file."""


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _keeps(handler: ast.ExceptHandler) -> bool:
    """Whether a handler stores the exception, to be raised elsewhere: it appends it, or assigns it."""
    stores = [node for node in ast.walk(handler) if isinstance(node, ast.Assign | ast.Call | ast.AugAssign)]
    kept = [node.value if not isinstance(node, ast.Call) else node for node in stores if not _is_print(node)]
    return any(isinstance(one, ast.Name) and one.id == handler.name for node in kept for one in ast.walk(node))


def _is_print(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("print", "str", "repr")


def _negated(test: ast.expr) -> ast.expr:
    return test.operand if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not) else test


# ---- where a play waits ----------------------------------------------------------------------------------------------


def longest_wait(trace: Trace, is_near: Callable[[int], bool] = lambda line: True) -> int | None:
    """The learner's line in which tasks spent the most virtual time; if no time passed, the one with the most waits.

    Of the lines that ``is_near`` accepts.
    """
    waits: dict[int, float] = defaultdict(float)
    seconds: dict[int, float] = defaultdict(float)
    suspended: dict[int, tuple[float, int]] = {}
    for event in trace.events:
        if event.kind in ("wake", "print"):
            continue
        if event.task in suspended:
            since, line = suspended.pop(event.task)
            seconds[line] += event.time - since
        if event.kind == "suspend" and event.line is not None and is_near(event.line):
            suspended[event.task] = (event.time, event.line)
            waits[event.line] += 1
    for amounts in (seconds, waits):
        ranked = [(amount, -line) for line, amount in amounts.items() if amount > 0]
        if ranked:
            return -max(ranked)[1]  # of two lines alike, the first
    return None


def first_definition(code: Code) -> int | None:
    """The line of the first public function or class."""
    for node in code.tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            return node.lineno
    return None
