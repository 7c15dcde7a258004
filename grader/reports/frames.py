"""Says in words what happens in one step of a play: who goes on, who had woken it, how it ends, what each task does.

What stands in backticks is code. Texts of the learner's program are cleaned and short.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from grader.judge.tasknames import TaskNames, numbered
from grader.reports.listing import Line
from grader.reports.replay import Doing, Step, TaskState
from grader.text import clean_line, counted, joined, seconds, waited_since
from grader.wire.recording import Ended, Trace
from grader.wire.rows import MAX_EVENTS

MAX_TASKS = 8
MAX_NAME = 24
MAX_NAMED = 4
"""Tasks that a sentence names one by one."""
MAX_PRINTED = 60
OUTPUT_LINES = 3
OUTPUT_LOOKED_AT = 4000

SENTENCES_OF_ENDINGS = {
    Ended.RETURNED: "The play is over, and the test looks at what it did.",
    Ended.RAISED: "An exception ends the play.",
    Ended.DEADLOCK: "Every task waits, and nothing is left that could wake one of them.",
    Ended.LATE: "It takes too long, and the play is stopped.",
    Ended.BLOCKED_LOOP: "A task holds up all others, and the play is stopped.",
    Ended.NEVER_YIELDS: "It would go on like this, without an end and without any time passing. The play is stopped.",
    Ended.NEVER_RETURNS: "The call does not come back, and the play is stopped.",
    Ended.CRASHED: "The process of the play ends.",
}
STATES = {
    Doing.NEW: "is ready to begin",
    Doing.RUNS: "runs, and does not give up its turn",
    Doing.RETURNED: "has returned",
    Doing.RAISED: "has raised an exception",
    Doing.CANCELLED: "was cancelled",
}
ENDS_OF_STEPS = {
    Doing.RUNS: "It does not give up its turn.",
    Doing.RETURNED: "It returns.",
    Doing.RAISED: "It raises an exception.",
    Doing.CANCELLED: "It is cancelled.",
}
OTHER_WAY = "not as in the reference answer"
COMPARED = "Up to this step the reference answer does the same; here it goes another way."


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRow:
    """What one task does after a step; ``acts`` marks the task whose step it was."""

    name: str
    says: str
    acts: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One step, or the end of the play. ``at`` and ``stops`` are places in the listing, counted from 1."""

    step: int
    """The number of the step; that of the end is one more than there are steps."""
    title: str
    said: tuple[str, ...]
    tasks: tuple[TaskRow, ...]
    more: int
    """Tasks that are not shown."""
    output: str
    at: int | None
    """The line that the task goes on from."""
    stops: tuple[int, ...]
    """The lines in which it waits next, or holds up all tasks; at the end, those in which tasks still wait."""
    skipped: int = 0
    """Steps before this one that have no frame."""
    turning: str = ""
    """Why this step is deciding, in a few words; empty for most."""
    deciding: bool = False


