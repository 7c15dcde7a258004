"""Declares hidden tests. Authors import these two functions from ``grader.judge``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from grader.wire.values import Token

F = TypeVar("F", bound=Callable[..., None])


def grading(*, points: int, diagnosis: str, feedback: str, schedules: int | None = None) -> Callable[[F], F]:
    """Declare a hidden test. The arguments are read from the source by ``kit``, which refuses anything but literals."""

    def declare(function: F) -> F:
        return function

    return declare


def token(name: str) -> Token:
    """The object to which a scenario gave this name, as it appears in a recording."""
    return Token(name)
