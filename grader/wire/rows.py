"""The records of one play that cross from the box as rows.

A row is a list of the values of the record's fields, in the order in which the class states them; ``Raised`` alone
crosses as an object with two keys. The box writes a row with ``row``; ``sandbox.reading`` takes its length and the
check of each value from the fields and their annotations, and ``judge.documents`` stores traces by them. A new field of
a row is stated here, and filled in where the box makes the record.

All times are virtual seconds since the play began.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
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

__tracebackhide__ = True
"""Tells pytest to show the line of a hidden test that asked in vain, and not ours that says so."""


class Missing(AssertionError):
    """A hidden test asked a recording for something that did not happen. It fails the test as an assertion does."""


# Made by position, unlike our other records: to read a trace of 2000 events by keyword takes a third longer.


@dataclass(frozen=True, slots=True)
class Leaf:
    """One exception, without the groups around it: ``[leaf.message for leaf in recording.raised.leaves]``."""

    token: str | None
    """The name that the scenario gave to this very exception with ``stage.token``, if it did."""
    types: tuple[str, ...]
    """Qualified names along the method resolution order; classes of the submission begin with ``submission.``."""
    message: str
    """``str(error)``, cut off after 2,000 characters."""
    line: int | None
    """The innermost line of the learner's file that the exception came through; None if it came through none."""
    scenario_line: int | None = None
    """The line of the scenarios that it came from; None if the learner's file or neither of the two is further in."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Raised:
    """What a scenario or an attempt raised. Falsy when that is nothing.

    ``raised == "boom"`` if every leaf is the very exception that the scenario named ``boom``::

        recording = play("one_fails")
        assert recording.raised == "boom"  # the same object, in exception groups or not
        assert recording.raised.bare  # in no group
    """

    bare: bool
    """Whether the exception came out on its own, in no group."""
    leaves: tuple[Leaf, ...]
    """The first eight exceptions, without the groups around them; empty when nothing was raised."""

    def __eq__(self, name: object) -> bool:
        return bool(self.leaves) and all(leaf.token == name for leaf in self.leaves)

    __hash__ = object.__hash__

    def __bool__(self) -> bool:
        return bool(self.leaves)

    def isa(self, type_name: str) -> bool:
        """Whether every leaf is an instance of the named class, e.g. ``"TimeoutError"`` or ``"submission.Elapsed"``.

        False when nothing was raised.
        """
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

    ``end``, ``took``, ``value`` and ``cancelled_at`` raise Missing when the span did not end in the way they ask for::

        assert recording.span("slow").cancelled_at == 1
        assert recording.attempt("second").raised.isa("TimeoutError")
    """

    name: str
    """As the scenario wrote it."""
    start: float
    """When it began."""
    stopped: float | None
    """When it ended; None if it never did. A hidden test reads ``end``, which cannot be None."""
    how: Annotated[str, HOW]
    """``returned``, ``raised``, ``cancelled``, or ``open`` if it had not ended when the play was over."""
    value_or_error: Raised | object
    """What an attempt returned; the Raised if ``how`` is ``raised``; None otherwise, and in a stored trace."""
    task: int | None
    """The task that entered it; None outside of every task."""

    @property
    def end(self) -> float:
        """When it ended, in whatever way. Raises Missing if it never did."""
        if self.stopped is None:
            raise Missing(f"{self.name!r} never ended")
        return self.stopped

    @property
    def took(self) -> float:
        """Virtual seconds from its beginning to its end. Raises Missing if it never ended."""
        return self.end - self.start

    @property
    def value(self) -> object:
        """What the attempt returned; None for a span. Raises Missing if it did not return."""
        if self.how != "returned":
            raise Missing(f"{self.name!r} {self.how}, it did not return")
        return self.value_or_error

    @property
    def raised(self) -> Raised:
        """The exception that it raised; falsy if it raised none."""
        return self.value_or_error if isinstance(self.value_or_error, Raised) else NOTHING

    @property
    def cancelled_at(self) -> float:
        """When it ended, if a cancellation ended it. Raises Missing if something else did, or nothing."""
        if self.how != "cancelled":
            raise Missing(f"{self.name!r} {self.how}, it was not cancelled")
        return self.end


@dataclass(frozen=True, slots=True)
class Mark:
    """One ``stage.mark(name, value)``: ``[(mark.time, mark.value) for mark in recording.marks]``."""

    time: float
    """When it was made, in virtual seconds."""
    name: str
    """As the scenario wrote it."""
    value: object
    """What the scenario gave; None if it gave nothing."""


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
