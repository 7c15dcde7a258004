"""ex02 - permits: so many at a time, and no more."""

from __future__ import annotations


class Permits:
    """At most ``count`` tasks hold one at a time."""

    def __init__(self, count: int) -> None:
        raise NotImplementedError("your turn")

    async def acquire(self) -> None:
        """Take a permit; wait while there is none. If it is cancelled, nothing has been taken."""
        raise NotImplementedError("your turn")

    def release(self) -> None:
        """Give a permit back."""
        raise NotImplementedError("your turn")
