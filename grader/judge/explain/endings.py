"""Plays that did not come to their own end, in words for the line at which they were stopped."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator

from grader.judge.explain.code import Code, Loop, last_name, own_nodes
from grader.judge.explain.evidence import Case, Evidence
from grader.judge.explain.finding import Finding
from grader.wire.recording import Ended
from grader.wire.rows import Waiting

_SOCKETS = frozenset(
    {"connect", "create_connection", "recv", "recv_into", "send", "sendall", "accept", "makefile", "getaddrinfo"}
    | {"urlopen", "getresponse", "request", "read", "readline", "readlines", "get", "gethostbyname"}
)
_NETWORK = ("socket", "urllib", "http", "requests", "httpx", "urllib3", "ssl")
_CANCELLED = ("CancelledError", "Cancelled")
COMPUTING = "computing"
"""What a recording says of a step that uses CPU without an end."""
_AWAITING = (ast.Await, ast.AsyncFor, ast.AsyncWith)

# ---- the loop is held ------------------------------------------------------------------------------------------------


def blocked_loop(case: Case, evidence: Evidence) -> Finding | None:
    """A task holds the event loop: it sleeps, waits in a call that blocks, or computes."""
    shown, code = evidence.shown, case.code
    if shown.ended is not Ended.BLOCKED_LOOP:
        return None
    loop = code.loop_at(shown.line)
    never = next((remark.line for remark in shown.remarks if remark.slug == "never-awaited"), None)
    if never is not None and shown.reason == COMPUTING:
        return Finding(
            diagnosis="never-awaited",
            error="this calls an `async def` without `await`: nothing of it runs, and the loop round it never ends",
            help="write `await` before the call",
            line=never,
        )
    if shown.reason.startswith("time.sleep"):
        theirs = _call_that_sleeps(case, shown.line)
        error, help = _sleeps(shown.reason, loop) if theirs is None else _takes_long(case, theirs, shown.reason)
    elif shown.reason == "a call that blocks":
        error, help = _waits(case, shown.line)
    elif loop is not None and not code.holds(loop, *_AWAITING):
        error = "this loop goes round and round without an `await`, so that no other task can run and no time passes"
        help = "give the loop an end, or wait in it for what it needs"
        if not isinstance(loop, ast.While):
            help = "do less in it, or give way in it now and then: `await anyio.lowlevel.checkpoint()`"
    else:
        error = "this computes for so long that no other task gets a turn"
        help = "do less at a time, with `await anyio.lowlevel.checkpoint()` between the parts"
        help += ", or have a worker thread do it: `await anyio.to_thread.run_sync(fn)`" if case.threads else ""
    line = loop.lineno if loop is not None and shown.reason == COMPUTING else shown.line
    return Finding(diagnosis=Ended.BLOCKED_LOOP.value, error=error, help=help, line=line)


def never_returns(case: Case, evidence: Evidence) -> Finding | None:
    """A plain function computes without an end, or waits in a call that nothing ends."""
    shown, code = evidence.shown, case.code
    if shown.ended is not Ended.NEVER_RETURNS or (evidence.chosen and shown.looked):
        return None  # or the test has expected it, and knows what should have happened
    loop = code.loop_at(shown.line)
    if shown.reason != COMPUTING:
        error = f"`{_called_at(case, shown.line)}(...)` waits for something that never happens, so the call never ends"
        help = "do without it: no other code runs while this one waits, so that nothing can end the wait"
    elif isinstance(loop, ast.While):
        error = f"`while {ast.unparse(loop.test)}` goes round and round without an end, so the call does not come back"
        help = "find out what has to change for this loop to end, and give it a way out for when nothing can change it"
    elif loop is not None:
        error, help = "this loop goes on and on, so that the call does not come back", "give the loop an end"
    else:
        error, help = "this computes without an end, so that the call does not come back", "let it come to an end"
    line = loop.lineno if loop is not None and shown.reason == COMPUTING else shown.line
    return Finding(diagnosis=Ended.NEVER_RETURNS.value, error=error, help=help, line=line)


def _sleeps(call: str, loop: Loop | None) -> tuple[str, str]:
    instead = f"`await anyio.{call.removeprefix('time.')}`"
    if isinstance(loop, ast.While) and _asks_others(loop):
        condition = ast.unparse(loop.test)
        return (
            f"`{call}` stops all tasks, so that what `while {condition}` waits for cannot happen",
            "take the loop out and wait for the tasks themselves: the end of the `async with` does that",
        )
    return f"`{call}` stops all tasks, not only the one that calls it", f"write {instead}: only this task waits then"


def _call_that_sleeps(case: Case, line: int | None) -> ast.Call | None:
    """The call in this line that sleeps in code which is not the learner's; None where the learner's own line does."""
    calls = [node for node in case.code.at(line, ast.Call) if isinstance(node, ast.Call)]
    if any(ast.unparse(call.func).rpartition(".")[2] == "sleep" for call in calls):
        return None
    return next((call for call in calls if isinstance(call.func, ast.Name) and not _is_builtin(call.func)), None)


def _takes_long(case: Case, call: ast.Call, reason: str) -> tuple[str, str]:
    called = ast.unparse(call.func)
    seconds = reason.partition("(")[2].rstrip(")")
    help = (
        f"call it in a worker thread: `await to_thread.run_sync({', '.join([called, *map(ast.unparse, call.args)])})`"
    )
    return (
        f"`{called}(...)` takes {seconds} s in the thread of the event loop, and all tasks stand still meanwhile",
        help if case.threads else "use something that can be awaited in its place",
    )


def _asks_others(loop: ast.While) -> bool:
    """Whether the condition of a loop has names, and the loop changes none of them itself."""
    asked = {node.id for node in ast.walk(loop.test) if isinstance(node, ast.Name)}
    changed = {node.id for node in ast.walk(loop) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    return bool(asked) and asked.isdisjoint(changed)


def _waits(case: Case, line: int | None) -> tuple[str, str]:
    called = _called_at(case, line)
    error = f"`{called}(...)` waits without giving way, so that all other tasks stand still meanwhile"
    if _is_network(case.code, called):
        return error, "use anyio's own connection, which can be awaited: `await anyio.connect_tcp(host, port)`"
    help = "use something that can be awaited: an `anyio.Event`, an `anyio.Lock`, a memory stream"
    return error, help + (", or a worker thread: `await anyio.to_thread.run_sync(fn)`" if case.threads else "")


def _called_at(case: Case, line: int | None) -> str:
    """The name of the call in a line that waits."""
    calls = [node for node in case.code.at(line, ast.Call) if isinstance(node, ast.Call)]
    # Of `print(queue.get())` and of `results.append(future.result())` it is the inner one.
    waits = [call for call in calls if not _is_builtin(call.func) and last_name(call.func) not in _STORES]
    return ast.unparse((waits or calls)[0].func) if calls else "this call"


_STORES = ("append", "appendleft", "add", "extend", "insert", "setdefault", "update")
"""Methods of collections, none of which ever waits."""


def _is_builtin(function: ast.expr) -> bool:
    return isinstance(function, ast.Name) and hasattr(builtins, function.id)


def _is_network(code: Code, called: str) -> bool:
    imported = {name.partition(".")[0] for name in code.imported.values()}
    return called.rpartition(".")[2] in _SOCKETS and not imported.isdisjoint(_NETWORK)


# ---- a cancellation that is caught -----------------------------------------------------------------------------------


def caught_cancellation(case: Case, evidence: Evidence) -> Finding | None:
    """A handler takes the cancellation too: it comes out where nobody expects it, or the task never ends."""
    shown = evidence.shown
    # In a deadlock nothing is cancelled: a cancellation that was caught would come again at the next await.
    endings = (Ended.CRASHED, Ended.NEVER_YIELDS, Ended.LATE, Ended.LIMIT, Ended.BLOCKED_LOOP)
    if shown.ended not in endings or (shown.ended is Ended.BLOCKED_LOOP and shown.reason != COMPUTING):
        return None
    if shown.ended is Ended.CRASHED and not _escaped(evidence):
        return None
    lines = [None if shown.ended is Ended.CRASHED else shown.line]
    if shown.ended is Ended.LATE and shown.line is None:
        lines = [waiting.line for waiting in shown.waiting if waiting.line is not None]
    if shown.ended is Ended.BLOCKED_LOOP:
        # In a scope that is cancelled every `await` raises at once, so that such a loop never gives way.
        loop = case.code.loop_at(shown.line)
        lines = [node.lineno for node in ast.walk(loop) if isinstance(node, ast.Try)] if loop is not None else []
    handler = next((one for line in lines if (one := _catches_all(case.code, line)) is not None), None)
    if handler is None:
        return None
    return Finding(
        diagnosis="swallowed-cancellation",
        error=f"`{_written(handler)}` catches the cancellation too, and does not let it go on",
        help="catch `Exception`, which a cancellation is not, or end the handler with `raise`",
        line=handler.lineno,
    )


def _escaped(evidence: Evidence) -> bool:
    """Whether it was a cancellation that went through the event loop itself."""
    leaves = evidence.shown.error.leaves
    kinds = {kind.rpartition(".")[2] for leaf in leaves for kind in leaf.types}
    return not kinds.isdisjoint(_CANCELLED) or evidence.shown.reason in _CANCELLED


def _catches_all(code: Code, line: int | None) -> ast.ExceptHandler | None:
    """The first handler that catches cancellations and does not raise again; round that line, if there is one."""
    for tried in (node for node in code.nodes if isinstance(node, ast.Try)):
        if line is not None and not tried.lineno <= line <= (tried.end_lineno or 0):
            continue
        if not any(code.holds(part, *_AWAITING) for part in tried.body):
            continue
        for handler in tried.handlers:
            if keeps_cancellation(code, handler):
                return handler
    return None


def keeps_cancellation(code: Code, handler: ast.ExceptHandler) -> bool:
    """Whether a handler takes a cancellation and does not raise it again."""
    return catches_cancellation(handler) and not code.holds(handler, ast.Raise)


def catches_cancellation(handler: ast.ExceptHandler) -> bool:
    """Whether a handler takes what a cancelled task raises: a bare ``except``, or one that names it or its base."""
    if handler.type is None:
        return True
    names = [ast.unparse(node) for node in _named(handler.type)]
    return any(name.rpartition(".")[2] in ("BaseException", *_CANCELLED, "get_cancelled_exc_class()") for name in names)


def _named(expression: ast.expr) -> Iterator[ast.expr]:
    yield from expression.elts if isinstance(expression, ast.Tuple) else [expression]


def _written(handler: ast.ExceptHandler) -> str:
    return "except:" if handler.type is None else f"except {ast.unparse(handler.type)}"


# ---- nothing goes on -------------------------------------------------------------------------------------------------

_NEEDS = {
    "Event.wait": ("until the event is set", "call `event.set()` on every way, in a task that is started before"),
    "Lock.": ("for the lock", "let go of it on every way: `async with lock:` does that"),
    "Semaphore.": ("for the semaphore", "let go of it on every way: `async with semaphore:` does that"),
    "CapacityLimiter.": ("for the limiter", "let go of it on every way: `async with limiter:` does that"),
    "Condition.wait": ("to be notified", "call `condition.notify_all()` after each change"),
    "MemoryObjectReceiveStream.": (
        "for an item",
        "close the sending stream when the last item is sent (`async with send:`), so that the receiver sees the end",
    ),
    "UnreliableObjectReceiveStream.": (
        "for one more item",
        "receive just as many items as are sent, or close the sending stream behind the last: the loop ends only then",
    ),
    "MemoryObjectSendStream.": (
        "for somebody to receive",
        "start the receiver before, or give the stream a buffer: `create_memory_object_stream(n)`",
    ),
    "sleep_forever": ("for ever, as it says", "wait for what ends the wait: an event, the end of a group, a deadline"),
}
"""What a task waits for, by how the name of what it awaits begins, and what would end the wait."""


def deadlock(case: Case, evidence: Evidence) -> Finding | None:
    """Every task waits: the task that waits longest in a line of the submission, and what would end its wait."""
    shown = evidence.shown
    if shown.ended is not Ended.DEADLOCK:
        return None
    placed = [waiting for waiting in shown.waiting if waiting.line is not None]
    known = [(waiting, need) for waiting in placed for need in _NEEDS if waiting.awaiting.startswith(need)]
    if not known:
        return None
    first, found = min(known, key=lambda pair: pair[0].since)
    need, help = _NEEDS[found]
    return Finding(
        diagnosis=Ended.DEADLOCK.value,
        error=f"deadlock: `{_who(case.code, first)}` waits {need}, and no other task is left that could end the wait",
        help=help,
        line=first.line,
    )


def _who(code: Code, waiting: Waiting) -> str:
    """The function that waits, as the learner calls it."""
    function = code.function_at(waiting.line)
    return function.name if function is not None else waiting.task.rpartition(".<locals>.")[2]


def yields_in_a_group(case: Case, evidence: Evidence) -> Finding | None:
    """An async generator that is left while its task group is open: the group is closed in another task."""
    if evidence.shown.ended is not Ended.CRASHED:
        return None
    for function in case.code.functions:
        for node in own_nodes(function):
            if isinstance(node, ast.Yield) and any(outer in case.code.groups for outer in case.code.around(node)):
                return Finding(
                    diagnosis=Ended.CRASHED.value,
                    error="this `yield` stands in the block of a task group, which is left in another task then",
                    help="do without the group round the `yield`, or hand the items on through a memory stream",
                    line=node.lineno,
                )
    return None


# ---- the process ends ------------------------------------------------------------------------------------------------


def leaves_the_process(case: Case, evidence: Evidence) -> Finding | None:
    """``sys.exit()`` and its like."""
    shown = evidence.shown
    if shown.ended is not Ended.CRASHED or "sys.exit" not in shown.reason:
        return None
    return Finding(
        diagnosis=Ended.CRASHED.value,
        error="`sys.exit()` ends the whole Python process, with the event loop and all tasks in it",
        help="`return`, or raise an exception that says what is wrong",
        line=shown.line,
    )
