"""Ways out of a function that lose something: its value, its error, or the tasks that it has just started."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grader.judge.explain.code import Code, Function, own_nodes
from grader.judge.explain.evidence import Case, Evidence
from grader.judge.explain.finding import Finding
from grader.judge.explain.tasks import expected, got, lacks_values, outcome
from grader.judge.explain.words import in_python
from grader.wire.recording import Ended
from grader.wire.values import Record

# ---- values ----------------------------------------------------------------------------------------------------------


def no_return(case: Case, evidence: Evidence) -> Finding | None:
    """A function without any ``return``, where the reference answer returned something.

    Where the stub promises a kind of value, ``returned`` says so; here any value would do.
    """
    found = outcome(case, evidence)
    if found is None or found[1] is None or found[0].value is not None or found[1].value is None:
        return None
    function = case.code.function(found[0].name)
    if function is None or any(
        isinstance(node, ast.Return | ast.Yield | ast.YieldFrom) for node in own_nodes(function)
    ):
        return None
    return Finding(
        diagnosis="nothing-returned",
        error=f"`{function.name}` has no `return`, so that it gives None, whatever it has found out",
        help=f"`return` the result at the end of `{function.name}`",
        line=function.lineno,
        got=got(case, evidence),
        expected=expected(case, evidence),
    )


def returns_error(case: Case, evidence: Evidence) -> Finding | None:
    """An exception that is made and returned, where it should be raised."""
    found = outcome(case, evidence)
    reference = evidence.reference
    if found is None or reference is None or reference.ended is not Ended.RAISED:
        return None
    function = case.code.function(found[0].name)
    if function is None or not {kind.rpartition(".")[2] for kind in found[0].types} & {"BaseException", "Exception"}:
        return None
    kind = found[0].types[0].rpartition(".")[2]
    for node in own_nodes(function):
        if isinstance(node, ast.Return) and node.value is not None and kind in ast.unparse(node.value):
            return Finding(
                diagnosis="wrong-kind",
                error=f"`{function.name}` returns the {kind} as if it were a result, and does not raise it",
                help=f"write `raise {ast.unparse(node.value)}`",
                line=node.lineno,
            )
    return None


def runs_off_the_end(case: Case, evidence: Evidence) -> Finding | None:
    """An ``__anext__`` that returns an item on one way only: on the other it gives None, which is taken for an item."""
    if not any(leaf.line is not None and "NoneType" in leaf.message for leaf in evidence.shown.surprises):
        found = outcome(case, evidence)
        if found is None or found[1] is None or not _has_more_none(found[0].value, found[1].value):
            return None
    for function in case.code.functions:
        returns = [node for node in own_nodes(function) if isinstance(node, ast.Return) and node.value is not None]
        if function.name == "__anext__" and returns and _may_end(function.body):
            return Finding(
                diagnosis="none-used",
                error="this `__anext__` may end without a `return`, and then gives None as if it were an item",
                help="ask the source again, in a `while True:` loop, until there is an item, or "
                "`raise StopAsyncIteration` at the end",
                line=function.lineno,
            )
    return None


def _has_more_none(mine: object, theirs: object) -> bool:
    """Whether a list has more None in it than the one that was expected."""
    if not isinstance(mine, list | tuple) or not isinstance(theirs, list | tuple):
        return False
    return mine.count(None) > theirs.count(None)


def _may_end(body: list[ast.stmt]) -> bool:
    """Whether a body can come to its end, as far as its last statement tells."""
    match body[-1]:
        case ast.Return() | ast.Raise():
            return False
        case ast.If(body=first, orelse=second):
            return not second or _may_end(first) or _may_end(second)
        case ast.While(test=ast.Constant(value=True)):
            return any(isinstance(node, ast.Break) for node in ast.walk(body[-1]))
        case ast.With(body=inner) | ast.AsyncWith(body=inner):
            return _may_end(inner)
        case ast.Try(body=inner, handlers=handlers, finalbody=last):
            ways = [inner, *(handler.body for handler in handlers)]
            return any(_may_end(way) for way in ways) and (not last or _may_end(last))
    return True


def swapped_fields(case: Case, evidence: Evidence) -> Finding | None:
    """An object that has the right values in the wrong fields: its arguments were given in another order."""
    found = outcome(case, evidence)
    mine, theirs = (found[0].value, found[1].value) if found is not None and found[1] is not None else (None, None)
    if not isinstance(mine, Record) or not isinstance(theirs, Record) or mine.type_name != theirs.type_name:
        return None
    texts = [[in_python(value) for _, value in record.fields] for record in (mine, theirs)]
    if texts[0] == texts[1] or sorted(texts[0]) != sorted(texts[1]):
        return None
    name = mine.type_name.rpartition(".")[2]
    fields = ", ".join(field for field, _ in theirs.fields)
    return Finding(
        diagnosis="wrong-arguments",
        error=f"this `{name}` has the right values in the wrong fields",
        help=f"give them in the order of the fields, or by name: `{name}({fields})`",
        line=next(_made(case.code, name), None),
        got=got(case, evidence),
        expected=expected(case, evidence),
    )


def _made(code: Code, name: str) -> Iterator[int]:
    """The lines in which an object of a class is made."""
    calls = (node for node in ast.walk(code.tree) if isinstance(node, ast.Call))
    yield from (call.lineno for call in calls if isinstance(call.func, ast.Name) and call.func.id == name)


# ---- errors ----------------------------------------------------------------------------------------------------------


def return_in_finally(case: Case, evidence: Evidence) -> Finding | None:
    """``return`` in a ``finally``, where the reference answer let an error or a cancellation go on its way."""
    if not _kept(evidence):
        return None
    for node in ast.walk(case.code.tree):
        if not isinstance(node, ast.Try):
            continue
        for last in node.finalbody:
            if isinstance(last, ast.Return):
                return Finding(
                    diagnosis=evidence.slug,
                    error="`return` in a `finally` throws away the error, or the cancellation, that is on its way",
                    help="move the `return` behind the `try` statement, where it is reached only if all went well",
                    line=last.lineno,
                )
    return None


def _kept(evidence: Evidence) -> bool:
    """Whether the play came to its end, and that of the reference answer raised, or was cancelled somewhere."""
    reference = evidence.reference
    if reference is None or evidence.shown.ended is not Ended.RETURNED:
        return False
    cancelled = [name for name, span in evidence.theirs.items() if span.how in ("cancelled", "raised")]
    return reference.ended is Ended.RAISED or any(
        name in evidence.mine and evidence.mine[name].how != evidence.theirs[name].how for name in cancelled
    )


# ---- tasks -----------------------------------------------------------------------------------------------------------


def cancelled_at_once(case: Case, evidence: Evidence) -> Finding | None:
    """The group is cancelled in the block that starts its tasks, and nothing there has waited for any of them."""
    begun = {span.name for span in evidence.spans if span.how == "returned"}
    if not lacks_values(evidence, case) and not any(name not in begun for name in evidence.siblings):
        return None
    for group in case.code.nodes:
        if not isinstance(group, ast.AsyncWith) or group not in case.code.groups:
            continue
        if line := _cancels_at_once(case.code, group):
            return Finding(
                diagnosis="early-return",
                error="this cancels all tasks before any of them is done: nothing has waited since they were started",
                help="let the task that decides it cancel the group, when it has stored what it found",
                line=line,
                got=got(case, evidence),
                expected=expected(case, evidence),
            )
    return None


def _cancels_at_once(code: Code, group: ast.AsyncWith) -> int | None:
    started = False
    for statement in group.body:
        if isinstance(statement, Function | ast.ClassDef):
            continue
        inside = [statement, *own_nodes(statement)]
        # At a `yield` the block of a context manager waits for whoever has entered it.
        if any(isinstance(node, ast.Await | ast.AsyncFor | ast.AsyncWith | ast.Yield) for node in inside):
            return None
        if started and isinstance(statement, ast.Expr) and ast.unparse(statement).endswith("cancel_scope.cancel()"):
            return statement.lineno
        started = started or any(start.call in inside for start in code.starts)
    return None


# ---- calls that are none ---------------------------------------------------------------------------------------------


def named_and_not_called(case: Case, evidence: Evidence) -> Finding | None:
    """A method as a statement of its own, without parentheses: nothing happens there."""
    if evidence.shown.surprises:
        return None
    for node in ast.walk(case.code.tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Attribute):
            name = ast.unparse(node.value)
            return Finding(
                diagnosis=evidence.slug,
                error=f"`{name}` is only named here and not called, so that nothing happens",
                help=f"write `{name}()`",
                line=node.lineno,
            )
    return None
