# The stub: what learners start from. It has to import, and each function has to raise NotImplementedError. Change the
# names, parameters and docstring to those of your exercise; answers must define the same ones. Delete this comment.
"""ex01 - sample: the first caller does the work for all."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


def sample(fn: Callable[[], Awaitable[T]]) -> Callable[[], Awaitable[T]]:
    """Return an async function that calls `fn` at its first call, and returns the same result at every call.

    * `fn` is called once, however many callers come while it runs, and whatever it returns.
    * All callers that wait are done at the moment `fn` is.
    * If `fn` raises, the error goes to the caller whose call it was, and the next call tries again.
    """
    raise NotImplementedError("your turn")
