"""What the process around a play shares with the student's code: output, prompts, warnings about coroutines."""

from __future__ import annotations

import builtins
import gc
import io
import logging
import sys
import threading
import warnings
from types import CoroutineType
from typing import Any, NoReturn

from grader.box.simulation.where import STUDENT

MAX_UNAWAITED = 20


class Output(io.TextIOBase):
    """Keeps the first bytes of what is printed and counts the rest."""

    encoding = "utf-8"

    def __init__(self, limit: int) -> None:
        self._left = limit
        self._parts: list[str] = []
        self._dropped = 0

    def write(self, text: str) -> int:
        kept = text[: self._left]
        if kept:
            self._parts.append(kept)
            self._left -= len(kept)
        self._dropped += len(text) - len(kept)
        return len(text)

    def writable(self) -> bool:
        return True

    def text(self) -> str:
        more = f"\n... and {self._dropped} characters more" if self._dropped else ""
        return "".join(self._parts) + more


class Surroundings:
    """The surroundings of one play."""

    def __init__(self, output_bytes: int) -> None:
        self.output = Output(output_bytes)
        self.unawaited: list[list[object]] = []
        """Rows of ``never-awaited``, line, name of the coroutine; only those that the student's code made."""

    def note_unawaited(self, coroutine: CoroutineType[Any, Any, Any]) -> None:
        for filename, line, _ in coroutine.cr_origin or ():
            if filename.startswith(STUDENT):
                if len(self.unawaited) < MAX_UNAWAITED:
                    self.unawaited.append(["never-awaited", line, coroutine.cr_code.co_qualname])
                return


_now = Surroundings(0)


def fresh(output_bytes: int) -> Surroundings:
    """Begin a new play: from now on output and complaints go to the surroundings returned."""
    global _now
    _now = Surroundings(output_bytes)
    sys.stdout = sys.stderr = _now.output
    return _now


def prepare_process() -> None:
    """Set up, once per process, what every play shares."""
    # A play leaves a few thousand objects, which are collected when it is over. In between this costs 5 % of it.
    gc.set_threshold(10_000)
    sys.set_coroutine_origin_tracking_depth(4)
    warnings.simplefilter("ignore")
    # CPython calls this for every coroutine that dies without having been awaited; a warning would name no object.
    warnings._warn_unawaited_coroutine = lambda coroutine: _now.note_unawaited(coroutine)  # type: ignore[attr-defined]
    sys.unraisablehook = lambda unraisable: None
    # What asyncio has to say about the way we end plays is not for learners.
    logging.getLogger("asyncio").disabled = True
    # 8 MiB of address space for each of a hundred threads would run into the memory limit.
    threading.stack_size(1 << 20)
    sys.breakpointhook = _no_breakpoint
    builtins.input = _no_input


def _no_breakpoint(*args: object, **kwargs: object) -> NoReturn:
    raise RuntimeError("breakpoint() stops for a person, and nobody is there while the grader plays; take it out")


def _no_input(prompt: object = "") -> NoReturn:
    raise RuntimeError("input() waits for a person, and nobody is there while the grader plays; take it out")
