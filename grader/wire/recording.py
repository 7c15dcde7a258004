"""What came back from one play, as plain data: how it ended, what it returned, who ran when.

All times are virtual seconds since the play began.

The records from ``Leaf`` to ``Deviation`` cross from the box as rows, but for ``Raised``, which is an object with two
keys. A row is a list of the values of the record's fields, in the order in which the class states them. The box writes
it with ``row``; ``sandbox.reading`` takes its length and the check of each value from the fields and their annotations,
and ``judge.documents`` stores traces by them. A new field of a row is stated here, and filled in where the box makes
the record.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from enum import StrEnum
from functools import cache
from operator import attrgetter
from typing import Annotated, Any

HOW = ("open", "returned", "raised", "cancelled")
"""How a span or an attempt ended; ``open`` if it had not when the play was over."""

EVENTS = ("spawn", "start", "resume", "suspend", "wake", "print", "block", "cancel", "finish")
"""The kinds of ``Event``."""

INSTANTS = ("mark", "span", "attempt", "end of span", "end of attempt", "block", "cancel", "over")
"""What an ``Instant`` is of; ``block`` is a call that held the loop, ``cancel`` the cancellation of the caller and
``over`` the end of the scenario."""

CALLER = "caller"
"""The name of the span of ``stage.caller()``."""

LEFT_BEHIND = (
    "never-awaited",
    "leaked-task",
    "leaked-thread",
    "swallowed-cancellation",
    "unretrieved",
    "unclosed",
)
"""What a play may leave behind, the most telling first. Exceptions are ``unretrieved`` on asyncio alone."""

MAX_ROWS = 20_000
"""The most marks, and spans, and attempts of one play: a scenario that goes on for ever must not fill the memory."""
MAX_LEAVES = 8
MAX_WAITING = 50
MAX_EVENTS = 6000
"""Events that cross to the trusted side; a picture needs far fewer, and a spinning play makes 100,000."""
MAX_DEVIATIONS = 50
MAX_RETURNED = 40
"""Pairs of a function and a class of which it has returned a value."""
MAX_RETURNED_PARTS = 64
MAX_RETURNED_TEXT = 2000
"""What crosses of one returned value: enough for a line of a report."""


class Missing(AssertionError):
    """A hidden test asked a recording for something that did not happen."""


class Ended(StrEnum):
    """How a play came to its end."""

    RETURNED = "returned"
    RAISED = "raised"
    DEADLOCK = "deadlock"
    LATE = "late"
    BLOCKED_LOOP = "blocked-loop"
    NEVER_YIELDS = "never-yields"
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


# ---- the rows --------------------------------------------------------------------------------------------------------
#
# Made by position, unlike our other records: to read a trace of 2000 events by keyword takes a third longer.


@dataclass(frozen=True, slots=True)
class Leaf:
    """One exception, without the groups around it."""

    token: str | None
    """The name that the scenario gave to this very exception with ``stage.token``, if it did."""
    types: tuple[str, ...]
    """Qualified names along the method resolution order; classes of the submission begin with ``submission.``."""
    message: str
    line: int | None
    """The innermost line of the learner's file that the exception came through; None if it came through none."""
    scenario_line: int | None = None
    """The line of the scenarios that it came from; None if the learner's file or neither of the two is further in."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Raised:
    """What a scenario or an attempt raised. Falsy when that is nothing.

    ``raised == "boom"`` if every leaf is the very exception that the scenario named ``boom``.
    """

    bare: bool
    """Whether the exception came out on its own, in no group."""
    leaves: tuple[Leaf, ...]

    def __eq__(self, name: object) -> bool:
        return bool(self.leaves) and all(leaf.token == name for leaf in self.leaves)

    __hash__ = object.__hash__

    def __bool__(self) -> bool:
        return bool(self.leaves)

    def isa(self, type_name: str) -> bool:
        """Whether every leaf is an instance of the named class, e.g. ``"TimeoutError"`` or ``"submission.Elapsed"``."""
        return bool(self.leaves) and all(type_name in leaf.types for leaf in self.leaves)

    @property
    def message(self) -> str:
        """The message of the only leaf. Raises Missing if there is none, or more than one."""
        if len(self.leaves) != 1:
            raise Missing(f"{len(self.leaves)} exceptions were raised, not one")
        return self.leaves[0].message


NOTHING = Raised(bare=False, leaves=())


@dataclass(frozen=True, slots=True)
class Span:
    """One span or one attempt of the stage: when it began and ended, in virtual seconds, and how.

    ``end``, ``took``, ``value`` and ``cancelled_at`` raise Missing when the span did not end in the way they ask for.
    """

    name: str
    start: float
    stopped: float | None
    how: Annotated[str, HOW]
    value_or_error: Raised | object
    """What an attempt returned; the Raised if ``how`` is ``raised``; None otherwise, and in a stored trace."""
    task: int | None
    """The task that entered it; None outside of every task."""

    @property
    def end(self) -> float:
        if self.stopped is None:
            raise Missing(f"{self.name!r} never ended")
        return self.stopped

    @property
    def took(self) -> float:
        """Virtual seconds from its beginning to its end."""
        return self.end - self.start

    @property
    def value(self) -> object:
        """What the attempt returned; None for a span."""
        if self.how != "returned":
            raise Missing(f"{self.name!r} {self.how}, it did not return")
        return self.value_or_error

    @property
    def raised(self) -> Raised:
        """The exception that it raised; falsy if it raised none."""
        return self.value_or_error if isinstance(self.value_or_error, Raised) else NOTHING

    @property
    def cancelled_at(self) -> float:
        if self.how != "cancelled":
            raise Missing(f"{self.name!r} {self.how}, it was not cancelled")
        return self.end


@dataclass(frozen=True, slots=True)
class Mark:
    """One ``stage.mark(name, value)``, and when it was made, in virtual seconds."""

    time: float
    name: str
    value: object


@dataclass(frozen=True, slots=True)
class Instant:
    """Something that a play recorded, in the order of all that it recorded, whichever thread that came from.

    The box notes it apart from the row of the mark, span or attempt, and it serves the trusted side alone: a row that
    was changed afterwards does not agree with it.
    """

    time: float
    what: Annotated[str, INSTANTS]
    number: int
    """Which row of its kind it is, from 0 on."""
    row: int
    """The checksum of the row as it is from then on; 0 if there is none."""


@dataclass(frozen=True, slots=True)
class Returned:
    """A function or method of the submission, and the last value of one class that it has returned."""

    name: str
    """Its qualified name, such as ``join`` or ``Stream.map``."""
    types: tuple[str, ...]
    """The class of the value and its bases, as in ``Leaf.types``."""
    value: object
    """The value as it was then; of one with many parts the name of its type alone."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A task that could not go on when the play ended."""

    task: str
    line: int | None
    """The line of the learner's file in which the task waits; None if it waits outside of that file."""
    awaiting: str
    """What it awaits, in the learner's words (``sleep``, ``Event.wait``)."""
    since: float


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that a play left behind: what kind it is, the learner's line, and its name.

    From a box ``slug`` is one of ``LEFT_BEHIND``; the judge adds ``fragile``.
    """

    slug: Annotated[str, LEFT_BEHIND]
    line: int | None
    detail: str


@dataclass(frozen=True, slots=True)
class TracedTask:
    """One task of the play; ``parent`` is the task that started it."""

    id: int
    name: str
    parent: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancellation:
    """The step at which a play was to have its caller cancelled, and whether it came to that."""

    step: int
    """0 is before its first wait; step k is taken by whichever task is next after the k - 1 steps before it."""
    steps: int = 0
    """For how many steps the caller is open if it is not cancelled; 0 where nobody has asked."""
    time: float | None = None
    """The virtual time of the cancellation; None if the caller was over before."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to one task.

    kind        info
    ``spawn``   None
    ``start``   None: its first step begins
    ``resume``  None: a later step begins
    ``suspend`` what it awaits, in the learner's words (``sleep``, ``Event.wait``); ``line`` is where
    ``wake``    the number of the task that woke it, as text; None if time, data or a thread did
    ``print``   what it printed
    ``block``   the virtual seconds for which it held the whole loop, as text; ``line`` is where
    ``cancel``  None: the caller, which is this task, is cancelled
    ``finish``  ``returned``, ``raised`` or ``cancelled``
    """

    time: float
    kind: Annotated[str, EVENTS]
    task: int
    line: int | None
    info: str | None


@dataclass(frozen=True, slots=True)
class Deviation:
    """A task took a step before another whose turn it would have been in natural order."""

    time: float
    task: int
    instead_of: int


def row(record: Leaf | Span | Mark | Instant | Returned | Waiting | Remark) -> list[Any]:
    """A record as it crosses."""
    kind: Any = type(record)
    return list(_values_of(kind)(record))


@cache
def _values_of(kind: Any) -> attrgetter[tuple[Any, ...]]:
    return attrgetter(*(field.name for field in fields(kind)))


# ---- the recording ---------------------------------------------------------------------------------------------------


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


@dataclass(slots=True, kw_only=True, eq=False)
class Recording:
    """What came back from a play. The properties and methods are what hidden tests read.

    Whatever asks for something that did not happen raises Missing, which fails the test like an assertion: the result
    of a play that did not return, what was raised in a play that was stopped, a span that did not begin exactly once.
    """

    scenario: str
    backend: str
    ended: Ended
    reason: str = ""
    """What the simulation says about an ending that it brought about, e.g. for how long the loop was blocked."""
    line: int | None = None
    """The learner's line in which the play ended, if one is to blame."""
    elapsed: float = 0.0
    """Virtual seconds from the beginning of the play to its end."""
    value: object = None
    error: Raised = NOTHING
    spans: tuple[Span, ...] = ()
    attempts: tuple[Span, ...] = ()
    marks: tuple[Mark, ...] = ()
    returns: tuple[Returned, ...] = ()
    """What the submission's functions returned, for plays that were asked for it; the latest last."""
    waiting: tuple[Waiting, ...] = ()
    remarks: tuple[Remark, ...] = ()
    widths: tuple[int, ...] = ()
    """How many tasks were ready at each choice of the schedule; the product is the size of the tree of choices."""
    choices: tuple[int, ...] = ()
    many: bool = False
    """Whether there were more choices than these."""
    steps: int = 0
    caller_steps: int | None = None
    """For how many steps of all tasks ``stage.caller()`` was open; None if the scenario never entered it."""
    cancellation: Cancellation | None = None
    """The step at which the caller was to be cancelled, in a play of ``play.each_step``."""
    output: str = ""
    """What the play printed, cut off at the limit of the exercise."""
    trace: Trace | None = None
    digest: str = ""
    """A fingerprint of who did what when, for plays that were asked for a trace."""
    looked: bool = False
    """Whether a hidden test has looked at how this play ended or what it raised."""
    size: int = 0
    """Bytes of the message that it was read from; 0 for one that no box has sent."""
    _named: dict[str, dict[str, list[Any]]] = field(default_factory=dict, init=False, repr=False)
    """The rows of each kind by their names, once a hidden test has asked for some."""

    @property
    def result(self) -> object:
        """What the scenario returned. Raises Missing when it did not return."""
        if self.ended is not Ended.RETURNED:
            raise Missing(f"the play ended as {self.ended}")
        return self.value

    def ended_as(self, *endings: str) -> bool:
        """Whether the play ended in one of these ways, e.g. ``"deadlock"``, which then is what the test expects.

        An ending that no hidden test asked for in this way fails the test, whatever its assertions say.
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
        """The exceptions that came out of the scenario or an attempt, without those that the scenario handed out."""
        raised = [self.error, *(attempt.raised for attempt in self.attempts)]
        return [leaf for error in raised for leaf in error.leaves if leaf.token is None]

    @property
    def order(self) -> list[str]:
        """The names of all marks, in order."""
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
