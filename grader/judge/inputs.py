"""The inputs that a report shows of a hidden test that failed: those of its play, or the one of them that a loop is at.

A test that plays all its inputs in one play goes through them in a loop. Which of them failed is what the variables of
that loop hold, and they count only where the line that failed is inside the loop: later they hold the last input.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from types import CodeType, FrameType

from grader.judge.explain.words import in_python
from grader.kit.scenarios import EXPECTED, Loop, loop_variables, loops_in
from grader.sandbox.play import Play


def looped_inputs(error: BaseException, code: CodeType, shown: Iterable[str]) -> dict[str, object]:
    """Those of the ``shown`` names that are variables of loops in which the test of this code raised ``error``."""
    frame, line = _where(error, code)
    if frame is None:
        return {}
    loops = _loops(Path(code.co_filename).read_text(encoding="utf-8"))
    names = {name for loop in loops if loop.lineno <= line <= _last_line(loop) for name in loop_variables(loop)}
    return {name: frame.f_locals[name] for name in shown if name in names and name in frame.f_locals}


def shown_inputs(show: Iterable[str], play: Play, looped: Mapping[str, object]) -> str:
    """What ``show`` names of them: ``seconds = {'a': 3}, limit = 5``. An input of the play comes first."""
    inputs = {**looped, **play.values()}
    # What is expected is shown beside what came instead, and is that of the reference.
    names = [name for name in show if name in inputs and name != EXPECTED]
    return ", ".join(f"{name} = {in_python(inputs[name])}" for name in names)


def _where(error: BaseException, code: CodeType) -> tuple[FrameType | None, int]:
    step = error.__traceback__
    while step is not None:
        if step.tb_frame.f_code is code:
            return step.tb_frame, step.tb_lineno
        step = step.tb_next
    return None, 0


def _last_line(loop: Loop) -> int:
    """The last line of what a loop repeats, without its ``else``."""
    return loop.body[-1].end_lineno or loop.lineno


@lru_cache(maxsize=32)
def _loops(source: str) -> tuple[Loop, ...]:
    return tuple(loops_in(ast.walk(ast.parse(source))))
