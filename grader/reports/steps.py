"""Puts a failing play into frames that a learner can step through, one for each task step, cut to a size.

Of a long play only some steps have a frame: the deciding ones, which are the last and those in which the play leaves
the usual order or the reference's, and as many of the first as there is room for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, zip_longest

from grader.judge.verdict import Failure
from grader.reports.frames import OTHER_WAY, Frame, Writer, end_sentences, name_in, tail, task_labels
from grader.reports.listing import Line, listing
from grader.reports.replay import Doing, Step, TaskState, replay
from grader.reports.timeline import as_at_verdict
from grader.text import counted
from grader.wire.recording import Ended, Trace

MAX_FRAMES = 60
MAX_ROOM = 39_000
"""Characters that the frames and the listing of one play may take on the page, with what is written round them."""
LAST = 2
"""Steps at the end of a play that are deciding."""
MAX_TURNINGS = 2
"""Steps out of turn that are deciding: those after the first few follow from them."""

# What the page writes round texts, in characters.
_ROOM_OF_FRAME, _ROOM_OF_TASK, _ROOM_OF_LINE, _ROOM_OF_SENTENCE = 480, 46, 36, 8
_ROOM_OF_SIGN = 7
"""A sign may be escaped, or take more than one byte, and two backticks make an element."""
_PLAIN_SIGNS = frozenset(" _.,:;()[]=-+*/#|@!?%")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stepper:
    """A play in frames, and the lines of the learner's file that it goes through."""

    frames: tuple[Frame, ...]
    lines: tuple[Line, ...]
    steps: int

    @property
    def length(self) -> str:
        return counted(self.steps, "step")

    @property
    def left_out(self) -> int:
        return sum(frame.skipped for frame in self.frames)


def stepper(failure: Failure, source: str, *, room: int = MAX_ROOM) -> Stepper | None:
    """Return the failing play in frames that take at most so much room; None if it has no step to show."""
    if failure.trace is None:
        return None
    trace = _as_it_ended(as_at_verdict(failure.trace, failure.waiting), failure.ended)
    steps = [step for step, _ in replay(trace)]
    if not steps:
        return None
    lines = listing(source, _lines_of(steps, failure)) if source else ()
    turnings = _turnings(steps, trace, failure.reference)
    preferred = _by_importance(len(steps), turnings)[:MAX_FRAMES]
    writer = Writer(trace, lines, len(steps))
    frames = {frame.step: frame for frame in _frames(trace, failure.ended, writer, turnings, set(preferred))}
    room -= sum(_ROOM_OF_LINE + room_of(line.text) for line in lines)
    chosen = _fitting([frames[number] for number in preferred if number in frames], room)

    return Stepper(frames=_with_gaps(chosen), lines=lines, steps=len(steps))


def _as_it_ended(trace: Trace, ended: Ended) -> Trace:
    """Have the scenario's own task raise in a play that raised: what runs it catches that, and returns."""
    if ended is not Ended.RAISED or not trace.tasks:
        return trace
    first = trace.tasks[0].id
    events = (
        replace(event, info="raised") if event.kind == "finish" and event.task == first else event
        for event in trace.events
    )
    return replace(trace, events=tuple(events))


# ---- which steps have a frame ----------------------------------------------------------------------------------------


def _turnings(steps: Sequence[Step], trace: Trace, reference: Trace | None) -> dict[int, str]:
    """The steps at which the play leaves the usual order, or else the reference's play, and what happens there."""
    names = task_labels(trace)
    turns = [step for step in steps if step.instead_of is not None][:MAX_TURNINGS]
    if turns:
        return {s.number: f"{name_in(names, s.task)} goes on before {name_in(names, s.instead_of)}" for s in turns}
    if reference is None:
        return {}
    mine = _course(names, steps)
    theirs = _course(task_labels(reference), (step for step, _ in replay(reference)))
    apart = next((n for n, (a, b) in enumerate(zip_longest(mine, theirs)) if a != b), None)
    # A play that is another one from its first step on leaves it nowhere.
    return {apart + 1: OTHER_WAY} if apart and apart < len(steps) else {}


def _course(names: Mapping[int, str], steps: Iterable[Step]) -> list[tuple[str, float, Doing, str]]:
    return [(name_in(names, step.task), step.ended, step.now.doing, step.now.awaiting) for step in steps]


def _frames(
    trace: Trace, ended: Ended, writer: Writer, turnings: Mapping[int, str], wanted: set[int]
) -> Iterable[Frame]:
    output = ""
    count = 0
    time = 0.0
    states: Mapping[int, TaskState] = {}
    for step, states in replay(trace):
        output = tail(f"{output}{step.printed}")
        count, time = step.number, step.ended
        if step.number in wanted:
            turning = turnings.get(step.number, "")
            frame = writer.frame(step, states, output, turning)
            yield replace(frame, deciding=bool(turning) or step.number > writer.steps - LAST)
    yield writer.end(count, max(time, trace.elapsed), states, output, end_sentences(trace, ended))


def _by_importance(count: int, turnings: Mapping[int, str]) -> list[int]:
    """The numbers of all steps and of the end, the deciding ones first, then from the first on."""
    deciding = [count + 1, *range(count, max(0, count - LAST), -1), *turnings]
    return list(dict.fromkeys([*deciding, *range(1, count + 1)]))


def _fitting(frames: Iterable[Frame], room: int) -> list[Frame]:
    """As many of these frames as there is room for, in the order of the play."""
    chosen: list[Frame] = []
    for frame in frames:
        room -= _room_of_frame(frame)
        # A page without the end would show a play that does not fail.
        if room >= 0 or not chosen:
            chosen.append(frame)
    return sorted(chosen, key=lambda frame: frame.step)


def _room_of_frame(frame: Frame) -> int:
    sentences = sum(_ROOM_OF_SENTENCE + room_of(sentence) for sentence in frame.said)
    tasks = sum(_ROOM_OF_TASK + room_of(row.name) + room_of(row.says) for row in frame.tasks)
    return _ROOM_OF_FRAME + 2 * room_of(frame.title) + sentences + tasks + room_of(frame.output)


def room_of(text: str) -> int:
    """The characters, or bytes, that a cleaned text takes on a page at most."""
    plain = sum(char in _PLAIN_SIGNS or (char.isascii() and char.isalnum()) for char in text)
    return plain + _ROOM_OF_SIGN * (len(text) - plain)


def _with_gaps(frames: Sequence[Frame]) -> tuple[Frame, ...]:
    gaps = (after.step - before.step - 1 for before, after in pairwise(frames))
    skipped = [frames[0].step - 1, *gaps] if frames else []
    return tuple(replace(frame, skipped=count) for frame, count in zip(frames, skipped, strict=True))


def _lines_of(steps: Sequence[Step], failure: Failure) -> set[int]:
    lines = {step.now.line for step in steps} | {line for step in steps for line in step.held} | {failure.line}
    return {line for line in lines if line is not None}
