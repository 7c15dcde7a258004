"""The command ``grade kit``: what authors of kits do with them."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from grader.cli.options import SharedOptions, shared_options
from grader.errors import UsageError


@click.group()
@shared_options
def kit() -> None:
    """Check kits of exercises."""


@kit.command()
@click.argument("directory", required=False, type=click.Path(path_type=Path))
@click.option("--schedules", type=click.IntRange(1, 100_000), metavar="N", help="How many task schedules at most.")
@click.option("--learn", "learns", is_flag=True, help="Write down what the wrong answers show (roots.toml).")
@click.option("--watch", "watches", is_flag=True, help="Check again whenever a file of the kit is saved.")
@shared_options
@click.pass_obj
def check(shared: SharedOptions, directory: Path | None, schedules: int | None, learns: bool, watches: bool) -> None:
    """Prove a kit: stubs fail cleanly, right answers pass, each wrong answer fails as it says."""
    from grader.desk.author import check
    from grader.judge.kitcheck import learn
    from grader.judge.options import asked_for
    from grader.kit.kit import load_kit
    from grader.reports.checked import show_checked
    from grader.reports.screen import Screen
    from grader.sandbox.box import Box

    if watches and (learns or shared.json):
        hint = "Leave one of the two out; `--watch` shows each check on the screen, and writes nothing."
        raise UsageError("--watch goes with neither --learn nor --json", hint=hint)
    root = _root(shared, directory)
    check.read(root)  # before the box starts: a folder without a kit is said at once
    options = asked_for(schedules=schedules)
    with Box() as box:
        if learns:
            learn(box, load_kit(root), options=options, echo=shared.say)
        if shared.json:
            document, problems = check.check_to_document(box, root, options=options)
            shared.say(document)
            sys.exit(1 if problems else 0)
        show = check.only_problems if shared.quiet else show_checked
        work = check.watch if watches else check.check_to_screen
        problems = work(box, root, options=options, screen=Screen(*shared.screen()), show=show)
    sys.exit(1 if problems else 0)


@kit.command()
@click.argument("exercise", metavar="EX")
@click.option("--schedules", type=click.IntRange(1, 100_000), metavar="N", help="How many task schedules at most.")
@shared_options
@click.pass_obj
def show(shared: SharedOptions, exercise: str, schedules: int | None) -> None:
    """Show which hidden tests fail on which wrong answers of an exercise."""
    from grader.desk.author.show import table_of
    from grader.judge.options import asked_for
    from grader.reports import kit_table
    from grader.reports.screen import Screen
    from grader.sandbox.box import Box

    root = _root(shared, None)
    with Box() as box:
        table = table_of(box, root, exercise, options=asked_for(schedules=schedules))
    if shared.json:
        shared.say(kit_table.document(table))
    else:
        kit_table.show_table(Screen(*shared.screen()), table)


def _root(shared: SharedOptions, directory: Path | None) -> Path:
    """The folder of the kit that is meant."""
    from grader.desk.author.place import root_of

    if directory is not None:
        shared.kit = directory
    return root_of(shared.desk())
