"""What is known of a failure: the play that shows it, the same play of the reference answer, and the submission.

Spans and waits are compared by name. Of a play that was stopped, they are taken as they stood when it was: the
simulation cancels what is under way then, and that is no doing of the program.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from grader.authoring import Diagnosed
from grader.judge.explain.code import Code
from grader.judge.unwinding import spans_as_at
from grader.kit import contract
from grader.kit.diagnosis import Diagnosis
from grader.kit.exercise import Exercise
from grader.kit.hidden_tests import HiddenTest
from grader.policy.promises import Definition, Promise
from grader.wire.recording import Recording
from grader.wire.rows import Returned, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A submission that failed, and its exercise."""

    code: Code
    exercise: Exercise
    promised: tuple[Promise, ...]
    defined: Mapping[str, Definition]
    catalogue: Mapping[str, Diagnosis]
    contract: tuple[contract.Promise, ...] = ()
    """The numbered promises of the stub."""

    @property
    def threads(self) -> bool:
        """Whether the rules of the exercise allow threads."""
        return self.exercise.rules.allow_threads


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """A task waits in a line of the submission."""

    task: int
    line: int
    awaiting: str
    since: float
    seconds: float | None
    """For how long; None if it never went on."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Evidence:
    """One hidden test that failed on one backend."""

    test: HiddenTest
    backend: str
    slug: str
    """The diagnosis as far as it was known when the test failed (``telling``)."""
    said: Diagnosed | None
    """What the author of the test says of it; None where the test was cut short."""
    chosen: bool
    """Whether the test has chosen to say that by what it saw, and does not say it of any failure."""
    stumbled: bool
    """Whether the test raised what is no failed assertion: it could not use what it found."""
    shown: Recording
    """The play, with its trace and with what the submission's functions returned if it ended by itself."""
    reference: Recording | None
    """The same play of the reference answer, in natural order; None if there is none that ended by itself."""

    # ---- spans -------------------------------------------------------------------------------------------------------

    @cached_property
    def spans(self) -> tuple[Span, ...]:
        """The spans of the play, as they stood when it was stopped if it was."""
        trace = self.shown.trace
        if trace is None or trace.failed_at is None:
            return self.shown.spans
        return spans_as_at(self.shown.spans, trace, trace.failed_at)

    @cached_property
    def mine(self) -> Mapping[str, Span]:
        """The spans of the play whose names occur once."""
        return _by_name(self.spans)

    @cached_property
    def theirs(self) -> Mapping[str, Span]:
        """The same of the reference answer; empty if there is none."""
        return _by_name(self.reference.spans) if self.reference is not None else {}

    @cached_property
    def siblings(self) -> tuple[str, ...]:
        """The names of the reference's spans that stand in tasks beside each other, in the order in which they begin.

        A span of the task that has started the others is none of them.
        """
        if self.reference is None or self.reference.trace is None:
            return ()
        parents = {task.id: task.parent for task in self.reference.trace.tasks}
        spans = [span for span in self.theirs.values() if span.task in parents]
        above = {ancestor for span in spans for ancestor in _ancestors(span.task, parents)}
        names = tuple(span.name for span in spans if span.task not in above)
        return names if len({self.theirs[name].task for name in names}) > 1 else ()

    @cached_property
    def together(self) -> tuple[str, ...]:
        """Those of the siblings that are under way at the same time as another one, for longer than a moment."""
        spans = [self.theirs[name] for name in self.siblings]
        return tuple(
            one.name for one in spans if any(_overlap(one, other) for other in spans if one.task != other.task)
        )

    # ---- what was returned -------------------------------------------------------------------------------------------

    def returned(self, name: str) -> Returned | None:
        """The last value that a function of the submission returned in the play."""
        return _last(self.shown.returns, name)

    def expected(self, name: str) -> Returned | None:
        """The last value that the function of the reference answer returned in the same play."""
        return _last(self.reference.returns, name) if self.reference is not None else None

    # ---- waits -------------------------------------------------------------------------------------------------------

    @cached_property
    def waits(self) -> tuple[Wait, ...]:
        """All waits in lines of the submission up to the end of the play, in the order in which they began."""
        trace = self.shown.trace
        if trace is None:
            return ()
        stopped = math.inf if trace.failed_at is None else trace.failed_at
        found: list[Wait] = []
        open_waits: dict[int, int] = {}
        for event in trace.events:
            if event.kind == "suspend" and event.line is not None and event.time <= stopped:
                open_waits[event.task] = len(found)
                found.append(
                    Wait(task=event.task, line=event.line, awaiting=event.info or "", since=event.time, seconds=None)
                )
            elif event.kind in ("resume", "finish") and event.task in open_waits:
                number = open_waits.pop(event.task)
                if event.time < stopped:
                    found[number] = replace(found[number], seconds=event.time - found[number].since)
        return tuple(found)

    def line_in(self, span: Span) -> int | None:
        """The submission's line in which the task of a span first waits while the span is open."""
        end = math.inf if span.stopped is None else span.stopped
        inside = (wait for wait in self.waits if wait.task == span.task and span.start <= wait.since <= end)
        return next((wait.line for wait in inside), None)


def _by_name(spans: Sequence[Span]) -> Mapping[str, Span]:
    counts = Counter(span.name for span in spans)
    return {span.name: span for span in spans if counts[span.name] == 1}


def _ancestors(task: int | None, parents: Mapping[int, int | None]) -> Iterator[int]:
    while task is not None and (task := parents.get(task)) is not None:
        yield task


def _overlap(one: Span, other: Span) -> bool:
    ends = [math.inf if span.stopped is None else span.stopped for span in (one, other)]
    return max(one.start, other.start) < min(ends)


def differ(one: float | None, other: float | None) -> bool:
    """Whether two times differ by more than what adding up many small ones makes of them."""
    if one is None or other is None:
        return one is not other
    return abs(one - other) > 1e-6


def _last(returns: Sequence[Returned], name: str) -> Returned | None:
    return next((returned for returned in reversed(returns) if returned.name == name), None)


def sleeps_by_line(waits: Sequence[Wait]) -> Mapping[tuple[int, int], list[float]]:
    """The lengths of the sleeps of each task in each line, without those of no length."""
    found: dict[tuple[int, int], list[float]] = defaultdict(list)
    for wait in waits:
        if wait.seconds and wait.awaiting.startswith("sleep"):
            found[wait.task, wait.line].append(wait.seconds)
    return found
