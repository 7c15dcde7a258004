"""Undoes the unwinding of a play that was stopped, for rules and reports alike.

The simulation cancels what is under way when it stops a play. That is no doing of the program, so neither a sentence
nor a figure may show it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from grader.wire.recording import Trace
from grader.wire.rows import Span


def spans_as_at(spans: Sequence[Span], trace: Trace, stopped: float) -> tuple[Span, ...]:
    """The spans as they stood at the time at which their play was stopped, without those that began later."""
    forced = forced_tasks(trace, stopped)
    return tuple(_as_at(span, stopped, forced) for span in spans if span.start <= stopped)


def forced_tasks(trace: Trace, stopped: float) -> set[int | None]:
    """The tasks whose exception at that moment is the simulation's, which ends an endless loop with one."""
    main = trace.tasks[0].id if trace.tasks else None
    return {main} | {event.task for event in trace.events if event.kind == "block" and event.time == stopped}


def _as_at(span: Span, stopped: float, forced: set[int | None]) -> Span:
    end = math.inf if span.stopped is None else span.stopped
    cut_off = span.how == "cancelled" or (span.how == "raised" and span.task in forced)
    if end > stopped or (end == stopped and cut_off):
        return replace(span, stopped=None, how="open", value_or_error=None)
    return span
