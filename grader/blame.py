"""Says in which line and with which words a failed play is shown to the learner."""

from __future__ import annotations

import ast
from collections import Counter

from grader.diagnosis import Diagnosis
from grader.kit import HiddenTest
from grader.recording import Ended, Recording, Trace


def error_sentence(diagnosis: Diagnosis, test: HiddenTest, recording: Recording) -> str:
    """What finishes "error: ".

    A diagnosis that the hidden test declares speaks with the author's feedback; one that the grader itself found speaks
    with its own sentence, and with what it saw.
    """
    slug = diagnosis.slug
    if slug == Ended.BLOCKED_LOOP and recording.ended is Ended.BLOCKED_LOOP:
        return f"{diagnosis.sentence} ({recording.reason})"
    if slug in (Ended.CRASHED, Ended.LIMIT, Ended.TAMPERED, Ended.LATE) and recording.reason:
        return f"{diagnosis.sentence} ({recording.reason})"
    if slug == test.diagnosis and recording.ended.by_itself and not _found_by_grader(slug, recording):
        return test.feedback
    return diagnosis.sentence


def _found_by_grader(slug: str, recording: Recording) -> bool:
    return slug == "raised" or any(complaint.slug == slug for complaint in recording.hygiene)


def line_to_look_at(slug: str, recording: Recording, source: str) -> int | None:
    """The learner's line to begin with: where it happened, or where the play waited longest."""
    if recording.line is not None:
        return recording.line
    if recording.ended is Ended.DEADLOCK:
        # The task that waits longest is the one others may be waiting for.
        placed = [waiting for waiting in recording.waiting if waiting.line is not None]
        return min(placed, key=lambda waiting: waiting.since).line if placed else first_definition(source)
    for complaint in recording.hygiene:
        if complaint.slug == slug and complaint.line is not None:
            return complaint.line
    if slug == "raised":
        lines = [leaf.line for leaf in recording.surprises if leaf.line is not None]
        if lines:
            return lines[0]
    waited = longest_wait(recording.trace) if recording.trace is not None else None
    return waited if waited is not None else first_definition(source)


def exception_text(recording: Recording, slug: str) -> str:
    """``ValueError: boom`` for the first exception that has something to do with the diagnosis."""
    for leaf in recording.surprises if slug == "raised" or recording.error else []:
        name = leaf.types[0].removeprefix("submission.") if leaf.types else "an exception"
        return f"{name}: {leaf.message}" if leaf.message else name
    if slug == "raised" and recording.error:
        leaf = recording.error.leaves[0]
        return f"{leaf.types[0] if leaf.types else 'an exception'} (raised by the scenario)"
    return ""


def longest_wait(trace: Trace) -> int | None:
    """The learner's line in which tasks have spent the most virtual time; any line they waited in if none passed."""
    waits: Counter[int] = Counter()
    seconds: Counter[int] = Counter()
    suspended: dict[int, tuple[float, int]] = {}
    for event in trace.events:
        before = suspended.pop(event.task, None)
        if before is not None:
            seconds[before[1]] += event.time - before[0]  # type: ignore[assignment]
        if event.kind == "suspend" and event.line is not None:
            suspended[event.task] = (event.time, event.line)
            waits[event.line] += 1
    for counted in (seconds, waits):
        found = [(amount, -line) for line, amount in counted.items() if amount > 0]
        if found:
            return -max(found)[1]
    return None


def first_definition(source: str) -> int | None:
    """The line of the first public function or class."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            return node.lineno
    return None
