"""Names the tasks of a play for a learner: by the scenario's named stretch of work, else by the task's function.

Every report takes its names from here, so that a sentence and a figure call one task by one name. Names are as the
learner's program gave them; the report that shows one cleans it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from grader.wire.recording import Trace
from grader.wire.rows import Span


class TaskNames:
    """The names of the tasks of one play."""

    def __init__(self, trace: Trace) -> None:
        self._spans: dict[int | None, list[Span]] = defaultdict(list)
        for span in trace.spans:
            self._spans[span.task].append(span)
        self._functions = dict(
            zip((task.id for task in trace.tasks), numbered([task.name for task in trace.tasks]), strict=True)
        )

    def at(self, task: int, time: float) -> str:
        """The span that a task is in at that time, else its first span, else its function."""
        inside = self.span_at(task, time)
        if inside is not None:
            return inside
        spans = self._spans.get(task)
        return spans[0].name if spans else self.function(task)

    def only_span(self, task: int) -> str | None:
        """The name of the span of a task that has exactly one."""
        spans = self._spans.get(task, ())
        return spans[0].name if len(spans) == 1 else None

    def span_at(self, task: int, time: float) -> str | None:
        """The name of the span that a task is in at that time: of several, the one that began first."""
        spans = (span for span in self._spans.get(task, ()) if span.start <= time)
        return next((span.name for span in spans if span.stopped is None or time <= span.stopped), None)

    def work_at(self, task: int, time: float) -> str | None:
        """The name of the innermost span that goes on after that time."""
        spans = (span for span in reversed(self._spans.get(task, ())) if span.start <= time)
        return next((span.name for span in spans if span.stopped is None or time < span.stopped), None)

    def function(self, task: int) -> str:
        """The function that a task runs, with a number if several tasks run it."""
        return self._functions.get(task, "a task")


def numbered(names: Sequence[str]) -> tuple[str, ...]:
    """Tell things of one name apart: ``run``, ``run 2``, ``run 3``."""
    seen: Counter[str] = Counter()
    told_apart: list[str] = []
    for name in names:
        seen[name] += 1
        told_apart.append(name if seen[name] == 1 else f"{name} {seen[name]}")
    return tuple(told_apart)
