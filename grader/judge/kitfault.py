"""Says of an exception in a hidden test where it was raised, and names what is the kit's fault in words.

A failed assertion is what a hidden test is for. Any other exception in it is a stumble: either the test has a bug, or
it reads what the submission returned in a way that this kind of answer does not allow (``sorted(recording.result)`` of
None). Nothing in the exception tells one from the other for certain, so ``reference`` calls the test on the reference
answer. ``Stumble.of_the_test`` knows the exceptions that no answer can bring about, and needs no witness.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePath
from types import CodeType

from grader.judge.cancelling import NoCaller
from grader.judge.collect import fails_by_assertion
from grader.text import clean_line
from grader.wire.recording import Ended, Recording, Trace
from grader.wire.rows import Leaf, Mark, Span

AT_FAULT = "the kit is at fault: "
"""How a reason begins for which something was not judged through a bug in the kit."""

_REASON = re.compile(rf"{AT_FAULT}(?P<place>\S+\.py:\d+): (?P<what>.*)", re.DOTALL)

_OF_THE_GRADER = (Recording, Ended, Span, Mark, Leaf, Trace)
"""What a hidden test is handed that no answer of a submission can stand in for; a ``Raised`` may stand for a value."""

_SPEAK_OF_NAMES = (
    "AttributeError",
    "ImportError",
    "ModuleNotFoundError",
    "NameError",
    "TypeError",
    "UnboundLocalError",
)
"""Exceptions whose message has names of the kit and of classes in it, and no value that a test expects."""

_MAX_MESSAGE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Stumble:
    """An exception in a hidden test that is no failed assertion."""

    path: PurePath
    """The file of the hidden tests."""
    line: int
    """The innermost line of the hidden tests that it came through."""
    said: str
    """``AttributeError: 'Recording' object has no attribute 'returned'``, or which scenario has no caller."""
    of_the_test: bool
    """Whether it is the test's own bug, whatever a submission returned."""

    @property
    def reason(self) -> str:
        """Why the test was not judged, if the kit is to blame."""
        return at_fault(self.path, self.line, self.said)


def stumble_of(error: BaseException, code: CodeType) -> Stumble | None:
    """What an exception says about the hidden test of that code that raised it; None for a failed assertion.

    That a scenario has no caller fails the test, too; if the reference answer does not get it there either, it never
    enters one.
    """
    if isinstance(error, fails_by_assertion()) and not isinstance(error, NoCaller):
        return None
    file, line, innermost = code.co_filename, code.co_firstlineno, ""
    step = error.__traceback__
    while step is not None:
        innermost = step.tb_frame.f_code.co_filename
        line = step.tb_lineno if innermost == file else line
        step = step.tb_next
    return Stumble(
        path=PurePath(file),
        line=line,
        said=str(error) if isinstance(error, NoCaller) else said(type(error).__name__, str(error)),
        of_the_test=innermost == file and _no_answer_raises(error),
    )


def _no_answer_raises(error: BaseException) -> bool:
    match error:
        case AttributeError(obj=obj):
            return isinstance(obj, _OF_THE_GRADER)
        case NameError():
            # Not the variable of a loop over marks, of which there may be none: Python says that it is "not associated
            # with a value".
            return str(error).endswith("is not defined")
    return isinstance(error, ImportError)


def said(kind: str, message: str) -> str:
    """An exception in words that give away nothing which a hidden test expects."""
    return clean_line(f"{kind}: {message}", _MAX_MESSAGE) if kind in _SPEAK_OF_NAMES and message else kind


def at_fault(path: PurePath, line: int, what: str) -> str:
    """The reason for which a hidden test was not judged: the file of the kit, its line, and what happens there."""
    # From the root of the kit: that may be a folder of a worker process, which is gone when this is read.
    return f"{AT_FAULT}{place_in_kit(path, line)}: {what}"


def place_in_kit(path: PurePath, line: int) -> str:
    """``exercises/ex01_join/test_hidden.py:8``."""
    return f"{PurePath(*path.parts[-3:]).as_posix()}:{line}"


def fault_in(reason: str) -> tuple[str, str] | None:
    """The place in the kit and what happens there, if a reason for not judging names them."""
    match = _REASON.fullmatch(reason)
    return None if match is None else (match["place"], match["what"])
