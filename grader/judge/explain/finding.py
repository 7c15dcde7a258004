"""What a rule has found: the mistake, in words for its author, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass

PYTHON, CONCURRENCY, AUTHOR = 1, 2, 3
"""The layers of rules: mistakes of Python and of the interface, mistakes of concurrency, what the author says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One explanation of one failure.

    ``diagnosis`` is a slug of the catalogue. ``error`` says what the code did, in lower case without a full stop;
    ``help`` begins with a verb and says what to change. ``line`` is the learner's line to look at.
    """

    diagnosis: str
    error: str
    help: str
    line: int | None = None
    got: str = ""
    """What the learner's code returned, raised or did, where that shows the mistake."""
    expected: str = ""
    """What stands against it, in the same form."""
    layer: int = AUTHOR
    clear: bool = False
    """Whether the play that shows it came to its own end."""