class Writer:
    """Says in words what happens in one play."""

    def __init__(self, trace: Trace, lines: Sequence[Line], steps: int) -> None:
        self.steps = steps
        self._spans = TaskNames(trace)
        self._names = task_labels(trace)
        self._parents = {task.id: task.parent for task in trace.tasks}
        self._places = {line.number: place for place, line in enumerate(lines, start=1)}

    def frame(self, step: Step, states: Mapping[int, TaskState], output: str, turning: str) -> Frame:
        near = [step.task, *step.woke, *step.started]
        return Frame(
            step=step.number,
            title=f"Step {step.number} of {self.steps} · {seconds(step.begun)}",
            said=(*self._sentences(step), *([COMPARED] if turning == OTHER_WAY else [])),
            tasks=self._rows(states, step.ended, near, acts=step.task),
            more=max(0, len(states) - MAX_TASKS),
            output=_last_lines(output),
            at=self._places.get(step.was.line or 0),
            stops=self._stops([step.now.line, *step.held]),
            turning=turning,
        )

    def end(
        self, count: int, time: float, states: Mapping[int, TaskState], output: str, said: tuple[str, ...]
    ) -> Frame:
        return Frame(
            step=count + 1,
            title=f"The end · {seconds(time)}",
            said=said,
            tasks=self._rows(states, time, [], acts=None),
            more=max(0, len(states) - MAX_TASKS),
            output=_last_lines(output),
            at=None,
            stops=self._stops(state.line for state in states.values() if state.doing is Doing.WAITS),
            deciding=True,
        )

    def _stops(self, lines: Iterable[int | None]) -> tuple[int, ...]:
        return tuple(sorted({self._places[line] for line in lines if line in self._places}))

    # ---- sentences ---------------------------------------------------------------------------------------------------

    def _sentences(self, step: Step) -> Iterable[str]:
        if step.before < step.begun:
            yield f"Time passes: {seconds(step.before)} → {seconds(step.begun)}."
        if step.cancelled:
            yield "The test cancels the caller here."
        if step.instead_of is not None:
            usual, other = self._code(step.instead_of), self._code(step.task)
            yield f"In the usual order it would be the turn of {usual}; {other} may go first just as well."
        yield self._goes_on(step)
        if step.started:
            yield f"It starts {self._list(step.started)}."
        if step.printed.strip():
            yield f"It prints `{_quoted(step.printed.strip(), MAX_PRINTED)}`."
        if step.woke:
            yield f"It wakes {self._list(step.woke)}."
        if step.held:
            lasted = f" until {seconds(step.ended)}" if step.ended > step.begun else ""
            yield f"It holds up every task{_in_line(step.held[0])}{lasted}."
        yield self._ends(step)

    def _goes_on(self, step: Step) -> str:
        who, was = self._code(step.task), step.was
        if was.doing is Doing.NEW:
            parent = self._parents.get(step.task)
            return f"{who} begins." if parent is None else f"{who} begins; {self._code(parent)} has started it."
        woken = "" if was.by is None else f", woken by {self._code(was.by)}"
        return f"{who} goes on{_in_line(was.line)}{woken}."

    def _ends(self, step: Step) -> str:
        now = step.now
        if now.doing is Doing.READY:
            return f"It gives the other tasks a turn{_in_line(now.line)}."
        if now.doing is Doing.WAITS:
            return f"Then it waits{_where(now)}."
        return ENDS_OF_STEPS.get(now.doing, "")

    # ---- tasks -------------------------------------------------------------------------------------------------------

    def _rows(
        self, states: Mapping[int, TaskState], time: float, near: Sequence[int], *, acts: int | None
    ) -> tuple[TaskRow, ...]:
        shown = list(states)
        if len(shown) > MAX_TASKS:
            first = dict.fromkeys([*(task for task in near if task in states), *shown])
            shown = sorted(list(first)[:MAX_TASKS])
        return tuple(
            TaskRow(name=self._row_name(task, time), says=self._state(states[task]), acts=task == acts)
            for task in shown
        )

    def _row_name(self, task: int, time: float) -> str:
        name, work = name_in(self._names, task), self._spans.work_at(task, time)
        inside = "" if work is None else clean_line(work, MAX_NAME)
        return name if inside in ("", name) else f"{name} ({inside})"

    def _state(self, state: TaskState) -> str:
        if state.doing is Doing.READY:
            woken = "" if state.by is None else f", woken by {self._code(state.by)}"
            return f"is ready to go on{_in_line(state.line)}{woken}"
        if state.doing is Doing.WAITS:
            return f"waits{_where(state)} {waited_since(state.since)}"
        return STATES[state.doing]

    def _code(self, task: int) -> str:
        return f"`{name_in(self._names, task)}`"

    def _list(self, tasks: Sequence[int]) -> str:
        if len(tasks) > MAX_NAMED + 1:
            return joined([*map(self._code, tasks[:MAX_NAMED]), counted(len(tasks) - MAX_NAMED, "more task")])
        return joined([self._code(task) for task in tasks])


def end_sentences(trace: Trace, ended: Ended) -> tuple[str, ...]:
    """Say how the play ended, and whether later steps are missing."""
    sentence = SENTENCES_OF_ENDINGS.get(ended, "The play is stopped.")
    if len(trace.events) < MAX_EVENTS:
        return (sentence,)
    return ("The play went on; its later steps are not recorded.", sentence)


def task_labels(trace: Trace) -> dict[int, str]:
    """Name each task by its only span, but the scenario's own by its function, and tell those of one name apart."""
    names = TaskNames(trace)
    plain = [(task.parent is not None and names.only_span(task.id)) or task.name for task in trace.tasks]
    return dict(zip((task.id for task in trace.tasks), numbered(plain), strict=True))


def name_in(names: Mapping[int, str], task: int | None) -> str:
    """The name of a task as it may stand between backticks."""
    return _quoted(names.get(-1 if task is None else task, "a task"), MAX_NAME)


def _quoted(text: str, limit: int) -> str:
    """Make a text fit to stand between backticks."""
    return clean_line(text, limit).replace("`", "'")


def _in_line(line: int | None) -> str:
    return "" if line is None else f" in line {line}"


def _where(state: TaskState) -> str:
    """Say in which line a task waits, and for what: the name of a call is code, and a description is not."""
    if state.line is None and not state.awaiting:
        return " outside of your file"
    awaiting = _quoted(state.awaiting, 2 * MAX_NAME)
    awaited = f" for {awaiting}" if " " in awaiting else f" for `{awaiting}`"
    return _in_line(state.line) + (awaited if awaiting else "")


def tail(output: str) -> str:
    """What matters of what was printed so far; the rest may be long."""
    return output[-OUTPUT_LOOKED_AT:]


def _last_lines(output: str) -> str:
    lines = output.strip("\n").split("\n")
    return "\n".join(clean_line(line, MAX_PRINTED) for line in lines[-OUTPUT_LINES:])
