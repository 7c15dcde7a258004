"""ex01 - join: wait for all of them."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def join(*fns: Callable[[], Coroutine[Any, Any, T]]) -> list[T]:
    """Run every function concurrently and return all their results.

    `fns` are async functions without arguments (use a lambda or functools.partial to
    bind some).  When join() is over - in whatever way - nothing it started is still
    running.

    1. Nothing is called before the coroutine returned by join() is awaited.
    2. Each function is called exactly once per position, even if the same function is
       passed twice.  A function that fails is not called again.
    3. All functions run at once, however many they are: each is called at the moment at
       which join() is awaited, and none waits for another one to complete.
    4. The functions take turns: of two that always have something to do, neither gets
       more than ten turns ahead of the other.
    5. The results come back as a list (another sequence, such as a tuple, will do), in
       ARGUMENT order, whatever the order of completion.
    6. Every value is a value: None, 0, or even an exception instance that was
       *returned* comes back as it is.
    7. join() returns at the very moment the slowest function is done.
    8. join() of nothing returns [] (whether it passes a checkpoint then is up to you).
    9. If a function raises, all the others are cancelled at once, and join() is over
       the moment their cleanup is finished, not before.
    10. Then the error is raised - bare or inside an ExceptionGroup, both are fine, but
        it must be the original object, and no invented errors may be added.  If several
        fail at the same instant, at least one of them must come out.  What another one
        raises in its cleanup may come out beside the error, but not in its place.
    11. If join() itself is cancelled, so are all the functions; their cleanup is awaited
        and the cancellation goes on its way.
    12. Calls of join() are independent: one after another, several at once, or one
        inside of another, each behaves as if it were the only one.
    """
    raise NotImplementedError("your turn")
