"""The places of a program in which other plays of it have hung: less evidence is needed there.

A place is the innermost loop round a line, or the line alone if it is in no loop. Not the whole function: a step that
computes for long elsewhere in it is as innocent as before.
"""

from __future__ import annotations

import dis
from collections.abc import Collection, Iterator
from types import CodeType, FrameType

from grader.box.simulation.trace import is_student

_Range = tuple[int, int]
"""The offsets of the first and the last instruction of a loop, or of those of a line."""


class KnownLines:
    """The learner's lines in which plays have hung."""

    def __init__(self, lines: Collection[int] = ()) -> None:
        self._lines = frozenset(lines)
        self._ranges: dict[CodeType, list[_Range]] = {}

    def __bool__(self) -> bool:
        return bool(self._lines)

    def __contains__(self, line: int | None) -> bool:
        return line in self._lines

    def holds(self, frame: FrameType | None) -> bool:
        """Whether a stack is in one of the places, be it in a function that is called there."""
        while frame is not None:
            if is_student(frame.f_code) and any(first <= frame.f_lasti <= last for first, last in self._of(frame)):
                return True
            frame = frame.f_back
        return False

    def _of(self, frame: FrameType) -> list[_Range]:
        code = frame.f_code
        if code not in self._ranges:
            self._ranges[code] = [place for line in self._lines for place in _places(code, line)]
        return self._ranges[code]


NOTHING_KNOWN = KnownLines()


def _places(code: CodeType, line: int) -> Iterator[_Range]:
    """The innermost loop round each instruction of a line, or the instruction itself."""
    loops = sorted(_loops(code).items(), key=lambda loop: loop[1] - loop[0])
    for first, end, of_line in code.co_lines():
        if of_line == line:
            yield next(((start, last) for start, last in loops if start <= first <= last), (first, end - 1))


def _loops(code: CodeType) -> dict[int, int]:
    """Where each loop begins, and the last jump back to that."""
    # An ``await`` is a loop, too: it alone jumps back without looking for signals, which its name says.
    jumps = (one for one in dis.get_instructions(code) if "JUMP_BACKWARD" in one.opname)
    return {jump.argval: jump.offset for jump in jumps if not jump.opname.endswith("NO_INTERRUPT")}
