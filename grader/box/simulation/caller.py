"""The part of a scenario that a play may cancel at a chosen step: ``stage.caller()``.

Steps are counted from the moment the caller is entered, whichever task takes them. The cancellation comes where one
step has ended and the next one has not been chosen: no task runs, no time has passed since, and what that step has
queued has not run yet. On both event loops another task or callback might cancel a scope there just as well.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf


class Caller:
    """The caller of one run, its steps, and when it was cancelled."""

    def __init__(self) -> None:
        self.cancel_at: int | None = None
        """The step before which it is to be cancelled; 0 as soon as it is entered, None not at all."""
        self.due = inf
        """The number of steps of the run after which it is cancelled."""
        self.task: int | None = None
        """The number of the task that has entered it."""
        self.cancelled_at: float | None = None
        """The virtual time of the cancellation, if there was one."""
        self._cancel: Callable[[], None] = lambda: None
        self._entered_after: int | None = None
        self._left_after: int | None = None

    def enter(self, cancel: Callable[[], None], steps: int, task: int | None) -> None:
        """Note that the caller begins within the step of this number; ``cancel`` cancels the scope round it.

        Raises RuntimeError if there was a caller before in this run.
        """
        if self._entered_after is not None:
            raise RuntimeError("a scenario enters stage.caller() once")
        self._entered_after, self._cancel, self.task = steps, cancel, task
        if self.cancel_at is not None:
            self.due = steps + self.cancel_at - 1

    def leave(self, steps: int) -> None:
        """Note that the caller is over."""
        self._left_after, self.due = steps, inf

    def cancel(self, now: float) -> None:
        """Cancel the scope."""
        self.due = inf
        self.cancelled_at = now
        self._cancel()

    def steps(self, steps: int) -> int | None:
        """For how many of so many steps of the run it was open; None if there was no caller."""
        if self._entered_after is None:
            return None
        return (steps if self._left_after is None else self._left_after) - self._entered_after
