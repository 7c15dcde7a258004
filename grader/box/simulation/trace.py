"""What happened when in one play: tasks, events, and the line of the learner's file in which each task waits.

An event is ``[time, kind, task, line, info]`` as ``recording.Event`` documents it; ``info`` of a ``wake`` is a number
here.
"""

from __future__ import annotations

import gc
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from types import (
    AsyncGeneratorType,
    CodeType,
    CoroutineType,
    FrameType,
    FunctionType,
    GeneratorType,
    MethodType,
    TracebackType,
)
from typing import Any, NamedTuple

from grader.wire.recording import Ended
from grader.wire.rows import MAX_DEVIATIONS, MAX_EVENTS

STUDENT = "/submission/"
"""How every file name of the learner's code begins, and no other."""
SCENARIOS = "/scenarios.py"
"""The file name of the scenarios."""
GIVEN = "what it was given"
"""The name shown for a function of the scenario that a submission awaits."""

MAX_WRAPPED = 10
"""How many partial functions and methods inside each other are taken off."""

_TOLD = (
    *("ended", "reason", "line", "elapsed", "failed_at", "waiting", "result", "raised", "spans", "marks", "attempts"),
    *("choices", "widths", "many", "steps", "output"),
)
"""The parts of a play's message that go into its digest as they are."""
_OF_A_CALLER = ("caller_steps", "cancelled_at")
"""Those that are told of a scenario with a caller only."""
_WHERE_INTERRUPTED = ("line", "output")
"""Those that depend on the instant of real time at which a blocked loop was interrupted."""
_BY_THE_MACHINE = re.compile(r"\b0x[0-9a-f]{6,}\b|(?<![\d.])(?:3[2-9]|[45]\d|60)\d{3}(?!\.?\d)")
"""An address in memory, and a number of the range from which the kernel chooses ports."""

_IN_GROUP: Callable[[BaseException], tuple[BaseException, ...]] = BaseExceptionGroup.__dict__["exceptions"].__get__
_WRAPPERS = ("async_generator_asend", "async_generator_athrow", "anext_awaitable", "coroutine_wrapper")

EventRow = list[float | str | int | None]


# ---- where a task waits ----------------------------------------------------------------------------------------------


class Site(NamedTuple):
    """A line of the learner's file, and the qualified name of what it awaits."""

    line: int
    function: str
    awaiting: str


class Place(NamedTuple):
    """A line of the learner's file, and the name of the function or class that a remark about it mentions."""

    line: int
    name: str


def is_student(code: CodeType) -> bool:
    return code.co_filename.startswith(STUDENT)


def innermost_student(frame: FrameType | None) -> FrameType | None:
    """The innermost frame of the learner's file on this stack."""
    while frame is not None and not is_student(frame.f_code):
        frame = frame.f_back
    return frame


def innermost_own(frame: FrameType | None) -> FrameType | None:
    """The innermost frame of the learner's file or of the scenarios: libraries act on behalf of that frame."""
    while frame is not None and not _is_own(frame.f_code):
        frame = frame.f_back
    return frame


def innermost_own_of(awaitable: object) -> FrameType | None:
    """The innermost frame of the learner's file or of the scenarios in which a suspended task waits."""
    own = [suspended for suspended, code in _await_chain(awaitable) if _is_own(code)]
    return _frame_of(own[-1]) if own else None


def _is_own(code: CodeType) -> bool:
    return is_student(code) or code.co_filename == SCENARIOS


def innermost_place(error: BaseException | None) -> Place | None:
    """The innermost line of the learner's file that an exception came through."""
    place = None
    for step in steps_of(error) if error is not None else ():
        if is_student(step.tb_frame.f_code):
            place = Place(step.tb_lineno, step.tb_frame.f_code.co_name)
    return place


def scenario_line(error: BaseException) -> int | None:
    """The line of the scenarios that an exception came from; None if a line of the learner's file is further in."""
    own = [step for step in steps_of(error) if _is_own(step.tb_frame.f_code)]
    return None if not own or is_student(own[-1].tb_frame.f_code) else own[-1].tb_lineno


