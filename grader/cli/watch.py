"""The command ``grade watch``: its screen, its keys and its end."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from grader import __version__
from grader.cli import stdout
from grader.cli.options import SharedOptions, shared_options

if TYPE_CHECKING:
    from rich.console import Console

    from grader.desk.watch import WatchSession
    from grader.reports.screen import Glyphs
    from grader.reports.watched import View


@click.command()
@click.argument("exercise", metavar="[EX]", required=False)
@shared_options
@click.pass_obj
def watch(shared: SharedOptions, exercise: str | None) -> None:
    """Check your answer whenever you save it, and say what got better and worse.

    The usual order of steps comes first, other orders after it. Without EX it is the exercise that `grade` names as the
    next one. `q` ends it with exit code 0, and Ctrl-C with 130. Without a terminal, results are printed one after the
    other, with --json one line for each.
    """
    from grader.sandbox.box import Box

    # The box's process starts while this one imports the rest of the grader.
    with Box() as box:
        box.begin()
        from grader.desk.keyboard import ended_by_signals
        from grader.desk.watch import WatchSession, chosen

        desk = shared.desk()
        watched = chosen(desk, exercise)
        screen = shared.screen()
        keys = not shared.json and sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()
        with ended_by_signals():
            view = _view(shared, *screen, keys=keys)
            session = WatchSession(desk, box, watched, view, screen, unread=stdout.reader_has_left)
            with _at_the_keyboard(session, view, keys=keys):
                session.run()


def _view(shared: SharedOptions, console: Console, glyphs: Glyphs, *, keys: bool) -> View:
    from grader.reports import terminal
    from grader.reports.painted import Painted
    from grader.reports.watched import JsonLines, Printed

    if shared.json:

        def echo(line: str) -> None:
            shared.say(line)
            sys.stdout.flush()  # a pipe would keep it back

        return JsonLines(echo, _complain, version=__version__)
    if shared.quiet:
        return Printed(console, glyphs, terminal.show_run_quiet, keys=keys)
    if shared.verbose:
        return Printed(console, glyphs, terminal.show_run_verbose, keys=keys)
    if keys and not shared.plain and not console.is_dumb_terminal:
        return Painted(console, glyphs)
    return Printed(console, glyphs, keys=keys)


def _complain(sentence: str) -> None:
    from grader.text import clean_line

    print(f"note: {clean_line(sentence, 4000)}", file=sys.stderr, flush=True)


@contextmanager
def _at_the_keyboard(session: WatchSession, view: View, *, keys: bool) -> Iterator[None]:
    """Take keys and changes of the terminal's size, where there is a terminal."""
    if not keys:
        yield
        return
    from grader.desk.keyboard import Keyboard
    from grader.desk.watch import Happening

    def resized(*signal: object) -> None:
        session.tell(Happening.RESIZED)

    before = signal.signal(signal.SIGWINCH, resized)
    try:
        with Keyboard(sys.stdin.fileno(), session.press, resized):
            yield
    finally:
        signal.signal(signal.SIGWINCH, before)
        view.leave()
