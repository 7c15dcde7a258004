"""Mistakes in what runs beside what, by comparison with the same play of the reference answer."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from grader.judge.explain.code import Code, Loop, last_name
from grader.judge.explain.evidence import Case, Evidence, differ
from grader.judge.explain.finding import Finding
from grader.judge.explain.tasks import expected, got, outcome
from grader.judge.explain.words import in_python
from grader.text import joined, seconds
from grader.wire.recording import Ended
from grader.wire.rows import MAX_WAITING, Span

_ONE_AT_A_TIME = ("Lock.",)
_LOCKS = (*_ONE_AT_A_TIME, "Semaphore.", "CapacityLimiter.")
_MAX_NAMES = 3
_MAX_ITEMS = 1000
"""Results that are compared each with each; their order says nothing more where there are so many."""


# ---- one after the other ---------------------------------------------------------------------------------------------


def one_after_the_other(case: Case, evidence: Evidence) -> Finding | None:
    """Of what the reference answer has under way together, each begins when the one before it has ended, or never."""
    mine, names = evidence.mine, evidence.together
    begun = sorted((mine[name] for name in names if name in mine), key=lambda span: span.start)
    if len(begun) < 2:
        begun, names = _only(evidence), evidence.siblings
    repeated = Counter(span.name for span in evidence.spans)
    never = [name for name in names if name not in repeated]
    if not begun or len(begun) + len(never) < 2 or any(repeated[name] > 1 for name in names):
        return None
    if any(not _after(earlier, later) for earlier, later in pairwise(begun)):
        return None
    line = evidence.line_in(begun[0])
    if line is None:
        return None
    group = _group_in_loop(case.code)
    return Finding(
        diagnosis="serial",
        error=_said(begun, never) if group is None else f"{_said(begun, never)}: the group is left in each turn",
        help=_HELP if group is None else "open the task group before the loop: its end waits for what it has started",
        line=line if group is None else group,
        got=_order_of(begun, never),
        expected=f"{joined([f'`{name}`' for name in names][:4])} under way at the same time",
    )


_HELP = "start all of them first, each in a task of its own (`tg.start_soon`), and wait then: the group's end does that"


def _group_in_loop(code: Code) -> int | None:
    """The line of a task group that is opened, and left, in each turn of a loop which starts tasks."""
    for start in code.starts:
        around = list(code.around(start.call))
        group = next((node for node in around if node in code.groups), None)
        if group is not None and any(isinstance(node, Loop) for node in around[around.index(group) :]):
            inside = around[: around.index(group)]
            return None if any(isinstance(node, Loop) for node in inside) else int(getattr(group, "lineno", 0))
    return None


def awaited_start(case: Case, evidence: Evidence) -> Finding | None:
    """``await tg.start_soon(...)``, which waits for the task where anyio hands one back."""
    if not (_took_longer(evidence) or evidence.shown.ended in (Ended.DEADLOCK, Ended.LATE)):
        return None
    for start in case.code.starts:
        if isinstance(case.code.parents.get(start.call), ast.Await) and last_name(start.call.func) == "start_soon":
            called = ast.unparse(start.call.func)
            return Finding(
                diagnosis="not-awaitable",
                error=f"`await {called}(...)` waits for this task before it goes on to start the next one",
                help="take the `await` out: the end of the `async with` waits for all tasks together",
                line=start.call.lineno,
            )
    return None


def _took_longer(evidence: Evidence) -> bool:
    if evidence.reference is None:
        return False
    mine, theirs = evidence.mine, evidence.theirs
    late = any(name in mine and differ(mine[name].start, span.start) for name, span in theirs.items())
    return late or differ(evidence.shown.elapsed, evidence.reference.elapsed)


def _only(evidence: Evidence) -> list[Span]:
    """The only sibling that began, if it has kept the others from beginning."""
    begun = [evidence.mine[name] for name in evidence.siblings if name in evidence.mine]
    return begun if len(begun) == 1 and _holds_up(evidence, begun[0]) else []


def _after(earlier: Span, later: Span) -> bool:
    return earlier.stopped is not None and earlier.start < earlier.stopped <= later.start


def _holds_up(evidence: Evidence, only: Span) -> bool:
    """Whether the only span that began has kept the others from beginning: they had as long as it took."""
    ended = evidence.shown.ended
    if only.stopped is None:
        return ended in (Ended.DEADLOCK, Ended.LATE)
    return only.stopped > only.start


def _said(begun: Sequence[Span], never: Sequence[str]) -> str:
    if len(begun) > 1:
        return f"one after the other: `{begun[1].name}` starts only when `{begun[0].name}` has ended"
    others = joined([f"`{name}`" for name in never[:_MAX_NAMES]])
    if begun[0].stopped is None:
        return (
            f"`{begun[0].name}` is awaited before {others} {'is' if len(never) == 1 else 'are'} started, and needs them"
        )
    return f"only `{begun[0].name}` is ever run: this line waits for it before {others} could start"


def _order_of(begun: Sequence[Span], never: Sequence[str]) -> str:
    times = [f"`{span.name}` from {seconds(span.start)}" + _until(span) for span in begun[:_MAX_NAMES]]
    return ", ".join([*times, *(f"`{name}` never" for name in never[:_MAX_NAMES])])


def _until(span: Span) -> str:
    return "" if span.stopped is None else f" to {seconds(span.stopped)}"


def one_at_a_time(case: Case, evidence: Evidence) -> Finding | None:
    """Tasks wait in one line for a lock, and the one that has it waits for them."""
    if evidence.shown.ended not in (Ended.DEADLOCK, Ended.LATE):
        return None
    waits = Counter(
        (waiting.line, waiting.awaiting.startswith(_ONE_AT_A_TIME))
        for waiting in evidence.shown.waiting
        if waiting.awaiting.startswith(_LOCKS) and waiting.line is not None
    )
    (line, one), count = waits.most_common(1)[0] if waits else ((None, True), 0)
    if count < 2 and not (count and evidence.siblings):
        return None
    # Of very many tasks that wait, only the first have crossed.
    many = f"{count}{' or more' if len(evidence.shown.waiting) >= MAX_WAITING else ''}"
    if count < 2:
        error = "one waits here for the lock that another one never lets go"
    elif one:
        error = f"only one at a time gets past this line: {many} wait here for the lock"
    else:
        error = f"only some get past this line, and the others wait until those are done: {many} wait here"
    return Finding(
        diagnosis="serial",
        error=error,
        help="let them run at the same time: take the lock away, or hold it only while something shared is changed",
        line=line,
    )


# ---- results in another order ----------------------------------------------------------------------------------------


def order_of_completion(case: Case, evidence: Evidence) -> Finding | None:
    """The right results in the order in which the functions ended, or in some other order."""
    found = outcome(case, evidence)
    if found is None or found[1] is None:
        return None
    mine, theirs = found[0].value, found[1].value
    if not isinstance(mine, list | tuple) or not isinstance(theirs, list | tuple):
        return None
    if list(mine) == list(theirs) or not _is_permutation(list(mine), list(theirs)):
        return None
    ended = sorted((span for span in evidence.spans if span.stopped is not None), key=lambda span: span.stopped or 0)
    by_end = [span.name for span in ended] == list(mine)
    order = "in the order in which the functions ended" if by_end else "in another order than the arguments"
    return Finding(
        diagnosis="completion-order",
        error=f"the results come {order}",
        help=_how_to_order(case),
        line=_line_of_append(case),
        got=got(case, evidence),
        expected=expected(case, evidence),
    )


def _is_permutation(mine: list[object], theirs: list[object]) -> bool:
    if len(mine) != len(theirs) or len(mine) > _MAX_ITEMS:
        return False
    left = list(theirs)
    for item in mine:
        if item not in left:
            return False
        left.remove(item)
    return True


def _line_of_append(case: Case) -> int | None:
    for node in case.code.nodes:
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in ("append", "insert")
        ):
            return node.lineno
    return None


def _how_to_order(case: Case) -> str:
    if _line_of_append(case) is not None:
        return "store each result by the position of its function, in a list of the right length, and do not append it"
    return "give each task the position of its function, and put the results in that order"


# ---- results that end too early --------------------------------------------------------------------------------------


def ends_at_a_falsy_item(case: Case, evidence: Evidence) -> Finding | None:
    """The right items up to one that is None, 0, False or empty, which was taken for the end."""
    found = outcome(case, evidence)
    if found is None or found[1] is None or FALSY not in case.catalogue:
        return None
    mine, theirs = found[0].value, found[1].value
    if not isinstance(mine, list) or not isinstance(theirs, list) or len(mine) >= len(theirs):
        return None
    missing = theirs[len(mine)]
    if list(mine) != theirs[: len(mine)] or missing:
        return None
    if not mine and not any(_looks_at_an_item(node) for node in case.code.nodes):
        return None  # nothing came, and that has another reason than its being false
    return Finding(
        diagnosis=FALSY,
        error=f"the items end before `{in_python(missing)}`, which is an item like any other and not the end",
        help="ask for the end by the exception that ends an iteration, and never by looking at the item",
        got=got(case, evidence),
        expected=expected(case, evidence),
    )


def _looks_at_an_item(node: ast.AST) -> bool:
    """Whether a line goes one way or the other by the truth of something, or by whether it is None or equal to it."""
    match node:
        case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test):
            return _is_truth(test)
        case ast.comprehension(ifs=ifs):
            return any(_is_truth(test) for test in ifs)
        case ast.Call(func=ast.Name(id="filter" | "iter" | "all" | "any" | "takewhile")):
            return True
    return isinstance(node, ast.BoolOp)


def _is_truth(test: ast.expr) -> bool:
    match test:
        case ast.Constant():
            return False  # `while True`
        case ast.Compare(ops=ops):
            return any(isinstance(op, ast.Is | ast.IsNot | ast.Eq | ast.NotEq) for op in ops)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return _is_truth(operand)
    return True


FALSY = "falsy-value"
"""A diagnosis that a kit may have."""