def steps_of(error: BaseException) -> Iterator[TracebackType]:
    step = error.__traceback__
    while isinstance(step, TracebackType):
        yield step
        step = step.tb_next


def leaves(error: BaseException) -> Iterator[BaseException]:
    """The exceptions inside all groups, however deep. A group cannot lie about what it holds."""
    rest = [error]
    while rest:
        first = rest.pop()
        if issubclass(type(first), BaseExceptionGroup):
            rest += reversed(_IN_GROUP(first))
        else:
            yield first


def line_of_function(function: object) -> int | None:
    """The learner's line in which a function begins that the event loop is to call; None if it is not the learner's."""
    for _ in range(MAX_WRAPPED):
        if isinstance(function, partial):
            function = function.func
        elif isinstance(function, MethodType):
            function = function.__func__
    code = function.__code__ if isinstance(function, FunctionType) else None
    return code.co_firstlineno if code is not None and is_student(code) else None


def site_of(awaitable: object) -> Site | None:
    """Where in the learner's file a suspended task waits; None if it waits in no line of that file."""
    student, awaited = None, None
    for suspended, code in _await_chain(awaitable):
        if code.co_filename.startswith(STUDENT):
            student, awaited = suspended, None
        elif awaited is None:
            awaited = code
    frame = _frame_of(student)
    if frame is None:
        return None
    return Site(frame.f_lineno, frame.f_code.co_name, _called(awaited) if awaited is not None else "")


def _called(awaited: CodeType) -> str:
    # A learner does not know the names of a scenario's functions, and should not.
    if awaited.co_filename.endswith(SCENARIOS):
        return GIVEN
    return _plain(awaited.co_qualname)


def _plain(qualified: str) -> str:
    """Drop where a function was defined: ``join.<locals>.run`` is ``run`` to a learner."""
    return qualified.rpartition("<locals>.")[2]


def _await_chain(awaitable: object) -> Iterator[tuple[object, CodeType]]:
    """The coroutines and generators in which a suspended coroutine waits, outermost first, each with its code.

    This runs after every step of a traced play. It asks for code and not for frames, which Python makes when they are
    first asked for, and compares exact types, which is faster than ``match``.
    """
    while awaitable is not None:
        kind: object = type(awaitable)
        suspended = awaitable
        if kind is CoroutineType:
            code, awaitable = awaitable.cr_code, awaitable.cr_await  # type: ignore[attr-defined]
        elif kind is GeneratorType:
            code, awaitable = awaitable.gi_code, awaitable.gi_yieldfrom  # type: ignore[attr-defined]
        elif kind is AsyncGeneratorType:
            code, awaitable = awaitable.ag_code, awaitable.ag_await  # type: ignore[attr-defined]
        elif type(awaitable).__name__ in _WRAPPERS:
            # These C objects show only the garbage collector what they wrap.
            awaitable = next(filter(_suspendable, gc.get_referents(awaitable)), None)
            continue
        else:
            return
        yield suspended, code


def _frame_of(suspended: object) -> FrameType | None:
    """The frame of a coroutine or generator; None when it has ended."""
    match suspended:
        case CoroutineType():
            return suspended.cr_frame
        case GeneratorType():
            return suspended.gi_frame
        case AsyncGeneratorType():
            return suspended.ag_frame
        case _:
            return None


def _suspendable(candidate: object) -> bool:
    # anext(generator, default) wraps what wraps the generator.
    return isinstance(candidate, AsyncGeneratorType | CoroutineType | GeneratorType) or (
        type(candidate).__name__ in _WRAPPERS
    )


# ---- the trace -------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class TaskRecord:
    """One task of a play. Internal ones belong to the backend and are never shown."""

    id: int
    name: str
    parent: int | None
    task: object
    internal: bool
    started: bool = False
    outcome: str | None = None
    since: float = 0.0
    """The virtual time at which the task was last suspended."""


