"""Checks a kit and prints what is found."""

from __future__ import annotations

from collections.abc import Callable

from grader.judge.kitcheck import check
from grader.judge.options import PlayOptions
from grader.kit.kit import Kit
from grader.sandbox.box import Box
from grader.text import counted


def check_aloud(box: Box, kit: Kit, *, options: PlayOptions, quiet: bool, echo: Callable[[str], None]) -> int:
    """Check a kit and print a line for each result, if ``quiet`` for problems only; returns the number of problems."""
    count = problems = 0
    for checked in check(box, kit, options=options):
        count, problems = count + 1, problems + len(checked.problems)
        if checked.problems or not quiet:
            word = "FAIL" if checked.problems else "ok  "
            echo(f"{word} {checked.exercise}  {checked.subject:<34} {checked.summary}".rstrip())
        for problem in checked.problems:
            echo(f"       {problem}")
    echo(f"{kit.title} {kit.version}: {count} files and exercises checked, {counted(problems, 'problem')}")
    return problems
