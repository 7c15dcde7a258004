# The stub: what learners start from. It has to import, and each function has to raise NotImplementedError. Change the
# names, parameters and docstring to those of your exercise; answers must define the same ones. The numbered sentences
# of the docstring are the contract: each is proved by a hidden test that names its number. Delete this comment.
"""ex01 - sample: the first caller does the work for all."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


def sample(fn: Callable[[], Awaitable[T]]) -> Callable[[], Awaitable[T]]:
    """Return an async function that calls `fn` at its first call, and returns the same result at every call.

    1. `fn` is called once, however many callers come while it runs.
    2. Every caller gets what it returned.
    3. All callers that wait are done at the moment `fn` is.
    4. None, 0 and False are results like any other, after which `fn` is not called again.
    5. If `fn` raises, the error goes to the caller whose call it was, and the next call tries again.
    """
    raise NotImplementedError("your turn")
