"""What came back from one play, as plain data: how it ended, what it returned, who ran when.

All times are virtual seconds since the play began. The spans, marks and exceptions in it are records of ``rows``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from grader.wire.rows import (
    CALLER,
    NOTHING,
    Deviation,
    Event,
    Leaf,
    Mark,
    Missing,
    Raised,
    Remark,
    Returned,
    Span,
    TracedTask,
    Waiting,
)

__tracebackhide__ = True
"""Tells pytest to show the line of a hidden test that asked in vain, and not ours that says so."""


class Ended(StrEnum):
    """How a play came to its end. Each compares equal to its text: ``recording.ended == "deadlock"``."""

    RETURNED = "returned"
    RAISED = "raised"
    DEADLOCK = "deadlock"
    LATE = "late"
    BLOCKED_LOOP = "blocked-loop"
    NEVER_YIELDS = "never-yields"
    NEVER_RETURNS = "never-returns"
    """A plain function did not come back: it computed without an end, or waited for what nothing brings about."""
    CRASHED = "crashed"
    LIMIT = "limit"
    NOT_SIMULATED = "not-simulated"
    """A thread waited in a way that the simulation cannot follow, so nobody knows how the play would have gone on."""
    TAMPERED = "tampered"
    INTERNAL = "internal"

    @property
    def by_itself(self) -> bool:
        """Whether the scenario ran to its own end."""
        return self in (Ended.RETURNED, Ended.RAISED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancellation:
    """The step at which a play was to have its caller cancelled, and whether it came to that."""

    step: int
    """0 is before its first wait; step k is taken by whichever task is next after the k - 1 steps before it."""
    steps: int = 0
    """For how many steps the caller is open if it is not cancelled; 0 where nobody has asked."""
    time: float | None = None
    """The virtual time of the cancellation; None if the caller was over before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """Who ran when, in virtual seconds. Spans are the scenario's named stretches of work, each inside one task."""

    tasks: tuple[TracedTask, ...]
    events: tuple[Event, ...]
    spans: tuple[Span, ...]
    elapsed: float
    deviations: tuple[Deviation, ...] = ()
    failed_at: float | None = None
    """The virtual time at which the simulation stopped the play; what comes after that is its unwinding."""


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class Recording:
    """What came back from a play. The properties and methods are what hidden tests read.

    Whatever asks for something that did not happen raises Missing, which fails the test like an assertion: the result
    of a play that did not return, what was raised in a play that was stopped, a span that did not begin exactly once::

        recording = play("race", seconds={"slow": 3, "fast": 1})
        assert recording.result == [1, "fast"]
        assert recording.elapsed == 1
    """

    scenario: str
    """The name of the scenario that was played."""
    backend: str
    """``asyncio`` or ``trio``; ``python`` for a scenario without an event loop."""
    ended: Ended
    """How the play ended. Reading it is no claim about it; ``ended_as`` is."""
    reason: str = ""
    """What the simulation says about an ending that it brought about, e.g. for how long the loop was blocked."""
    line: int | None = None
    """The learner's line in which the play ended, if one is to blame."""
    elapsed: float = 0.0
    """Virtual seconds from the beginning of the play to its end."""
    value: object = None
    """What the scenario returned; None if it did not return. A hidden test reads ``result``."""
    error: Raised = NOTHING
    """What the scenario raised, however the play ended. A hidden test reads ``raised``."""
    spans: tuple[Span, ...] = ()
    """All spans, in the order in which they began."""
    attempts: tuple[Span, ...] = ()
    """All attempts, in the order in which they began."""
    marks: tuple[Mark, ...] = ()
    """All marks, in the order in which they were made."""
    returns: tuple[Returned, ...] = ()
    """What the submission's functions returned, for plays that were asked for it; the latest last."""
    waiting: tuple[Waiting, ...] = ()
    """The tasks that could not go on when the simulation stopped the play."""
    remarks: tuple[Remark, ...] = ()
    """What the play left behind: coroutines never awaited, tasks that still run, swallowed cancellations."""
    widths: tuple[int, ...] = ()
    """How many tasks were ready at each choice of the schedule; the product is the size of the tree of choices."""
    choices: tuple[int, ...] = ()
    """What the schedule chose each time; 0 is the task whose turn it was in natural order."""
    many: bool = False
    """Whether there were more choices than these."""
    steps: int = 0
    """How many steps all tasks took together."""
    caller_steps: int | None = None
    """For how many steps of all tasks ``stage.caller()`` was open; None if the scenario never entered it."""
    cancellation: Cancellation | None = None
    """The step at which the caller was to be cancelled, in a play of ``play.each_step``."""
    output: str = ""
    """What the play printed, cut off at the limit of the exercise."""
    trace: Trace | None = None
    """Who ran when, for plays that were asked for it; hidden tests get none."""
    digest: str = ""
    """A fingerprint of who did what when, for plays that were asked for a trace."""
    looked: bool = False
    """Whether a hidden test has looked at how this play ended or what it raised."""
    size: int = 0
    """Bytes of the message that it was read from; 0 for one that no box has sent."""
    _named: dict[str, dict[str, list[Any]]] = field(default_factory=dict, init=False, repr=False)
    """The rows of each kind by their names, once a hidden test has asked for some."""

    def __repr__(self) -> str:
        return f"<play of {self.scenario!r} on {self.backend}: {self.ended}>"

    @property
    def result(self) -> object:
        """What the scenario returned. Raises Missing when it did not return."""
        if self.ended is not Ended.RETURNED:
            raise Missing(f"the play ended as {self.ended}")
        return self.value

    def ended_as(self, *endings: str) -> bool:
        """Whether the play ended in one of these ways, e.g. ``"deadlock"``, which then is what the test expects.

        An ending that no hidden test asked for in this way fails the test, whatever its assertions say::

            assert play("both_wait").ended_as("deadlock")
        """
        expected = self.ended in endings
        self.looked = self.looked or expected
        return expected

    @property
    def raised(self) -> Raised:
        """What the scenario raised, falsy if nothing. Raises Missing when the play did not end by itself."""
        if not self.ended.by_itself:
            raise Missing(f"the play ended as {self.ended}")
        self.looked = True
        return self.error

    @property
    def surprises(self) -> list[Leaf]:
        """The exceptions that came out of the scenario or an attempt, without those that the scenario handed out.

        ``assert not recording.surprises`` says that the submission has raised nothing of its own.
        """
        raised = [self.error, *(attempt.raised for attempt in self.attempts)]
        return [leaf for error in raised for leaf in error.leaves if leaf.token is None]

    @property
    def order(self) -> list[str]:
        """The names of all marks, in order: ``assert recording.order == ["ask", "answer"]``."""
        return [mark.name for mark in self.marks]

    def values(self, name: str) -> list[object]:
        """The values of all marks of that name, in order."""
        return [mark.value for mark in self._rows_named("marks", name)]

    def times(self, name: str) -> list[float]:
        """The virtual seconds of all marks of that name, in order."""
        return [mark.time for mark in self._rows_named("marks", name)]

    def span(self, name: str) -> Span:
        """The only span of that name. Raises Missing if there is none, or more than one."""
        return self._only("spans", name)

    def attempt(self, name: str) -> Span:
        """The only attempt of that name. Raises Missing if there is none, or more than one."""
        return self._only("attempts", name)

    @property
    def caller(self) -> Span:
        """The span of ``stage.caller()``. Raises Missing if the scenario never came there."""
        return self.span(CALLER)

    @property
    def cancelled_at(self) -> float:
        """The virtual time at which the caller was cancelled. Raises Missing if it was not."""
        if self.cancellation is None or self.cancellation.time is None:
            raise Missing("the caller was not cancelled")
        return self.cancellation.time

    @property
    def stopped_at_once(self) -> bool:
        """Whether the caller was over at the very instant of its cancellation: cancelled by it, or done just then.

        ``caller.how`` tells the two apart. Raises Missing if the caller was not cancelled.
        """
        return self.cancelled_at == self.caller.stopped

    @property
    def left_running(self) -> list[str]:
        """The names of the spans that were under way when the caller was over. Raises Missing if it never was."""
        over = self.caller.end
        return [
            span.name for span in self.spans if span.start <= over and (span.stopped is None or span.stopped > over)
        ]

    def _only(self, kind: str, name: str) -> Span:
        of_that_name = self._rows_named(kind, name)
        if len(of_that_name) != 1:
            raise Missing(f"{name!r} began {len(of_that_name)} times, not once; the play ended as {self.ended}")
        span: Span = of_that_name[0]
        return span

    def _rows_named(self, kind: str, name: str) -> Sequence[Any]:
        """The marks, spans or attempts of that name. A test may ask for 20,000 names, so they are sorted only once."""
        by_name = self._named.get(kind)
        if by_name is None:
            by_name = self._named[kind] = {}
            for row in getattr(self, kind):
                by_name.setdefault(row.name, []).append(row)
        return by_name.get(name, ())
