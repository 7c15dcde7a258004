"""An exception that came through a line of the submission, as the rules look at it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grader.judge.explain.code import Code
from grader.judge.explain.finding import Finding
from grader.judge.explain.words import said
from grader.wire.rows import Leaf


@dataclass(frozen=True, slots=True, kw_only=True)
class Raise:
    """An exception that came through a line of the submission."""

    leaf: Leaf
    line: int
    code: Code
    allowed: Sequence[str]
    """The modules that the exercise allows to import."""

    @property
    def kind(self) -> str:
        return self.leaf.types[0] if self.leaf.types else "an exception"

    @property
    def message(self) -> str:
        return self.leaf.message

    def finding(self, diagnosis: str, error: str, help: str, line: int | None = None) -> Finding:
        return Finding(diagnosis=diagnosis, error=error, help=help, line=line or self.line, got=said(self.leaf))
