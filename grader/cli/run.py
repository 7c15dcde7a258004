"""The command ``grade run``: its options, its screen and its exit code."""

from __future__ import annotations

import os
import sys
import textwrap
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader import __version__
from grader.cli import stdout
from grader.cli.options import SharedOptions, shared_options
from grader.errors import UsageError
from grader.wire import BACKENDS

if TYPE_CHECKING:
    from rich.console import Console

    from grader.desk.learner import Desk
    from grader.desk.run import Outlets
    from grader.judge.verdict import Verdict
    from grader.reports.screen import Glyphs
    from grader.reports.views import Command

# ---- cli desk --------------------------------------------------------------------------------------------------------
#
# What the options of every command come to: a desk to work at, and how its words are printed.


def desk_of(settings: SharedOptions) -> Desk:
    from grader.desk.learner import Desk

    kit = None if settings.kit is None else settings.directory / settings.kit
    return Desk(directory=settings.directory, kit=kit)


def text_desk_of(settings: SharedOptions) -> Desk:
    """The desk for a command that prints text only. Raises UsageError if JSON is asked for."""
    if settings.json:
        hint = "Leave --json out; `grade` alone, `grade EX`, `grade list` and `grade class` know it."
        raise UsageError("this command has no JSON form", hint=hint)
    return desk_of(settings)


def say(settings: SharedOptions, text: str) -> None:
    stdout.say(text, ascii=settings.ascii or settings.plain)


def say_wrapped(settings: SharedOptions, text: str) -> None:
    for line in text.split("\n"):
        indent = " " * (len(line) - len(line.lstrip()))
        wrapper = textwrap.TextWrapper(
            stdout.WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
        )
        say(settings, wrapper.fill(line))


def screen_of(settings: SharedOptions) -> tuple[Console, Glyphs]:
    """A console for standard output, and the characters it can show."""
    return stdout.screen(settings.color, plain=settings.plain, ascii=settings.ascii)


@click.command()
@click.argument("exercises", nargs=-1, metavar="[EX]...")
@click.option("--all", "everything", is_flag=True, help="Every exercise.")
@click.option("--file", type=click.Path(path_type=Path), metavar="PATH", help="Grade this file instead of your own.")
@click.option("--backend", type=click.Choice(BACKENDS), help="One backend only.")
@click.option("--test", "tests", type=click.IntRange(min=1), multiple=True, metavar="N", help="This hidden test only.")
@click.option("--schedules", type=click.IntRange(1, 100_000), metavar="N", help="How many task schedules at most.")
@click.option("--seed", type=click.IntRange(min=0), metavar="K", help="This schedule only.")
@click.option("--unfair", type=click.IntRange(1, 10_000), metavar="N", help="Warn if N unfair schedules break it.")
@click.option("--trace", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write for Perfetto.")
@click.option("--started", is_flag=True, help="Pass over untouched stubs and missing files.")
@click.option("--fail-under", type=click.FloatRange(0, 100), metavar="P", help="Exit 1 below P per cent, 0 from there.")
@click.option("--report", "reports", multiple=True, metavar="DIALECT=PATH", help="Also write junit, jsonl, ...")
@shared_options
@click.pass_obj
def run(
    settings: SharedOptions,
    /,
    exercises: tuple[str, ...],
    everything: bool,
    trace: Path | None,
    reports: tuple[str, ...],
    started: bool,
    fail_under: float | None,
    file: Path | None,
    **asked: Any,
) -> None:
    """Check your answer to one exercise or several."""
    from grader.sandbox.box import Box

    with Box() as box:  # it boots while the rest of the grader is imported
        from grader.desk.run import RunDesk, RunOptions, begun, outlets
        from grader.judge.options import asked_for

        desk = desk_of(settings)
        chosen = desk.kit.exercises if everything else desk.choose(exercises)
        run_desk = RunDesk(desk, RunOptions(file=file, play_options=asked_for(**asked)))
        others = outlets(reports, len(chosen), settings.directory, run_desk.home, os.environ, trace)
        screen = None if settings.json else screen_of(settings)  # rich is imported while the box still boots
        verdicts = run_desk.grade(box, chosen)
        verdicts = begun(verdicts) if started else verdicts
        try:
            _show(settings, screen, verdicts, run_desk.proposed(verdicts), others)
        finally:
            # Last, as the learner's disk may be full: a verdict that cannot be stored has at least been seen.
            run_desk.store(verdicts)
        others.write(verdicts)
    from grader.cli import exit_codes

    sys.exit(exit_codes.of_run(verdicts) if fail_under is None else exit_codes.of_run_with_limit(verdicts, fail_under))


def _show(
    settings: SharedOptions,
    screen: tuple[Console, Glyphs] | None,
    verdicts: tuple[Verdict, ...],
    commands: tuple[Command, ...] | None,
    others: Outlets,
) -> None:
    """Show verdicts as the options wish; without a screen, as a JSON document."""
    if screen is None:
        from grader.judge.documents import run_document

        say(settings, run_document(verdicts, version=__version__))
        return
    from grader.reports import terminal

    console, glyphs = screen
    echo = partial(say, settings)
    with others.guarded(echo):
        if settings.quiet:
            terminal.show_run_quiet(console, verdicts, glyphs=glyphs)
        elif settings.verbose:
            terminal.show_run_verbose(console, verdicts, glyphs=glyphs, commands=commands)
        else:
            terminal.show_run(console, verdicts, glyphs=glyphs, commands=commands)
    others.annotate(verdicts, echo)
