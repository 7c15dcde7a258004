"""What a lane of a timeline is made of: kinds of bars, and ways to end."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What happens during a bar."""

    WORK = "work"
    WAIT = "wait"
    BLOCKED = "blocked"


class How(StrEnum):
    """How a lane ends."""

    RETURNED = "returned"
    RAISED = "raised"
    CANCELLED = "cancelled"
    OPEN = "open"
    NEVER = "never"
    """It never began, unlike in the reference's play."""
