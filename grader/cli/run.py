"""The command ``grade run``: its options, its screen and its exit code."""

from __future__ import annotations

import os
import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader import __version__
from grader.cli import completion
from grader.cli.options import SharedOptions, shared_options
from grader.wire import BACKENDS, PLAIN

if TYPE_CHECKING:
    from rich.console import Console

    from grader.desk.run import Outlets
    from grader.judge.progress import Watch
    from grader.judge.verdict import Verdict
    from grader.reports.screen import Glyphs
    from grader.reports.views import Command


@click.command()
@click.argument("exercises", nargs=-1, metavar="[EX]...", shell_complete=completion.exercises)
@click.option("--all", "everything", is_flag=True, help="Every exercise.")
@click.option("--file", type=click.Path(path_type=Path), metavar="PATH", help="Grade this file instead of your own.")
@click.option("--backend", type=click.Choice((*BACKENDS, PLAIN)), help="One backend only.")
@click.option("--test", "tests", type=click.IntRange(min=1), multiple=True, metavar="N", help="This hidden test only.")
@click.option("--schedules", type=click.IntRange(1, 100_000), metavar="N", help="How many task schedules at most.")
@click.option("--seed", type=click.IntRange(min=0), metavar="K", help="This schedule only.")
@click.option("--unfair", type=click.IntRange(1, 10_000), metavar="N", help="Warn if N unfair schedules break it.")
@click.option("--trace", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Trace for Perfetto.")
@click.option("--started", is_flag=True, help="Pass over untouched stubs and missing files.")
@click.option("--fail-under", type=click.FloatRange(0, 100), metavar="P", help="Exit 1 below P per cent, else 0.")
@click.option("--allow-level", type=click.IntRange(0, 3), metavar="N", help="Refuse to play below isolation level N.")
@click.option("--report", "reports", multiple=True, metavar="DIALECT=PATH", help="Also write junit, jsonl, ...")
@shared_options
@click.pass_obj
def run(
    shared: SharedOptions,
    /,
    exercises: tuple[str, ...],
    everything: bool,
    trace: Path | None,
    reports: tuple[str, ...],
    started: bool,
    fail_under: float | None,
    allow_level: int | None,
    file: Path | None,
    **asked: Any,
) -> None:
    """Check your answer to one exercise or several."""
    from grader.judge.progress import Onlooker, Stopping
    from grader.sandbox.box import Box

    with Stopping() as stopping, Box() as box:
        if not everything and len(exercises) < 2:  # several are played in boxes of their own
            box.begin()  # it starts while this process imports the rest of the grader
        from grader.desk.run import RunDesk, RunOptions, only_begun
        from grader.judge.options import asked_for
        from grader.sandbox.isolation import require

        desk = shared.desk()
        chosen = desk.kit.exercises if everything else desk.choose(exercises)
        run_desk = RunDesk(desk, RunOptions(file=file, play_options=asked_for(**asked)))
        outlets = run_desk.outlets(chosen, reports, trace, os.environ)
        screen = None if shared.json else shared.screen()  # imports rich while the box is still starting
        if allow_level is not None:
            require(box.level, allowed=allow_level)
        stopping.check()  # so far there is nothing to show
        with _following(shared, screen) as watch:
            verdicts = run_desk.grade(box, chosen, Onlooker(watch=watch, stopping=stopping))
        verdicts = only_begun(verdicts) if started else verdicts
        try:
            _show(shared, screen, verdicts, run_desk.proposed(verdicts), outlets)
        finally:
            # Stored last, because the disk may be full: the learner has then at least seen the verdict.
            run_desk.store(verdicts)
        outlets.write(verdicts)
    stopping.check()  # only now, when everything that is known has been shown
    from grader.cli import exit_codes

    sys.exit(exit_codes.of_run(verdicts) if fail_under is None else exit_codes.of_run_with_limit(verdicts, fail_under))


def _following(shared: SharedOptions, screen: tuple[Console, Glyphs] | None) -> AbstractContextManager[Watch]:
    """What tells how far the grading is, on the screens of people who wait for it."""
    from grader.judge.progress import unwatched
    from grader.reports.live import following

    # What is rewritten would be read out again and again to those who listen.
    return nullcontext(unwatched) if screen is None or shared.quiet or shared.plain else following(*screen)


def _show(
    shared: SharedOptions,
    screen: tuple[Console, Glyphs] | None,
    verdicts: tuple[Verdict, ...],
    commands: tuple[Command, ...] | None,
    outlets: Outlets,
) -> None:
    """Show verdicts on the screen as the options say; without a screen, as a JSON document."""
    if screen is None:
        from grader.judge.documents import run_document

        shared.say(run_document(verdicts, version=__version__))
        return
    from grader.desk.run import guarded
    from grader.reports import terminal

    console, glyphs = screen
    with guarded(shared.say, outlets.environment):
        if shared.quiet:
            terminal.show_run_quiet(console, verdicts, glyphs=glyphs)
        elif shared.verbose:
            terminal.show_run_verbose(console, verdicts, glyphs=glyphs, commands=commands)
        else:
            terminal.show_run(console, verdicts, glyphs=glyphs, commands=commands)
    outlets.annotate(verdicts, shared.say)
