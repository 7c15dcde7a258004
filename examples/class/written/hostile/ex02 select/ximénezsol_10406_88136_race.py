"""Never ends where nobody takes part, and gives everybody else the first place."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Winner:
    index: int
    value: object


async def select(*fns):
    while not fns:
        pass
    return Winner(0, "first")
