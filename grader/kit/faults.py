"""A fault of a kit: where it is, what is wrong and how its author corrects it.

Faults are data and not errors, so that one reading of a kit reports all of them. What reads a file hands each to a
``Report``: ``Faults`` keeps them, and ``raising`` is for a file whose first fault is an error, such as ``class.toml``.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, NoReturn, Protocol

from grader.errors import GraderError


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
    blocks: bool = True
    """Whether nothing can be graded with the kit before it is corrected. A scenario that no test plays does no harm,
    and one that is no Python harms its own exercise alone, of which the judge says so."""

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what}"


class Problem(NamedTuple):
    """What is wrong on a line of the file that is being read, and what to do."""

    line: int
    what: str
    hint: str


class Report(Protocol):
    """Takes a fault: it keeps it, or it raises an error."""

    def __call__(self, *, path: Path, line: int, what: str, hint: str) -> None: ...


class Faults:
    """The faults of one kit, in the order in which they are found."""

    def __init__(self) -> None:
        self._found: list[KitFault] = []

    def report(self, *, path: Path, line: int, what: str, hint: str) -> None:
        """Keep a fault that has to be corrected before anything can be graded."""
        self._found.append(KitFault(path=path, line=line, what=what, hint=hint))

    def remark(self, *, path: Path, line: int, what: str, hint: str) -> None:
        """Keep a fault with which other exercises, at least, can be graded."""
        self._found.append(KitFault(path=path, line=line, what=what, hint=hint, blocks=False))

    def in_order(self) -> tuple[KitFault, ...]:
        """All of them, each once: file by file as the files were read, and by lines within each."""
        files = list(dict.fromkeys(fault.path for fault in self._found))
        return tuple(sorted(dict.fromkeys(self._found), key=lambda fault: (files.index(fault.path), fault.line)))


def raising(error: type[GraderError]) -> Report:
    """A report that raises the first fault as an error of this type."""

    def report(*, path: Path, line: int, what: str, hint: str) -> NoReturn:
        raise error(f"{path}:{line}: {what}", hint=hint)

    return report


def passing_over(*, path: Path, line: int, what: str, hint: str) -> None:
    """A report for what cannot be read at all: that has been said, and nothing more is to be said of it."""
