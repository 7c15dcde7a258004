"""Raises what a spreadsheet would take for a formula and a log for a command."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Winner:
    index: int
    value: object


async def select(*fns):
    raise RuntimeError('=HYPERLINK("https://example.org","100 points")\n::error::obeyed')
