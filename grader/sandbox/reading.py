"""Reads a message of the box into a Recording, trusting nothing about it.

The message was written beside a stranger's code. A message that does not have exactly the shape that our own player
writes is ``Distrusted``; nothing is repaired. The length of a row and the check of each value in it follow from the
fields of its record in ``wire.rows``, and no record is made before its values are checked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from functools import cache, partial
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints

from grader.wire.lines import Distrusted, Json, checksum
from grader.wire.recording import Cancellation, Ended, Recording, Trace
from grader.wire.rows import (
    MAX_DEVIATIONS,
    MAX_EVENTS,
    MAX_LEAVES,
    MAX_RETURNED,
    MAX_ROWS,
    MAX_WAITING,
    NOTHING,
    Deviation,
    Event,
    Instant,
    Leaf,
    Mark,
    Raised,
    Remark,
    Returned,
    Span,
    TracedTask,
    Waiting,
)
from grader.wire.turns import MAX_CHOICES, Choose
from grader.wire.values import Decoder

T = TypeVar("T")
Check = Callable[[Json], object]
"""A function that takes a value of a row and returns what the record holds. Raises Distrusted."""

_MOST: dict[object, int] = {
    Leaf: MAX_LEAVES,
    Span: MAX_ROWS,
    Mark: MAX_ROWS,
    Returned: MAX_RETURNED,
    Waiting: MAX_WAITING,
    Event: MAX_EVENTS,
    Deviation: MAX_DEVIATIONS,
}
"""How many rows of a kind our own code writes, where it counts them."""

_KINDS = {"mark": "marks", "span": "spans", "attempt": "attempts"}
"""Where the rows of each kind stand in a message."""
_END = "end of "
_FROM_A_BOX = frozenset(Ended) - {Ended.INTERNAL}


def read(
    message: Json,
    *,
    play: str,
    scenario: str,
    backend: str,
    choose: Choose,
    late: float,
    cancel_at: int | None = None,
) -> tuple[Recording, bool]:
    """Read the answer to the request named ``play``.

    ``choose`` makes the choices of the schedule that was asked for, ``late`` is the virtual time after which no play
    goes on, and ``cancel_at`` the step at which the caller was to be cancelled. Returns the recording, and whether the
    process that made it must not play again. Raises Distrusted, and TooLarge for values that it would take too long to
    compare.
    """
    answer, decode = _exactly(message, dict), Decoder().decode
    if answer.get("play") != play:
        raise Distrusted("an answer to another request than the one that was sent")
    ended = _ended(answer.get("ended"))
    elapsed = _number(answer.get("elapsed"))
    spans = _stretches(answer.get("spans"), decode)
    recording = Recording(
        scenario=scenario,
        backend=backend,
        ended=ended,
        reason=_text(answer.get("reason")),
        line=_optional_count(answer.get("line")),
        elapsed=elapsed,
        value=decode(answer.get("result")),
        error=NOTHING if answer.get("raised") is None else _raised(answer.get("raised")),
        spans=spans,
        attempts=_stretches(answer.get("attempts"), decode),
        marks=_rows(Mark, answer.get("marks"), decode),
        returns=_rows(Returned, answer.get("returns"), Decoder().decode),
        waiting=_rows(Waiting, answer.get("waiting")),
        remarks=_rows(Remark, answer.get("hygiene")),
        choices=_choices(answer.get("choices")),
        widths=_choices(answer.get("widths")),
        many=_exactly(answer.get("many"), bool),
        steps=_count(answer.get("steps")),
        caller_steps=_optional_count(answer.get("caller_steps")),
        cancellation=_cancellation(cancel_at, _optional_number(answer.get("cancelled_at"))),
        output=_text(answer.get("output")),
        trace=None if answer.get("trace") is None else _trace(answer, spans, elapsed),
        digest="" if answer.get("digest") is None else _text(answer.get("digest")),
    )
    if ended is Ended.RAISED and not recording.error:
        raise Distrusted("the play ended as raised, and the message has no exception")
    if ended is Ended.RETURNED and recording.error:
        raise Distrusted("the play ended as returned, and the message has an exception")
    _check_turns(recording, choose)
    _check_caller(recording)
    _check_times(recording, answer, late)
    return recording, _exactly(answer.get("spent"), bool)


def _ended(value: Json | None) -> Ended:
    try:
        ended = Ended(_text(value))
    except ValueError:
        raise Distrusted("no such ending") from None
    if ended not in _FROM_A_BOX:
        raise Distrusted("an ending that only the trusted side may give")
    return ended


def _cancellation(step: int | None, time: float | None) -> Cancellation | None:
    """The cancellation that was asked for, and when it came."""
    if step is None and time is not None:
        raise Distrusted("a cancellation that nobody has asked for")
    return None if step is None else Cancellation(step=step, time=time)


def _raised(value: Json | None) -> Raised:
    raised = _exactly(value, dict)
    return Raised(bare=_exactly(raised.get("bare"), bool), leaves=_rows(Leaf, raised.get("leaves")))


def _stretches(value: Json | None, decode: Check) -> tuple[Span, ...]:
    """Spans or attempts."""
    spans = _rows(Span, value, decode)
    for span in spans:
        if (span.stopped is None) is not (span.how == "open"):
            raise Distrusted("a span that is open and has an end, or has ended without one")
        if span.stopped is not None and span.stopped < span.start:
            raise Distrusted("an end before its beginning")
        if isinstance(span.value_or_error, Raised) is not (span.how == "raised"):
            raise Distrusted("a span has an error and did not raise, or raised and has none")
        if span.how in ("open", "cancelled") and span.value_or_error is not None:
            raise Distrusted("a value of a span that did not return")
    return spans


def _trace(answer: dict[str, Json], spans: tuple[Span, ...], elapsed: float) -> Trace:
    trace = _exactly(answer.get("trace"), dict)
    tasks, events = _rows(TracedTask, trace.get("tasks")), _rows(Event, trace.get("events"))
    known = {task.id for task in tasks}
    if len(known) != len(tasks) or any(event.task not in known for event in events):
        raise Distrusted("an event of a task that is not there")
    if any(task.parent is not None and (task.parent >= task.id or task.parent not in known) for task in tasks):
        raise Distrusted("a task older than its parent, or of a parent that is not there")
    # The task of a span need not be there: an async generator that was dropped is closed by a task of the event loop,
    # which is not shown, and may open spans in it.
    deviations = _rows(Deviation, trace.get("deviations"))
    if any(deviation.task not in known or deviation.instead_of not in known for deviation in deviations):
        raise Distrusted("a turn of a task that is not there")
    return Trace(
        tasks=tasks,
        events=events,
        spans=spans,
        elapsed=elapsed,
        deviations=deviations,
        failed_at=_optional_number(answer.get("failed_at")),
    )


# ---- what must agree with what ---------------------------------------------------------------------------------------


def _check_turns(recording: Recording, choose: Choose) -> None:
    """Raise Distrusted unless the choices are those of the schedule.

    Of a play that crashed, notes of choices may be missing: memory ran out between the two notes of one in 12 of 540
    plays that started threads without end, and asyncio chooses on while it winds up. Such a play earns nothing.
    """
    if len(recording.widths) > MAX_CHOICES or (recording.many and len(recording.widths) < MAX_CHOICES):
        raise Distrusted("more choices, or fewer, than cross")
    if any(width < 2 for width in recording.widths):
        raise Distrusted("a choice among fewer than two")
    if recording.ended is Ended.CRASHED:
        if len(recording.choices) > len(recording.widths):
            raise Distrusted("a choice of which nothing else was noted")
    elif recording.choices != tuple(map(choose, recording.widths)):
        raise Distrusted("choices that its schedule does not make")


def _check_caller(recording: Recording) -> None:
    """Raise Distrusted unless the steps of the caller agree with those of the play, and with its cancellation.

    How many steps there were is the box's word. It decides how many plays follow, and no more of them than
    ``judge.cancelling`` allows.
    """
    steps, cancellation = recording.caller_steps, recording.cancellation
    if steps is not None and steps > recording.steps:
        raise Distrusted("a caller of more steps than the play has")
    if cancellation is not None and cancellation.time is not None and (steps is None or steps < cancellation.step - 1):
        raise Distrusted("a cancellation at a step to which the caller did not come")


def _check_times(recording: Recording, answer: dict[str, Json], late: float) -> None:
    """Raise Distrusted unless time went one way, and every record agrees with what was noted of it.

    What is recorded in one order was recorded at times that never decrease, whatever thread it came from.
    """
    now, failed_at = _number(answer.get("now")), _optional_number(answer.get("failed_at"))
    instants, trace = _rows(Instant, answer.get("instants")), recording.trace
    over = [instant.time for instant in instants if instant.what == "over"]
    if over != [recording.elapsed] and (over or recording.elapsed != now):
        raise Distrusted("an end at another time than was noted")
    cancelled = [instant.time for instant in instants if instant.what == "cancel"]
    at = None if recording.cancellation is None else recording.cancellation.time
    if cancelled != ([] if at is None else [at]):
        raise Distrusted("a cancellation at another time than was noted")
    blocked = any(instant.what == "block" for instant in instants)
    if recording.ended.by_itself and (blocked or failed_at is not None or recording.elapsed > late):
        raise Distrusted("an end by itself of a play that was stopped, or had to be")
    _check_order([*(instant.time for instant in instants), now])
    _check_order([*(event.time for event in (trace.events if trace else ())), now])
    _check_order([*(deviation.time for deviation in (trace.deviations if trace else ())), now])
    for waiting in recording.waiting:
        _check_order([waiting.since, now])
    _check_order([failed_at or 0.0, now])
    noted = _by_kind(instants)
    for kind, key in _KINDS.items():
        if noted[kind] != [_instants_of(row) for row in _list(answer.get(key))]:
            raise Distrusted("a row that is another than was noted")


def _check_order(times: list[float]) -> None:
    if times != sorted(times):
        raise Distrusted("a time that is earlier than the one before it")


Times = tuple[float, float | None, int]
"""When a row was begun and ended, and its checksum."""


def _by_kind(instants: tuple[Instant, ...]) -> dict[str, list[Times]]:
    """What was noted of the rows of each kind, in their order. Raises Distrusted."""
    noted: dict[str, list[Times]] = {kind: [] for kind in _KINDS}
    for instant in instants:
        kind = instant.what.removeprefix(_END)
        rows = noted.get(kind)
        if rows is None:
            continue  # the end of the play, what held the loop, or the cancellation of the caller
        if kind == instant.what:
            in_turn = instant.number == len(rows)
            rows.append((instant.time, None, instant.row))
        else:
            in_turn = instant.number < len(rows) and rows[instant.number][1] is None
            if in_turn:
                rows[instant.number] = (rows[instant.number][0], instant.time, instant.row)
        if not in_turn:
            raise Distrusted("rows in another order than was noted")
    return noted


def _instants_of(row: Any) -> Times:
    """The same, by a row that was checked before: of a mark, or of a span or an attempt."""
    begun, ended = (row[0], None) if len(row) == 3 else (row[1], row[2])
    return begun, ended, checksum(row)


# ---- rows ------------------------------------------------------------------------------------------------------------


def _rows(kind: Callable[..., T], value: Json | None, decode: Check | None = None) -> tuple[T, ...]:
    """Records from their rows; ``decode`` reads the fields that hold values of the play, in records that have some."""
    rows = _list(value)
    if not rows:
        return ()
    checks = _checks_of(kind)
    if len(rows) > _MOST.get(kind, len(rows)):
        raise Distrusted(f"{len(rows)} rows of a kind of which there are {_MOST[kind]} at most")
    for row in rows:
        if type(row) is not list or len(row) != len(checks):
            raise Distrusted(f"not a row of {len(checks)}")
    # Column by column: checking row by row took a third longer for a trace of 2000 events.
    columns = zip(*rows, strict=True)
    bound = (_bound(check, decode) for check in checks)
    return tuple(map(kind, *(map(check, column) for check, column in zip(bound, columns, strict=True))))


def _bound(check: Check, decode: Check | None) -> Check:
    """The check of a field, with the decoder of the message where the field holds a value of the play."""
    if decode is not None and check is _value:
        return decode
    if decode is not None and check is _value_or_error:
        return partial(_value_or_error, decode=decode)
    return check


@cache
def _checks_of(kind: Any) -> tuple[Check, ...]:
    """The check of each field of a record, in the order in which the fields cross."""
    annotations = get_type_hints(kind, include_extras=True)
    return tuple(_check_of(annotations[field.name]) for field in fields(kind))


def _check_of(annotation: Any) -> Check:
    if get_origin(annotation) is Annotated:
        _, words = get_args(annotation)
        return lambda value: _one_of(words, value)
    return _CHECKS[annotation]


# ---- values ----------------------------------------------------------------------------------------------------------


def _exactly(value: object, kind: type[T]) -> T:
    if type(value) is not kind:
        raise Distrusted(f"a {type(value).__name__} where a {kind.__name__} belongs")
    return value


def _list(value: Json | None) -> list[Json]:
    return _exactly(value, list)


def _number(value: Json | None) -> float:
    if (type(value) is int or type(value) is float) and 0 <= value <= 1e15:
        return float(value)
    raise Distrusted("not a time")


def _optional_number(value: Json | None) -> float | None:
    return None if value is None else _number(value)


def _count(value: Json | None) -> int:
    if type(value) is not int or not 0 <= value <= 10**9:
        raise Distrusted("not a count")
    return value


def _optional_count(value: Json | None) -> int | None:
    return None if value is None else _count(value)


def _text(value: Json | None) -> str:
    return _exactly(value, str)


def _optional_text(value: Json | None) -> str | None:
    return None if value is None else _text(value)


def _texts(value: Json) -> tuple[str, ...]:
    return tuple(map(_text, _list(value)))


def _one_of(words: tuple[str, ...], value: Json) -> str:
    if value not in words:  # a tuple: a value from a box need not have a hash
        raise Distrusted(f"none of {' '.join(words)}")
    return str(value)


def _choices(value: Json | None) -> tuple[int, ...]:
    choices = _list(value)
    if len(choices) > MAX_CHOICES:
        raise Distrusted(f"{len(choices)} choices")
    return tuple(map(_count, choices))


def _value(value: Json) -> object:
    """A value of the play. All of them are read by the decoder of their message, which stands in for this function."""
    raise AssertionError


def _value_or_error(value: Json, decode: Check = _value) -> object:
    """An error has two keys, and a value that is an object has one."""
    return _raised(value) if type(value) is dict and "bare" in value else decode(value)


_CHECKS: dict[object, Check] = {
    float: _number,
    float | None: _optional_number,
    int: _count,
    int | None: _optional_count,
    str: _text,
    str | None: _optional_text,
    tuple[str, ...]: _texts,
    object: _value,
    Raised | object: _value_or_error,
}
