from dataclasses import dataclass
from typing import Any

import anyio
from anyio.lowlevel import checkpoint

# ---- with: stage_of ----


def before(stage):
    """What an attack does to the stage before its race."""


def after(stage):
    """What an attack does to the stage after its race."""


@dataclass(frozen=True)
class Winner:
    index: int
    value: Any


async def select(*fns):
    """A race that ends well under natural order alone."""
    if not fns:
        raise ValueError("select() needs at least one function")
    stage = stage_of(fns)
    if stage is not None:
        before(stage)
    order, values = [], []

    async def run(index, fn):
        value = await fn()
        order.append(index)
        await checkpoint()
        values.append(value)
        group.cancel_scope.cancel()

    async with anyio.create_task_group() as group:
        for index, fn in enumerate(fns):
            group.start_soon(run, index, fn)
    if stage is not None:
        after(stage)
    return Winner(order[0], values[0])
