# root: serial
# also: early-return
# line: 20, 21
from dataclasses import dataclass
from typing import Any

import anyio


@dataclass(frozen=True)
class Winner:
    index: int
    value: Any



async def select(*fns):
    if not fns:
        raise ValueError
    for i, fn in enumerate(fns):
        return Winner(i, await fn())
