"""How ``grade`` says on standard error that it cannot do what was asked for, and what to type instead."""

from __future__ import annotations

import os
import sys
import textwrap
from typing import NoReturn

import click

from grader.cli_run import run

TRACEBACK_CHARACTERS = 100_000


def complain(what: str, hint: str) -> None:
    """Print what is wrong in one line, and what to do about it in another."""
    from grader.reports.clean import clean_line

    # Names of files and what stands in them are repeated here; they must not act on the terminal. Nor may a name with
    # a line break begin a line of its own: on GitHub one that begins with ``::error::`` is a command.
    print(f"error: {clean_line(what, 4000)}\nhelp: {clean_line(hint, 4000)}", file=sys.stderr)


def complain_of_usage(error: click.UsageError) -> None:
    """Print what click has to say about the arguments, in our words and with the command to type next."""
    complain(*_usage(error))


def _usage(error: click.UsageError) -> tuple[str, str]:
    path = error.ctx.command_path if error.ctx is not None else "grade"
    message = error.format_message()
    if isinstance(error, click.NoSuchOption) and path == "grade" and _is_option_of_run(error.option_name):
        return f"{error.option_name} stands after the command", f"Write `grade run {error.option_name}`."
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        message = f"`{path}` needs a command"
    return message[:1].lower() + message[1:].rstrip("."), f"See `{path} --help`."


def _is_option_of_run(name: str) -> bool:
    return any(name in parameter.opts for parameter in run.params)


def report_own_fault(error: Exception) -> None:
    """Print an exception that nobody foresaw, and ask for a report."""
    import traceback

    from grader.reports.clean import clean

    # The message may quote anything, and have lines of its own.
    said = clean("".join(traceback.format_exception(error)), TRACEBACK_CHARACTERS)
    print(textwrap.indent(said, "| ", lambda line: True), file=sys.stderr)
    complain(
        f"a fault of the grader itself: {type(error).__name__}",
        "Report it with the lines above and what `grade doctor` prints.",
    )


def leave_interrupted() -> NoReturn:
    """End the process as Ctrl-C does: with exit code 130, and no word but one."""
    print("interrupted", file=sys.stderr, flush=True)
    sys.stdout.flush()
    # Not sys.exit: Python ends itself with the signal, whatever the exit code, if the interrupt came while a text was
    # executed, as for every dataclass that is made.
    os._exit(130)
