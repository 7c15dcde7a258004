"""Finds the diagnosis of a failed hidden test, and the line and the words to show it with, in recordings alone.

``diagnose`` is a ladder of rules, each of which looks at one recording: how the play ended, then what it left behind,
then an exception that looks like a bug. The first rule that applies names the diagnosis; if none does, the hidden test
names it. The other functions say what the diagnosis means for the play that is shown. Nothing is played here.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable, Sequence

from grader.kit.diagnosis import Diagnosis
from grader.kit.hidden_tests import HiddenTest
from grader.sandbox.play import Play
from grader.text import counted, seconds
from grader.wire.recording import LEFT_BEHIND, Deviation, Ended, Recording, Trace

TELLING = frozenset(LEFT_BEHIND) - {"unclosed", "leaked-thread"}
"""The remarks on a play that say more about a failed test than the test itself does.

No remark makes a test fail: points are for what the hidden tests ask for. A stream that is left open is untidy and
hardly ever the cause of another failure, so a report says it beside the diagnosis and never instead of it. Whether a
thread has ended is a matter of real time: a busy machine would give another diagnosis than an idle one.
"""

BUGS = frozenset(
    {"TypeError", "AttributeError", "NameError", "UnboundLocalError", "IndexError", "KeyError", "ZeroDivisionError"}
    | {"RecursionError", "NotImplementedError", "ImportError", "ModuleNotFoundError"}
)
"""Exceptions that say more about a failed test than the test itself does, if the learner's code raised them."""

MAX_TURNS = 2
"""Turns out of natural order that are told one by one."""


# ---- the diagnosis ---------------------------------------------------------------------------------------------------


def diagnose(test: HiddenTest, used: Sequence[tuple[Play, Recording]]) -> tuple[Play, Recording, str]:
    """The play that explains why a hidden test failed, its recording, and the slug of the diagnosis.

    ``used`` are the plays that the hidden test looked at, in that order.
    """
    for rule in LADDER:
        for play, recording in used:
            slug = rule(recording)
            if slug is not None:
                return play, recording, slug
    play, recording = used[-1]
    return play, recording, test.diagnosis


def unexpected_ending(recording: Recording) -> str | None:
    """The play did not come to its own end, and the hidden test did not ask for that."""
    return None if recording.ended.by_itself or recording.looked else recording.ended.value


def telling_remark(recording: Recording) -> str | None:
    """The play left something behind that may well have caused the failure; the most telling of several."""
    slugs = [remark.slug for remark in recording.remarks if remark.slug in TELLING]
    return min(slugs, key=LEFT_BEHIND.index) if slugs else None


def unexpected_exception(recording: Recording) -> str | None:
    """The learner's code raised what looks like a bug, or the play raised and the hidden test did not look at that."""
    bugs = (leaf for leaf in recording.surprises if leaf.line is not None and leaf.types and leaf.types[0] in BUGS)
    unseen = recording.ended is Ended.RAISED and not recording.looked
    return "raised" if unseen or any(bugs) else None


LADDER: tuple[Callable[[Recording], str | None], ...] = (unexpected_ending, telling_remark, unexpected_exception)
"""The rules of ``diagnose``, the most telling first. Each is tried on every play before the next one is.

When the play has been seen again, a value of another kind than promised (``wrongkind``) comes between the second and
the third: it was returned before the exception that follows from it was raised.
"""


# ---- the words -------------------------------------------------------------------------------------------------------


def error_sentence(diagnosis: Diagnosis, test: HiddenTest, recording: Recording) -> str:
    """What finishes "error: ".

    A diagnosis that the hidden test declares speaks with the author's feedback; one that the grader itself found speaks
    with its own sentence, and with the reason that the recording gives.
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
    return slug == "raised" or any(remark.slug == slug for remark in recording.remarks)


def exception_text(recording: Recording, slug: str) -> str:
    """``ValueError: boom`` for the first exception that has something to do with the diagnosis."""
    for leaf in recording.surprises if slug == "raised" or recording.error else []:
        name = leaf.types[0].removeprefix("submission.") if leaf.types else "an exception"
        by_scenario = " (raised by the scenario)" if leaf.line is None and leaf.scenario_line is not None else ""
        return (f"{name}: {leaf.message}" if leaf.message else name) + by_scenario
    if slug == "raised" and recording.error:
        leaf = recording.error.leaves[0]
        return f"{leaf.types[0] if leaf.types else 'an exception'} (raised by the scenario)"
    return ""


def in_words(trace: Trace) -> str:
    """Which tasks go on before which in a shortened play; an empty text if all go on in natural order."""
    turns = []
    for deviation in trace.deviations[:MAX_TURNS]:
        first, second = _name(trace, deviation.task, deviation), _name(trace, deviation.instead_of, deviation)
        turns.append(f"{first} goes on before {second} at {seconds(deviation.time)}")
    more = len(trace.deviations) - len(turns)
    return " and ".join(turns) + (f" (and {counted(more, 'more such turn')})" if more > 0 else "")


def _name(trace: Trace, task: int, deviation: Deviation) -> str:
    """A task's name for the learner: its span at that time, else its function, with a number if several share it."""
    time = deviation.time
    spans = [span for span in trace.spans if span.task == task]
    inside = [span for span in spans if span.start <= time <= (span.stopped or time)]
    if inside or spans:
        return f"`{(inside or spans)[0].name}`"
    names = {traced.id: traced.name for traced in trace.tasks}
    name = names.get(task, "a task")
    namesakes = [id for id, other in names.items() if other == name]
    return f"`{name}`" if len(namesakes) < 2 else f"`{name}` no. {namesakes.index(task) + 1}"


# ---- the line --------------------------------------------------------------------------------------------------------


def line_to_look_at(slug: str, recording: Recording, source: str) -> int | None:
    """The learner's line to begin with: where the diagnosis arose, or where the play waited longest."""
    if recording.line is not None:
        return recording.line
    if recording.ended is Ended.DEADLOCK:
        # The task that waits longest is the one that the others may be waiting for.
        placed = [waiting for waiting in recording.waiting if waiting.line is not None]
        return min(placed, key=lambda waiting: waiting.since).line if placed else _first_definition(source)
    for remark in recording.remarks:
        if remark.slug == slug and remark.line is not None:
            return remark.line
    if slug == "raised":
        lines = [leaf.line for leaf in recording.surprises if leaf.line is not None]
        if lines:
            return lines[0]
    waited = longest_wait(recording.trace) if recording.trace is not None else None
    return waited if waited is not None else _first_definition(source)


def longest_wait(trace: Trace) -> int | None:
    """The learner's line in which tasks spent the most virtual time; if no time passed, the one with the most waits."""
    waits: dict[int, float] = defaultdict(float)
    seconds: dict[int, float] = defaultdict(float)
    suspended: dict[int, tuple[float, int]] = {}
    for event in trace.events:
        if event.task in suspended:
            since, line = suspended.pop(event.task)
            seconds[line] += event.time - since
        if event.kind == "suspend" and event.line is not None:
            suspended[event.task] = (event.time, event.line)
            waits[event.line] += 1
    for amounts in (seconds, waits):
        ranked = [(amount, -line) for line, amount in amounts.items() if amount > 0]
        if ranked:
            return -max(ranked)[1]  # of two lines alike, the first
    return None


def _first_definition(source: str) -> int | None:
    """The line of the first public function or class."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            return node.lineno
    return None
