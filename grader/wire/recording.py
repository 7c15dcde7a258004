"""What came back from one play, as plain data: how it ended, what it returned, who ran when.

``reading.read`` makes one from a message of the box. All times are virtual seconds since the play began.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

# ---- outcomes --------------------------------------------------------------------------------------------------------
#
# What came of one stretch of a scenario: how it ended, what it returned or raised, and when.


class Missing(AssertionError):
    """A hidden test asked a recording for something that did not happen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One exception, without the groups round it."""

    token: str | None
    types: tuple[str, ...]
    """Qualified names along the method resolution order; classes of the submission begin with ``submission.``."""
    message: str
    line: int | None
    """The innermost line of the student's file on the way to it, if it came from there."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Raised:
    """What came out as an exception. ``== "boom"``: every leaf is that token. Falsy when nothing was raised."""

    bare: bool
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
        """The message of the only leaf."""
        if len(self.leaves) != 1:
            raise Missing(f"{len(self.leaves)} exceptions were raised, not one")
        return self.leaves[0].message


NOTHING = Raised(bare=False, leaves=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One span or one attempt: when it began and ended, and how."""

    name: str
    start: float
    stopped: float | None
    how: str
    """``open returned raised cancelled``"""
    raised: Raised
    result: object
    task: int | None

    @property
    def end(self) -> float:
        """When it was over, in virtual seconds; asking for the end of an open one fails."""
        if self.stopped is None:
            raise Missing(f"{self.name!r} never ended")
        return self.stopped

    @property
    def took(self) -> float:
        return self.end - self.start

    @property
    def value(self) -> object:
        if self.how != "returned":
            raise Missing(f"{self.name!r} {self.how}, it did not return")
        return self.result

    @property
    def cancelled_at(self) -> float:
        if self.how != "cancelled":
            raise Missing(f"{self.name!r} {self.how}, it was not cancelled")
        return self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One ``stage.mark(name, value)``."""

    time: float
    name: str
    value: object


LEFT_BEHIND = (
    "never-awaited",
    "leaked-task",
    "leaked-thread",
    "swallowed-cancellation",
    "unretrieved",
    "unclosed",
)
"""What a play may leave behind, the most telling first. trio has no exceptions that nobody retrieves."""


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
    TAMPERED = "tampered"
    INTERNAL = "internal"

    @property
    def by_itself(self) -> bool:
        """Whether the scenario ran to its own end."""
        return self in (Ended.RETURNED, Ended.RAISED)


# ---- the trace -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedTask:
    """One task of the play; ``parent`` is the task that started it."""

    id: int
    name: str
    parent: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened to one task.

    kind        info
    ``spawn``   None
    ``start``   None: its first step begins
    ``resume``  None: a later step begins
    ``suspend`` what it awaits, in the learner's words (``sleep``, ``Event.wait``); ``line`` is where
    ``block``   the virtual seconds for which it held the whole loop, as text; ``line`` is where
    ``finish``  ``returned``, ``raised`` or ``cancelled``
    """

    time: float
    kind: str
    task: int
    line: int | None
    info: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """A task took a step before another whose turn it would have been in natural order."""

    time: float
    task: int
    instead_of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """Who ran when. Spans are the scenario's named stretches of work, each inside one task."""

    tasks: tuple[TracedTask, ...]
    events: tuple[Event, ...]
    spans: tuple[Span, ...]
    elapsed: float
    deviations: tuple[Deviation, ...] = ()
    failed_at: float | None = None
    """When the simulation stopped the play; what comes after that is its unwinding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A task that could not go on when the play ended."""

    task: str
    line: int | None
    awaiting: str
    since: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Something that a play left behind: one of ``LEFT_BEHIND``, where, and its name."""

    slug: str
    line: int | None
    detail: str


# ---- the recording ---------------------------------------------------------------------------------------------------


@dataclass(slots=True, kw_only=True, eq=False)
class Recording:
    """What came back from a play. The properties are what hidden tests read; reading what is not there fails."""

    scenario: str
    backend: str
    ended: Ended
    reason: str = ""
    line: int | None = None
    elapsed: float = 0.0
    value: object = None
    error: Raised = NOTHING
    spans: tuple[Span, ...] = ()
    attempts: tuple[Span, ...] = ()
    marks: tuple[Mark, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    hygiene: tuple[Remark, ...] = ()
    widths: tuple[int, ...] = ()
    """How many tasks were ready at each choice of the schedule; the product is the size of the tree of choices."""
    choices: tuple[int, ...] = ()
    many: bool = False
    """Whether there were more choices than these."""
    steps: int = 0
    output: str = ""
    trace: Trace | None = None
    digest: str = ""
    """A fingerprint of who did what when, for plays that were asked for a trace."""
    looked: bool = False
    """Whether a hidden test has looked at how this play ended or what it raised."""

    @property
    def result(self) -> object:
        """What the scenario returned; fails when it did not return."""
        if self.ended is not Ended.RETURNED:
            raise Missing(f"the play ended as {self.ended}")
        return self.value

    def ended_as(self, *endings: str) -> bool:
        """Whether the play ended in one of these ways, e.g. ``"deadlock"``, which then is what the test expects.

        An ending that no hidden test asked for in this way fails it, whatever its assertions say.
        """
        found = self.ended in endings
        self.looked = self.looked or found
        return found

    @property
    def raised(self) -> Raised:
        """What the scenario raised, falsy if nothing; fails when the play did not end by itself."""
        if not self.ended.by_itself:
            raise Missing(f"the play ended as {self.ended}")
        self.looked = True
        return self.error

    @property
    def surprises(self) -> list[Leaf]:
        """The exceptions that came out of the scenario or an attempt without being handed out by the scenario."""
        raised = [self.error, *(attempt.raised for attempt in self.attempts)]
        return [leaf for each in raised for leaf in each.leaves if leaf.token is None]

    @property
    def order(self) -> list[str]:
        """The names of all marks, in order."""
        return [mark.name for mark in self.marks]

    def values(self, name: str) -> list[object]:
        """The values of all marks of that name, in order."""
        return [mark.value for mark in self.marks if mark.name == name]

    def times(self, name: str) -> list[float]:
        """The times of all marks of that name, in order."""
        return [mark.time for mark in self.marks if mark.name == name]

    def span(self, name: str) -> Span:
        """The only span of that name."""
        return _only(self.spans, name, self.ended)

    def attempt(self, name: str) -> Span:
        """The only attempt of that name."""
        return _only(self.attempts, name, self.ended)


def _only(outcomes: Sequence[Span], name: str, ended: Ended) -> Span:
    found = [outcome for outcome in outcomes if outcome.name == name]
    if len(found) != 1:
        raise Missing(f"{name!r} began {len(found)} times, not once; the play ended as {ended}")
    return found[0]
