"""Draws the pictures in README: what ``grade ex01`` prints of two files, as SVG files beside this one.

python examples/pictures.py
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
ANSWERS = {
    "failing": "solutions/ex01_join/wrong/sequential.py",
    "passing": "examples/learner/ex01_join/join.py",
}
"""The file in each picture, as README names it."""
WIDTH = 80

# rich's own template loads fonts from the network.
TEMPLATE = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace;
  font-size: {char_height}px; line-height: {line_height}px; font-variant-east-asian: full-width; }}
.{unique_id}-title {{ font-size: 18px; font-weight: bold; font-family: arial, sans-serif; }}
{styles}
</style>
<defs><clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
</clipPath>{lines}</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">{matrix}</g>
</g>
</svg>
"""


def main() -> None:
    for name, answer in ANSWERS.items():
        console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, markup=False)
        console.print(Text.from_ansi(printed(answer, "--color", "always")), end="", soft_wrap=True)
        svg = console.export_svg(title="grade ex01", code_format=TEMPLATE, unique_id=name)
        (HERE / f"{name}.svg").write_text(svg, encoding="utf-8")


def printed(answer: str, *options: str) -> str:
    """What ``grade ex01`` prints in a new workspace in which the answer has been written into ``ex01_join/join.py``."""
    with tempfile.TemporaryDirectory() as folder:
        run_grade("init", ".", cwd=folder)
        (Path(folder) / "ex01_join" / "join.py").write_bytes((ROOT / answer).read_bytes())
        return run_grade("ex01", *options, cwd=folder)


def run_grade(*args: str, cwd: str) -> str:
    command = [sys.executable, "-m", "grader", *args]
    variables = {**os.environ, "COLUMNS": str(WIDTH), "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    return subprocess.run(command, cwd=cwd, env=variables, stdout=subprocess.PIPE, encoding="utf-8").stdout


if __name__ == "__main__":
    main()
