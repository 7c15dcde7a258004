"""ex01 - join: wait for all of them."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def join(*fns: Callable[[], Coroutine[Any, Any, T]]) -> list[T]:
    """Run every function concurrently and return all their results.

    `fns` are async functions without arguments (use a lambda or functools.partial to
    bind some).  Each is called exactly once per position, even if the same function is
    passed twice.

    * Nothing is called before the coroutine returned by join() is awaited.
    * All functions are running before the first one has to finish; no function waits
      for another one to complete, and none can run far ahead of the others.
    * The results come back as a list (another sequence, such as a tuple, will do), in
      ARGUMENT order, whatever the order of completion.  Every value is a value: None,
      0, or even an exception instance that was *returned*.
    * join() returns at the very moment the slowest function is done.  join() of nothing
      returns [] (whether it passes a checkpoint then is up to you).
    * If a function raises, all the others are cancelled at once, their cleanup is
      awaited, and then the error is raised - bare or inside an ExceptionGroup, both are
      fine, but it must be the original object and no invented errors may be added.  If
      several fail at the same instant, at least one of them must come out.
    * If join() itself is cancelled, so are all the functions; their cleanup is awaited
      and the cancellation goes on its way.
    * When join() is over - in whatever way - nothing it started is still running.
    """
    raise NotImplementedError("your turn")
