"""Draws the pictures in README: two screens of ``grade``, as SVG files beside this one.

python examples/pictures.py
"""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

from rich.console import Console

from grader.judge import engine
from grader.kit.kit import builtin_root, load_kit
from grader.reports.screen import UNICODE
from grader.reports.terminal import show_run
from grader.sandbox.box import Box

HERE = Path(__file__).resolve().parent
ANSWERS = {
    "failing": HERE.parent / "solutions" / "ex01_join" / "wrong" / "sequential.py",
    "passing": HERE / "learner" / "ex01_join" / "join.py",
}
SHOWN = {"failing": (1, 3, 13), "passing": ()}
"""Numbers of the hidden tests in each picture; none means all."""

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
    course = load_kit(builtin_root())
    exercise = course.exercise("ex01")
    with Box() as box, tempfile.TemporaryDirectory() as folder:
        for name, answer in ANSWERS.items():
            path = Path(folder) / exercise.file
            path.write_text(answer.read_text(encoding="utf-8").partition('"""')[2].partition('"""')[2].lstrip("\n"))
            request = engine.Request(path=path, shown="ex01_join/join.py", tests=SHOWN[name])
            console = Console(record=True, width=80, file=io.StringIO(), force_terminal=True, markup=False)
            show_run(console, engine.grade(box, course, exercise, [request]), glyphs=UNICODE)
            svg = console.export_svg(title=f"grade {exercise.id}", code_format=TEMPLATE, unique_id=name)
            (HERE / f"{name}.svg").write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    main()
