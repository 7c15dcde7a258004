"""What came of one stretch of a scenario: how it ended, what it returned or raised, and when."""

from __future__ import annotations

from dataclasses import dataclass


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
class Outcome:
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
