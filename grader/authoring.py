"""What the author of a kit writes against: the declaration of a hidden test, and what it is handed.

Importing it loads neither pytest nor the sandbox, so that a scenario may import it, too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from grader.wire.recording import Mark, Raised, Recording, Span
from grader.wire.values import Token

__all__ = ["Diagnosed", "Mark", "Raised", "Recording", "Span", "grading", "token"]

F = TypeVar("F", bound=Callable[..., None])


def grading(
    *,
    points: int,
    diagnosis: str,
    feedback: str,
    help: str = "",
    schedules: int | None = None,
    show: Sequence[str] = (),
) -> Callable[[F], F]:
    """Declare a hidden test. The arguments are read from the source by ``kit``, which refuses anything but literals.

    ``feedback`` says what the code did and what the contract asks; ``help``, in place of that of the diagnosis, what to
    change. ``show`` names inputs of its plays that a learner may see when it fails, and ``"expected"`` for what the
    reference answer returned in the same play.
    """

    def declare(function: F) -> F:
        return function

    return declare


def token(name: str) -> Token:
    """The object to which a scenario gave this name, as it appears in a recording."""
    return Token(name)


class Diagnosed(AssertionError):
    """Raised by a hidden test that has seen why it fails, and knows a better diagnosis than the one it declares.

    ``diagnosis`` is a literal slug of the catalogue; ``feedback`` may say what was observed; ``help`` replaces that of
    the catalogue.
    """

    def __init__(self, diagnosis: str, feedback: str, *, help: str = "") -> None:
        super().__init__(diagnosis, feedback)
        self.diagnosis = diagnosis
        self.feedback = feedback
        self.help = help
