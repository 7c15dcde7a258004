"""How numbers and lists are said, wherever they are said."""

from __future__ import annotations

import math
from collections.abc import Sequence

from grader.timeline import seconds


def joined(words: Sequence[str]) -> str:
    """Say a list: ``a``, ``a and b``, ``a, b and c``."""
    return " and ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)


def counted(number: int, noun: str) -> str:
    """Say how many: ``1 test``, ``2 tests``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def tests_named(numbers: Sequence[int]) -> str:
    """Say which tests: ``test 3``, ``tests 1, 2 and 3``."""
    return f"{'test' if len(numbers) == 1 else 'tests'} {joined([str(number) for number in numbers])}"


def waited_since(time: float) -> str:
    """Say from when on, in virtual seconds: ``since 1.5 s``."""
    return f"since {seconds(time)}"


def whole_points(points: float) -> int:
    """Round down, so that 99.5 never looks complete."""
    return math.floor(points + 1e-9)
