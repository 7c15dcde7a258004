"""A fault of a kit: where it is, what is wrong and how its author corrects it.

Faults are data and not errors, so that one reading of a kit reports all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class KitFault:
    """Something in a kit that its author has to correct."""

    path: Path
    line: int
    """Counted from 1; for a file that is missing, or as a whole, it is 1."""
    what: str
    """What is wrong, without the place: "'points' must be a whole number of at least 0, not 'ten'"."""
    hint: str
    """What to do: it starts with a verb, and ends with an example of a valid value where there is one."""

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what}"
