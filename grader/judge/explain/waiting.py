"""Mistakes in how a task waits: it looks again and again instead of being woken."""

from __future__ import annotations

import ast

from grader.judge.explain.evidence import Case, Evidence, differ, sleeps_by_line
from grader.judge.explain.finding import Finding
from grader.text import seconds
from grader.wire.recording import Ended

LOOKS = 3
"""Sleeps of one length in one line of a loop that make it one that looks again and again."""


def polling(case: Case, evidence: Evidence) -> Finding | None:
    """Time passes in small equal steps, in a loop that asks after each of them whether it may go on."""
    if not _notices_late(evidence):
        return None
    for (_, line), lengths in sleeps_by_line(evidence.waits).items():
        loop = case.code.loop_at(line) if len(lengths) >= LOOKS else None
        if not isinstance(loop, ast.While):
            continue
        # The last one may be cut short, when the play was stopped or the task cancelled.
        if max(lengths[:-1]) - min(lengths[:-1]) > 1e-6:
            continue
        asked = "this loop" if isinstance(loop.test, ast.Constant) else f"`while {_short(loop.test)}`"
        return Finding(
            diagnosis="polling",
            error=f"{asked} looks again every {seconds(lengths[0])} instead of being woken, and notices late",
            help="wait for the change itself: the end of the task group, an `anyio.Event` or a memory stream",
            line=line,
        )
    return None


def _notices_late(evidence: Evidence) -> bool:
    """Whether the play took another time than that of the reference answer."""
    if evidence.shown.ended in (Ended.LATE, Ended.LIMIT, Ended.NEVER_YIELDS):
        return True
    if evidence.reference is None:
        return False
    mine, theirs = evidence.mine, evidence.theirs
    spans = any(name in mine and differ(mine[name].stopped, span.stopped) for name, span in theirs.items())
    return spans or differ(evidence.shown.elapsed, evidence.reference.elapsed)


def _short(test: ast.expr) -> str:
    text = ast.unparse(test)
    return text if len(text) <= 40 else f"{text[:37]}..."
