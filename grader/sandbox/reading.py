"""Reads a message of the box into a Recording, trusting nothing about it.

The message was written beside a stranger's code. Whatever does not have exactly the shape that our own player writes is
``Distrusted``; nothing is repaired.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TypeVar

from grader.wire.lines import Distrusted, Json
from grader.wire.recording import (
    LEFT_BEHIND,
    NOTHING,
    Deviation,
    Ended,
    Event,
    Leaf,
    Mark,
    Raised,
    Recording,
    Remark,
    Span,
    Trace,
    TracedTask,
    Waiting,
)
from grader.wire.values import decode

T = TypeVar("T")

_HOW = ("open", "returned", "raised", "cancelled")
_KINDS = ("spawn", "start", "resume", "suspend", "block", "finish")
_FROM_A_BOX = frozenset(Ended) - {Ended.INTERNAL}


def read(message: Json, *, play: str, scenario: str, backend: str) -> tuple[Recording, bool]:
    """Read the answer to the request named ``play``.

    Returns the recording, and whether the process that made it must not play again. Raises Distrusted.
    """
    fields = _exactly(message, dict)
    if fields.get("play") != play:
        raise Distrusted("an answer to a question that was not asked")
    ended = _ended(fields.get("ended"))
    elapsed = _number(fields.get("elapsed"))
    spans = _spans(fields.get("spans"))
    recording = Recording(
        scenario=scenario,
        backend=backend,
        ended=ended,
        reason=_exactly(fields.get("reason"), str),
        line=_line(fields.get("line")),
        elapsed=elapsed,
        value=decode(fields.get("result")),
        error=NOTHING if fields.get("raised") is None else _raised(fields.get("raised")),
        spans=spans,
        attempts=tuple(_outcome(row) for row in _list(fields.get("attempts"))),
        marks=tuple(_mark(row) for row in _list(fields.get("marks"))),
        waiting=tuple(_waiting(row) for row in _list(fields.get("waiting"))),
        hygiene=tuple(_hygiene(row) for row in _list(fields.get("hygiene"))),
        choices=tuple(_count(item) for item in _list(fields.get("choices"))),
        widths=tuple(_count(item) for item in _list(fields.get("widths"))),
        many=_exactly(fields.get("many"), bool),
        steps=_count(fields.get("steps")),
        output=_exactly(fields.get("output"), str),
        trace=None if fields.get("trace") is None else _trace(fields, spans, elapsed),
        digest="" if fields.get("digest") is None else _exactly(fields.get("digest"), str),
    )
    if ended is Ended.RAISED and not recording.error:
        raise Distrusted("something was raised, and nothing was")
    return recording, _exactly(fields.get("spent"), bool)


def _ended(value: Json | None) -> Ended:
    try:
        ended = Ended(_exactly(value, str))
    except ValueError:
        raise Distrusted("no such ending") from None
    if ended not in _FROM_A_BOX:
        raise Distrusted("an ending that only the trusted side may give")
    return ended


def _raised(value: Json | None) -> Raised:
    fields = _exactly(value, dict)
    leaves = tuple(_leaf(row) for row in _list(fields.get("leaves")))
    return Raised(bare=_exactly(fields.get("bare"), bool), leaves=leaves)


def _leaf(value: Json) -> Leaf:
    token, types, message, line = _row(value, 4)
    return Leaf(
        token=None if token is None else _exactly(token, str),
        types=tuple(_exactly(name, str) for name in _list(types)),
        message=_exactly(message, str),
        line=_line(line),
    )


def _spans(value: Json | None) -> tuple[Span, ...]:
    """Spans are noted as they begin, by the one thread of the loop; marks and attempts may come from any thread."""
    spans = tuple(_outcome(row) for row in _list(value))
    if any(later.start < earlier.start for earlier, later in pairwise(spans)):
        raise Distrusted("a span that began before the one that was noted first")
    return spans


def _outcome(value: Json) -> Span:
    name, start, stopped, how, data, task = _row(value, 6)
    if how not in _HOW:
        raise Distrusted("no such outcome")
    began, ended = _number(start), None if stopped is None else _number(stopped)
    if ended is not None and ended < began:
        raise Distrusted("an end before its beginning")
    return Span(
        name=_exactly(name, str),
        start=began,
        stopped=ended,
        how=str(how),
        raised=_raised(data) if how == "raised" else NOTHING,
        result=decode(data) if how == "returned" else None,
        task=None if task is None else _count(task),
    )


def _mark(value: Json) -> Mark:
    time, name, data = _row(value, 3)
    return Mark(time=_number(time), name=_exactly(name, str), value=decode(data))


def _waiting(value: Json) -> Waiting:
    task, line, awaiting, since = _row(value, 4)
    return Waiting(task=_exactly(task, str), line=_line(line), awaiting=_exactly(awaiting, str), since=_number(since))


def _hygiene(value: Json) -> Remark:
    slug, line, detail = _row(value, 3)
    if slug not in LEFT_BEHIND:  # a tuple: what comes need not have a hash
        raise Distrusted("no such complaint")
    return Remark(slug=str(slug), line=_line(line), detail=_exactly(detail, str))


def _trace(message: dict[str, Json], spans: tuple[Span, ...], elapsed: float) -> Trace:
    fields, failed_at = _exactly(message.get("trace"), dict), message.get("failed_at")
    tasks = tuple(_task(row) for row in _list(fields.get("tasks")))
    events = tuple(_event(row) for row in _list(fields.get("events")))
    known = {task.id for task in tasks}
    if len(known) != len(tasks) or any(event.task not in known for event in events):
        raise Distrusted("an event of a task that is not there")
    if any(task.parent is not None and task.parent >= task.id for task in tasks):
        raise Distrusted("a task older than its parent")
    deviations = tuple(_deviation(row) for row in _list(fields.get("deviations")))
    if any(deviation.task not in known or deviation.instead_of not in known for deviation in deviations):
        raise Distrusted("a turn of a task that is not there")
    return Trace(
        tasks=tasks,
        events=events,
        spans=spans,
        elapsed=elapsed,
        deviations=deviations,
        failed_at=None if failed_at is None else _number(failed_at),
    )


def _deviation(value: Json) -> Deviation:
    time, task, instead_of = _row(value, 3)
    return Deviation(time=_number(time), task=_count(task), instead_of=_count(instead_of))


def _task(value: Json) -> TracedTask:
    number, name, parent = _row(value, 3)
    return TracedTask(id=_count(number), name=_exactly(name, str), parent=None if parent is None else _count(parent))


def _event(value: Json) -> Event:
    time, kind, task, line, info = _row(value, 5)
    if kind not in _KINDS:
        raise Distrusted("no such event")
    return Event(
        time=_number(time),
        kind=str(kind),
        task=_count(task),
        line=_line(line),
        info=None if info is None else _exactly(info, str),
    )


# ---- shapes ----------------------------------------------------------------------------------------------------------


def _exactly(value: object, kind: type[T]) -> T:
    if type(value) is not kind:
        raise Distrusted(f"a {type(value).__name__} where a {kind.__name__} belongs")
    return value


def _list(value: Json | None) -> list[Json]:
    return _exactly(value, list)


def _row(value: Json, length: int) -> list[Json]:
    row = _list(value)
    if len(row) != length:
        raise Distrusted(f"a row of {len(row)} where {length} belong")
    return row


def _number(value: Json | None) -> float:
    if (type(value) is int or type(value) is float) and 0 <= value <= 1e15:
        return float(value)
    raise Distrusted("not a time")


def _count(value: Json | None) -> int:
    if type(value) is not int or not 0 <= value <= 10**9:
        raise Distrusted("not a count")
    return value


def _line(value: Json | None) -> int | None:
    return None if value is None else _count(value)
