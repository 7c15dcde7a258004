"""What the tests of this folder share: a source, read into a program."""

from __future__ import annotations

from pathlib import Path

from grader.policy.program import Program, read
from grader.policy.submission import Fault, Submission


def program(source: str) -> Program:
    found = read(Submission(path=Path("join.py"), source=source, digest=""))
    assert isinstance(found, Program), found
    return found


def marked(fault: Fault) -> str:
    """What the caret underlines."""
    assert fault.column is not None
    return fault.text[fault.column - 1 : fault.column - 1 + fault.width]