class Trace:
    """Collects events; times are virtual seconds."""

    collects = True

    def __init__(self) -> None:
        self.events: list[EventRow] = []
        self.deviations: list[list[float | int]] = []
        """Rows of time, the task that took a step, the task whose turn it would have been in natural order."""
        self.tasks: dict[int, TaskRecord] = {}

    def add(self, time: float, kind: str, task: int, line: int | None = None, info: str | int | None = None) -> None:
        self.events.append([time, kind, task, line, info])

    def woken(self, time: float, task: int, by: int | None) -> None:
        self.events.append([time, "wake", task, None, by])

    def suspended(self, time: float, task: int, coroutine: object) -> None:
        site = site_of(coroutine)
        self.add(time, "suspend", task, site.line if site else None, site.awaiting if site else None)

    def printed(self, time: float, task: int, text: str) -> None:
        """A task prints; what ``print`` writes in parts is one event."""
        last = self.events[-1] if self.events else None
        if last is not None and last[1:3] == ["print", task]:
            last[4] = f"{last[4]}{text}"
        else:
            self.add(time, "print", task, None, text)

    def deviated(self, time: float, task: int, instead_of: int) -> None:
        if len(self.deviations) < MAX_DEVIATIONS:
            self.deviations.append([time, task, instead_of])

    def document(self) -> dict[str, object]:
        """The part that crosses to the trusted side."""
        shown = {record.id for record in self.tasks.values() if not record.internal}
        tasks = [[r.id, r.name, r.parent if r.parent in shown else None] for r in self.tasks.values() if r.id in shown]
        events = list(_crossing(self.events, shown))
        deviations = [row for row in self.deviations if row[1] in shown and row[2] in shown]
        return {"tasks": tasks, "events": events[:MAX_EVENTS], "deviations": deviations}

    def digest(self, message: Mapping[str, Any]) -> str:
        """A fingerprint of who did what when, and of everything that a hidden test can read of a play that went so.

        Two plays of one program under one schedule have one digest. Left out is what an edit of the learner's file
        changes in the steps of a play, names and lines, and what real time or the machine decides: addresses and ports
        in texts; whether a thread of the learner's own has come to its end when the play is over; in which of its lines
        a loop that blocks was interrupted, and what it had printed. Wake-ups between two other events are sorted, as
        trio wakes equal deadlines by ``id(scope)``.
        """
        rows: list[str] = []
        wakes: list[str] = []
        for time, kind, task, _, info in self.events:
            if kind == "wake":
                wakes.append(f"{time!r},{task}")
                continue
            if kind == "print":
                continue  # told as the output of the play
            if wakes:
                wakes.sort()
                rows += wakes
                wakes.clear()
            rows.append(f"{time!r},{kind},{task},{info}" if kind == "finish" else f"{time!r},{kind},{task}")
        interrupted = message["ended"] in (Ended.BLOCKED_LOOP, Ended.NEVER_RETURNS)
        rows += [repr((key, message[key])) for key in _TOLD if not (interrupted and key in _WHERE_INTERRUPTED)]
        rows += [repr((key, message[key])) for key in _OF_A_CALLER if message[key] is not None]
        rows += [repr(remark) for remark in message["hygiene"] if remark[0] != "leaked-thread"]
        text = _BY_THE_MACHINE.sub("...", "\n".join(rows))
        return sha256(text.encode(errors="surrogatepass")).hexdigest()[:16]


def _crossing(events: Iterable[EventRow], shown: Collection[int]) -> Iterator[EventRow]:
    """The rows as they cross: those of tasks that are shown, without the wake-ups before a task's first step.

    Wake-ups in a row are sorted, as in the digest.
    """
    started: set[object] = set()
    wakes: list[tuple[Any, Any, Any]] = []
    for row in events:
        time, kind, task, _, info = row
        if kind == "wake":
            if task in started and task in shown:
                wakes.append((time, task, str(info) if info in shown else None))
            continue
        yield from ([time, "wake", task, None, by] for time, task, by in sorted(wakes, key=lambda wake: wake[:2]))
        wakes.clear()
        if kind == "start":
            started.add(task)
        if task in shown:
            yield row


class Untraced(Trace):
    """Knows the tasks and collects no events: most plays pass, and collecting takes half of a step's time."""

    collects = False

    def add(self, time: float, kind: str, task: int, line: int | None = None, info: str | int | None = None) -> None:
        pass

    def printed(self, time: float, task: int, text: str) -> None:
        pass

    def deviated(self, time: float, task: int, instead_of: int) -> None:
        pass
