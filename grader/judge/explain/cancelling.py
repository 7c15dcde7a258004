"""Mistakes with cancellation, by comparison with the same play of the reference answer."""

from __future__ import annotations

import ast

from grader.judge.explain.code import line_of_shield
from grader.judge.explain.evidence import Case, Evidence, differ
from grader.judge.explain.finding import Finding
from grader.text import seconds
from grader.wire.rows import Span


def shielded(case: Case, evidence: Evidence) -> Finding | None:
    """A shield keeps a cancellation away from what the reference answer lets be cancelled."""
    late = _not_cancelled(evidence)
    if late is None:
        return None
    closing = {node for block in case.code.nodes if _only_closes(block) for node in ast.walk(block)}
    for node in case.code.nodes:
        line = line_of_shield(node)
        if line is not None and node not in closing:
            mine, theirs = late
            went_on = "" if mine.stopped is None else f" until {seconds(mine.stopped)}"
            return Finding(
                diagnosis="swallowed-cancellation",
                error=f"this shield keeps the cancellation away from `{mine.name}`, which goes on{went_on}",
                help="take the shield away; it belongs round a short clean-up alone",
                line=line,
                got=f"`{mine.name}` {'never ends' if mine.stopped is None else 'ends at ' + seconds(mine.stopped)}",
                expected=f"`{theirs.name}` is cancelled at {seconds(theirs.end)}",
            )
    return None


def _only_closes(node: ast.AST) -> bool:
    """Whether a block waits for nothing but ``aclose()``: a shield belongs round that."""
    if not isinstance(node, ast.With):
        return False
    waits = [inner for inner in ast.walk(node) if isinstance(inner, ast.Await | ast.AsyncFor | ast.AsyncWith)]
    return bool(waits) and all(
        isinstance(wait, ast.Await)
        and isinstance(wait.value, ast.Call)
        and isinstance(wait.value.func, ast.Attribute)
        and wait.value.func.attr == "aclose"
        for wait in waits
    )


def _not_cancelled(evidence: Evidence) -> tuple[Span, Span] | None:
    """The first span that is cancelled in the reference's play, and goes on in this one."""
    for name, theirs in evidence.theirs.items():
        mine = evidence.mine.get(name)
        if theirs.how != "cancelled" or mine is None:
            continue
        if mine.stopped is None or (mine.stopped > theirs.end and differ(mine.stopped, theirs.stopped)):
            return mine, theirs
    return None
