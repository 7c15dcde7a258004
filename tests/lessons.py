"""Reads the lessons of the exercises and the pages of diagnoses, and runs what stands in them.

    python -m tests.lessons [EX | SLUG ...]

writes into the lessons and pages what their programs print and what the grader's screens look like; read the
difference. The fences say what a block is:

    ```python run=NAME           a whole program; ``clock=real`` if its threads or processes need real time
    ```text output=NAME          what it prints; ``backend=trio`` if trio prints something else
    ```text screen=wrong/X.py    the screen of this answer
    ```text figure=NAME          a picture in letters, which `grade kit figures` writes
    ```python                    a fragment, which can be read as Python
"""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from grader.kit.exercise import Exercise
from grader.kit.kit import builtin_root, load_kit
from grader.kit.pages import pages_in
from grader.sandbox.box import Box
from tests.gold_screens import ROOT, screen_of_answer

PROGRAM = ROOT / "tests" / "lesson_program.py"
SECONDS = 60
BACKENDS = ("asyncio", "trio")
SAME = ("same-anyio", "same-asyncio", "same-trio")
"""The three programs that do the same, and print the block ``output=same``."""

_FENCE = re.compile(
    r"^```(?P<language>\w+)(?P<info>(?: [\w-]+=[^\s`]+)*)[ \t]*\n(?P<text>.*?)^```[ \t]*$", re.DOTALL | re.MULTILINE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A fenced block of a lesson."""

    language: str
    info: dict[str, str]
    text: str
    line: int


def blocks_of(lesson: str) -> list[Block]:
    """The fenced blocks in their order."""
    return [
        Block(
            language=fence["language"],
            info=_info(fence),
            text=fence["text"],
            line=lesson.count("\n", 0, fence.start()) + 1,
        )
        for fence in _FENCE.finditer(lesson)
    ]


def _info(fence: re.Match[str]) -> dict[str, str]:
    return dict(pair.split("=", 1) for pair in fence["info"].split())


def words_of(lesson: str) -> int:
    """How many words a learner reads: all but the blocks of code, pictures and what is folded away."""
    prose = re.sub(r"<details>.*?</details>", "", _FENCE.sub("", lesson), flags=re.DOTALL)
    prose = re.sub(r"!\[[^\]]*\]\([^)]*\)", "", prose)
    prose = re.sub(r"\]\([^)]*\)", "]", prose)
    return len(re.findall(r"[\w'’`.()]*\w[\w'’`.()]*", prose))


def parses(fragment: str) -> bool:
    """Whether this is Python, also with an `await` outside of a function."""
    try:
        compile(fragment, "<lesson>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT | ast.PyCF_ONLY_AST)
    except SyntaxError:
        return False
    return True


def backends_of(block: Block) -> tuple[str, ...]:
    """The backends that a program is run on; none where it does not leave the choice to `anyio.run`."""
    return BACKENDS if "anyio.run(" in block.text else ()


def output_of(block: Block, backend: str = "") -> str:
    """What a program of a lesson prints, on stdout and stderr together."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"{block.info['run']}.py"
        file.write_text(block.text, encoding="utf-8")
        clock = block.info.get("clock", "virtual")
        done = subprocess.run(
            [sys.executable, str(PROGRAM), str(file), clock, *([backend] if backend else [])],
            cwd=folder,
            env={**os.environ, "PYTHONHASHSEED": "0", "PYTHONUTF8": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    # On a busy computer asyncio may find that a worker process has been waited for already, and says so on stderr.
    lines = [line for line in done.stdout.splitlines(keepends=True) if not line.startswith("Unknown child process")]
    return "".join(lines).replace(f"{folder}{os.sep}", "")


def output_named(block: Block) -> str:
    """The name of the block that has the output of a program."""
    return "same" if block.info["run"] in SAME else block.info["run"]


def screen_in(box: Box, exercise: Exercise, answer: str) -> str:
    """The screen of an answer of this exercise, as a lesson shows it."""
    assert exercise.solutions is not None
    return screen_of_answer(box, exercise.id, exercise.solutions / answer)


def refreshed(text: str, screen: Callable[[str], str]) -> str:
    """A lesson or a page with the output of its programs as it is now; ``screen`` gives that of an answer."""
    programs = {output_named(block): block for block in blocks_of(text) if "run" in block.info}

    def replaced(fence: re.Match[str]) -> str:
        info = _info(fence)
        if "screen" in info:
            body = screen(info["screen"])
        elif "output" in info:
            block = programs[info["output"]]
            body = output_of(block, info.get("backend", next(iter(backends_of(block)), "")))
        else:
            return fence[0]
        return f"```{fence['language']}{fence['info']}\n{body}```"

    return _FENCE.sub(replaced, text)


def no_screen(answer: str) -> str:
    """Refuse a screen on the page of a diagnosis, which belongs to no exercise."""
    raise ValueError(f"a page of a diagnosis has no screen: {answer}")


def main(names: list[str]) -> None:
    """Write the outputs and the screens of these lessons and pages, or of all, anew."""
    kit = load_kit(builtin_root())
    with Box() as box:
        for exercise in kit.exercises:
            if not names or exercise.id in names:
                lesson = exercise.lesson.read_text(encoding="utf-8")
                exercise.lesson.write_text(refreshed(lesson, partial(screen_in, box, exercise)), encoding="utf-8")
    for page in pages_in(kit.root / "exercises"):
        if not names or page.stem in names:
            page.write_text(refreshed(page.read_text(encoding="utf-8"), no_screen), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
