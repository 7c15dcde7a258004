"""Finds the line of the student's file in which a suspended task waits, and what it waits for."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from dataclasses import dataclass
from types import AsyncGeneratorType, CodeType, CoroutineType, FrameType, GeneratorType

STUDENT = "/submission/"
"""Every file name of the student's code begins like this; nothing of ours does."""

_WRAPPERS = ("async_generator_asend", "async_generator_athrow", "anext_awaitable", "coroutine_wrapper")


@dataclass(frozen=True, slots=True)
class Site:
    """A line of the student's file, and the qualified name of what it awaits."""

    line: int
    function: str
    awaiting: str


def is_student(code: CodeType) -> bool:
    return code.co_filename.startswith(STUDENT)


def innermost_student(frame: FrameType | None) -> FrameType | None:
    """The innermost frame of the student's file on this stack."""
    while frame is not None and not is_student(frame.f_code):
        frame = frame.f_back
    return frame


def site_of(awaitable: object) -> Site | None:
    """Where in the student's file a suspended task waits; None when it is nowhere inside of it."""
    student, awaited = None, None
    for frame in _await_chain(awaitable):
        if is_student(frame.f_code):
            student, awaited = frame, None
        elif awaited is None:
            awaited = frame
    if student is None:
        return None
    name = awaited.f_code.co_qualname if awaited is not None else ""
    return Site(student.f_lineno, student.f_code.co_name, _plain(name))


def _plain(qualified: str) -> str:
    """Drop what says where a function was defined: ``join.<locals>.run`` is ``run`` to a learner."""
    return qualified.rpartition("<locals>.")[2]


def _await_chain(awaitable: object) -> Iterator[FrameType]:
    """Frames of a suspended coroutine, outermost first."""
    while awaitable is not None:
        match awaitable:
            case CoroutineType():
                frame, awaitable = awaitable.cr_frame, awaitable.cr_await
            case GeneratorType():
                frame, awaitable = awaitable.gi_frame, awaitable.gi_yieldfrom
            case AsyncGeneratorType():
                frame, awaitable = awaitable.ag_frame, awaitable.ag_await
            case _ if type(awaitable).__name__ in _WRAPPERS:
                # These C objects show what they wrap to the garbage collector only.
                awaitable = next(filter(_suspendable, gc.get_referents(awaitable)), None)
                continue
            case _:
                return
        if frame is None:
            return
        yield frame


def _suspendable(candidate: object) -> bool:
    # anext(generator, default) wraps what wraps the generator.
    return isinstance(candidate, AsyncGeneratorType | CoroutineType | GeneratorType) or (
        type(candidate).__name__ in _WRAPPERS
    )
