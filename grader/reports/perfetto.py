"""Writes the traces of failed plays as a file that https://ui.perfetto.dev and chrome://tracing open.

The form is the Trace Event Format: "X" events have a beginning and a length, "i" events are instants, "M" events name
processes and threads. Each play, the learner's or the reference's, is a process, and each task a thread of it. A
virtual second is shown as a second.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from grader.judge.verdict import TestResult, Verdict
from grader.reports.lanes import held_seconds
from grader.text import clean_line
from grader.wire.recording import Trace
from grader.wire.rows import Event

MICROSECONDS = 1_000_000
MAX_NAME = 200

Row = dict[str, Any]


def trace_events(verdicts: Sequence[Verdict]) -> str:
    """One JSON document with the plays of all failures in these verdicts that have a trace."""
    plays = [play for verdict in verdicts for test in verdict.tests for play in _traces(verdict.exercise, test)]
    rows = [row for process, (title, trace) in enumerate(plays, start=1) for row in _play(process, title, trace)]
    return json.dumps({"traceEvents": rows, "displayTimeUnit": "ms"}, ensure_ascii=True)


def _traces(exercise: str, test: TestResult) -> Iterator[tuple[str, Trace]]:
    for result in test.results:
        if result.failure is not None:
            where = f"{exercise} test {test.number} on {result.backend}"
            for whose, trace in (("yours", result.failure.trace), ("reference", result.failure.reference)):
                if trace is not None:
                    yield f"{where}: {whose}", trace


def _play(process: int, title: str, trace: Trace) -> Iterator[Row]:
    yield _named("process_name", process, 0, title)
    for task in trace.tasks:
        yield _named("thread_name", process, task.id, task.name)
    for span in trace.spans:
        stopped = trace.elapsed if span.stopped is None else span.stopped
        yield _stretch(process, span.task or 0, span.name, span.start, stopped, {"how": span.how})
    suspended: dict[int, Event] = {}
    for event in trace.events:
        if event.kind == "cancel":  # whoever waits goes on waiting
            yield _instant(process, event, "the caller is cancelled")
            continue
        wait = suspended.pop(event.task, None)
        if wait is not None and event.time > wait.time:
            name = f"waits: {wait.info or 'another task'}"
            yield _stretch(process, event.task, name, wait.time, event.time, {"line": wait.line})
        if event.kind == "suspend":
            suspended[event.task] = event
        elif event.kind == "block":
            held = held_seconds(event.info)
            yield _stretch(process, event.task, "blocks the loop", event.time, event.time + held, {"line": event.line})
        elif event.kind in ("start", "finish"):
            yield _instant(process, event, event.info or event.kind)


def _instant(process: int, event: Event, name: str) -> Row:
    return {**_place(process, event.task), "ph": "i", "s": "t", "ts": event.time * MICROSECONDS, "name": name}


def _stretch(process: int, task: int, name: str, start: float, stop: float, arguments: Row) -> Row:
    times = {"ts": start * MICROSECONDS, "dur": (stop - start) * MICROSECONDS}
    return {**_place(process, task), **times, "ph": "X", "name": clean_line(name, MAX_NAME), "args": arguments}


def _named(kind: str, process: int, task: int, name: str) -> Row:
    return {**_place(process, task), "ph": "M", "name": kind, "args": {"name": clean_line(name, MAX_NAME)}}


def _place(process: int, task: int) -> Row:
    return {"pid": process, "tid": task}
