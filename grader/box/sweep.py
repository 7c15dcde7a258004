"""Finds and kills every process below one: the children of a job, and what they started and left behind."""

from __future__ import annotations

import os
import signal
from collections.abc import Collection
from contextlib import suppress


def children(process: int) -> list[int]:
    """The direct children of a process; orphans among its descendants count if it is a subreaper.

    Returns nothing where there is no /proc.
    """
    try:
        with open(f"/proc/{process}/task/{process}/children") as file:
            return [int(number) for number in file.read().split()]
    except OSError:
        return []


def kill_descendants(process: int, *, spare: Collection[int] = ()) -> bool:
    """Kill everything below a process once; returns whether there was anything. ``spare`` are children left alone.

    Call it until there is nothing: what a killed process had started becomes a child of the subreaper above it.
    """
    found = [child for child in children(process) if child not in spare]
    for child in found:
        kill_descendants(child)
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
    return bool(found)
