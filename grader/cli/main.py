"""The ``grade`` command: arguments in, exit code out. Everything heavy is imported where it is needed.

Options that concern every command are understood on either side of its name. The first word may be an exercise:
``grade ex03`` is ``grade run ex03``.
"""

from __future__ import annotations

import os
import sys
import textwrap
from functools import partial
from pathlib import Path
from typing import NoReturn

import click

from grader import __version__
from grader.cli import stdout
from grader.cli.class_ import class_
from grader.cli.options import Grade, SharedOptions, shared_options
from grader.cli.run import desk_of, run, say, say_wrapped, screen_of, text_desk_of
from grader.errors import GraderError

# ---- cli faults ------------------------------------------------------------------------------------------------------
#
# How ``grade`` says on standard error that it cannot do what was asked for, and what to type instead.


TRACEBACK_CHARACTERS = 100_000


def complain(what: str, hint: str) -> None:
    """Print what is wrong in one line, and what to do about it in another."""
    from grader.text import clean_line

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

    from grader.text import clean

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


@click.group(cls=Grade, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@shared_options
@click.version_option(__version__, "--version", message="grade %(version)s")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Learn asynchronous Python by doing it: exercises, and the grader that checks them.

    `grade ex01` checks your answer to an exercise; `grade` alone says where you are.
    """
    settings = ctx.ensure_object(SharedOptions)
    if ctx.invoked_subcommand is not None:
        return
    desk = desk_of(settings)
    if settings.json:
        say(settings, desk.progress_document())
    else:
        desk.overview(*screen_of(settings))


@main.command()
@click.argument("directory", type=click.Path(path_type=Path), required=False)
@shared_options
@click.pass_obj
def init(settings: SharedOptions, directory: Path | None) -> None:
    """Make or refresh a folder to work in. Nothing you wrote is overwritten."""
    desk = text_desk_of(settings)
    root, made = desk.create(directory)
    lines = [f"  new   {name}" for name in made.written]
    lines += [f"  kept  {name}" for name in made.kept if settings.verbose]
    lines += [f"  saved your copy of {name} as {copy}" for name, copy in made.saved]
    if made.kept and not settings.verbose:
        lines.append(f"  kept  {len(made.kept)} of your files as they are")
    say(settings, "\n".join(lines))
    say(settings, f"Ready. Next: {desk.way_in(root, made)}.")


@main.command("list")
@shared_options
@click.pass_obj
def list_(settings: SharedOptions) -> None:
    """List the exercises."""
    desk = desk_of(settings)
    if settings.json:
        say(settings, desk.progress_document())
    else:
        desk.list_exercises(*screen_of(settings))


@main.command()
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Where to write it.")
@shared_options
@click.pass_obj
def report(settings: SharedOptions, out: Path | None) -> None:
    """Write your last attempts as one HTML page. Runs nothing."""
    desk = text_desk_of(settings)
    say(settings, f"Written: {desk.shown(desk.write_report(out))}. Open it in a browser.")


@main.command()
@click.argument("exercise", metavar="[EX]", required=False)
@shared_options
@click.pass_obj
def hint(settings: SharedOptions, exercise: str | None) -> None:
    """Show the next hint for the first failing test of your last attempt."""
    say_wrapped(settings, text_desk_of(settings).hint(exercise))


@main.command()
@click.argument("diagnosis", metavar="[DIAGNOSIS]", required=False)
@shared_options
@click.pass_obj
def explain(settings: SharedOptions, diagnosis: str | None) -> None:
    """Explain a diagnosis at length, or list what there is."""
    say_wrapped(settings, text_desk_of(settings).explain(diagnosis))


@main.command()
@click.argument("exercise", metavar="[EX]", required=False)
@shared_options
@click.pass_obj
def solution(settings: SharedOptions, exercise: str | None) -> None:
    """Show the reference answer of an exercise that you have completed."""
    say(settings, text_desk_of(settings).solution(exercise).rstrip("\n"))


@main.command()
@click.argument("exercise", metavar="EX")
@shared_options
@click.pass_obj
def reset(settings: SharedOptions, exercise: str) -> None:
    """Begin an exercise again: the stub comes back, and your file is kept as a backup."""
    say(settings, text_desk_of(settings).reset(exercise))


@main.command()
@shared_options
@click.pass_obj
def doctor(settings: SharedOptions) -> None:
    """Test what the grader needs of this computer."""
    from grader.desk import doctor

    text_desk_of(settings)
    findings = doctor.examine()
    for finding in findings:
        said = textwrap.fill(finding.said, stdout.WIDTH - 13, subsequent_indent=" " * 13)
        say(settings, f"{finding.subject:<12} {said}")
    sys.exit(0 if all(finding.fine for finding in findings) else 4)


@main.group()
@shared_options
def kit() -> None:
    """Check kits of exercises."""


@kit.command()
@click.argument("directory", required=False, type=click.Path(path_type=Path))
@click.option("--schedules", type=click.IntRange(1, 100_000), metavar="N", help="How many task schedules at most.")
@shared_options
@click.pass_obj
def check(settings: SharedOptions, directory: Path | None, schedules: int | None) -> None:
    """Prove a kit: stubs fail cleanly, right answers pass, every wrong one fails as it says."""
    from grader.judge.kitcheck import check_aloud
    from grader.judge.options import asked_for
    from grader.sandbox.box import Box

    if directory is not None:
        settings.kit = directory
    desk = text_desk_of(settings)
    with Box() as box:
        problems = check_aloud(
            box, desk.kit, options=asked_for(schedules=schedules), quiet=settings.quiet, echo=partial(say, settings)
        )
    sys.exit(1 if problems else 0)


main.add_command(run)
main.add_command(class_)


def entry() -> None:
    """Run ``grade`` as a program. click's own exits are replaced: it exits 1 for aborts and uncaught exceptions."""
    stdout.take_over()
    try:
        code = main.main(prog_name="grade", standalone_mode=False)
    except click.exceptions.Exit as leaving:
        code = leaving.exit_code
    except click.UsageError as error:
        complain_of_usage(error)
        code = 2
    except GraderError as error:
        complain(str(error), error.hint)
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        leave_interrupted()
    except Exception as error:
        report_own_fault(error)
        code = 70
    sys.exit(code if isinstance(code, int) else 0)
