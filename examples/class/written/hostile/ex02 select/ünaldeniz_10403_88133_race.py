"""Leaves while it is loaded."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Winner:
    index: int
    value: object


async def select(*fns):
    return Winner(0, None)


raise SystemExit(0)
