"""Plays a trace back, one task step after the other: who ran, who had woken it, and what each task does afterwards.

A step is what one task does between two waits: from a ``start`` or ``resume`` to the next ``suspend`` or ``finish``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from grader.reports.lanes import held_seconds
from grader.wire.recording import Trace
from grader.wire.rows import Deviation, Event


class Doing(StrEnum):
    """What a task does when no step of its own is under way; ``RUNS`` is a step that has not ended."""

    NEW = "new"
    READY = "ready"
    RUNS = "runs"
    WAITS = "waits"
    RETURNED = "returned"
    RAISED = "raised"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskState:
    """What a task does; ``line`` and ``awaiting`` say where it last waited, ``by`` who woke it if a task did."""

    doing: Doing
    since: float
    line: int | None = None
    awaiting: str = ""
    by: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of one task. Tasks are numbers, times are virtual seconds."""

    number: int
    """Counted from 1."""
    task: int
    before: float
    """When the step before ended; time has passed in between if that is earlier than ``begun``."""
    begun: float
    ended: float
    was: TaskState
    """The state that the task goes on from."""
    now: TaskState
    """The state that the step ends in."""
    started: tuple[int, ...]
    woke: tuple[int, ...]
    held: tuple[int | None, ...]
    """The lines in which it held up every task."""
    printed: str
    """What was printed since the step before."""
    instead_of: int | None
    """The task whose turn it would have been in natural order."""
    cancelled: bool
    """Whether the caller was cancelled just before it, or as it entered."""


@dataclass(slots=True, kw_only=True)
class _Open:
    """The step that is under way."""

    event: Event
    was: TaskState
    instead_of: int | None
    started: list[int] = field(default_factory=list)
    woke: list[int] = field(default_factory=list)
    held: list[int | None] = field(default_factory=list)
    until: float = 0.0
    ready_again: bool = False


def replay(trace: Trace) -> Iterator[tuple[Step, Mapping[int, TaskState]]]:
    """Yield each step, and the states of all tasks after it; the states change when the next step is asked for."""
    player = _Player(trace.deviations)
    for event in trace.events:
        step = player.take_in(event)
        if step is not None:
            yield step, player.states
    last = player.close()
    if last is not None:
        yield last, player.states


class _Player:
    """The tasks at one moment of a play, and the step that is under way."""

    def __init__(self, deviations: tuple[Deviation, ...]) -> None:
        self.states: dict[int, TaskState] = {}
        self._deviations = list(deviations)
        self._queue: dict[int, None] = {}
        """The tasks that are ready, in natural order."""
        self._step: _Open | None = None
        self._count = 0
        self._time = 0.0
        self._printed: list[str] = []
        self._cancelled = False

    def take_in(self, event: Event) -> Step | None:
        """Let one thing happen. Returns the step that ends with it."""
        task, step = event.task, self._step
        match event.kind:
            case "start" | "resume":
                before = self.close()  # in a recording of ours no step is under way here
                self._begin(event)
                return before
            case "suspend" if step is not None and step.event.task == task:
                doing = Doing.READY if step.ready_again else Doing.WAITS
                return self._end(
                    event, TaskState(doing=doing, since=event.time, line=event.line, awaiting=_text(event))
                )
            case "finish":
                return self._end(event, TaskState(doing=_ending(event), since=event.time))
            case "spawn":
                self.states[task] = TaskState(doing=Doing.NEW, since=event.time)
                self._queue[task] = None
                if step is not None:
                    step.started.append(task)
            case "wake":
                self._wake(event)
            case "print":
                self._printed.append(_text(event))
            case "cancel":
                self._cancelled = True
            case "block" if step is not None:
                step.held.append(event.line)
                step.until = event.time + held_seconds(event.info)
        return None

    def close(self) -> Step | None:
        """End a step that the recording does not end."""
        if self._step is None:
            return None
        return self._end(self._step.event, replace(self._step.was, doing=Doing.RUNS))

    def _begin(self, event: Event) -> None:
        was = self.states.get(event.task, TaskState(doing=Doing.NEW, since=event.time))
        turn = next((turn for turn in self._deviations if self._explains(turn, event)), None)
        if turn is not None:
            self._deviations.remove(turn)
        self._queue.pop(event.task, None)
        self._step = _Open(event=event, was=was, instead_of=None if turn is None else turn.instead_of)

    def _explains(self, turn: Deviation, event: Event) -> bool:
        """Whether this is the step that a task took out of turn: the other one has been ready for longer."""
        if (turn.time, turn.task) != (event.time, event.task):
            return False
        ready = list(self._queue)
        return turn.instead_of in ready and turn.instead_of in ready[: _place(ready, event.task)]

    def _wake(self, event: Event) -> None:
        task, step = event.task, self._step
        self._queue.pop(task, None)
        self._queue[task] = None
        by = None if step is None or event.info != str(step.event.task) else step.event.task
        if step is not None and step.event.task == task:
            step.ready_again = True  # it gives up its turn and wants the next one
            return
        if step is not None and by is not None and task not in step.woke:
            step.woke.append(task)
        state = self.states.get(task)
        if state is not None and state.doing is Doing.WAITS:
            self.states[task] = replace(state, doing=Doing.READY, by=by)

    def _end(self, event: Event, now: TaskState) -> Step | None:
        self.states[event.task] = now
        step = self._step
        if step is None or step.event.task != event.task:
            return None  # a task that is cancelled before its first step finishes without one
        self._step = None
        self._count += 1
        ended, before = max(event.time, step.until), self._time
        self._time = ended
        printed = "".join(self._printed)
        self._printed.clear()
        cancelled, self._cancelled = self._cancelled, False
        return Step(
            number=self._count,
            task=event.task,
            before=before,
            begun=step.event.time,
            ended=ended,
            was=step.was,
            now=now,
            started=tuple(step.started),
            woke=tuple(step.woke),
            held=tuple(step.held),
            printed=printed,
            instead_of=step.instead_of,
            cancelled=cancelled,
        )


def _place(ready: list[int], task: int) -> int:
    return ready.index(task) if task in ready else len(ready)


def _text(event: Event) -> str:
    return event.info or ""


def _ending(event: Event) -> Doing:
    endings = {"raised": Doing.RAISED, "cancelled": Doing.CANCELLED}
    return endings.get(event.info or "", Doing.RETURNED)
