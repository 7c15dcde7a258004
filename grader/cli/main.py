"""The ``grade`` command: its small subcommands, its entry point, and what it prints on standard error when it fails.

Each command imports what is heavy inside its function, so that ``grade --help`` stays fast.
"""

from __future__ import annotations

import os
import sys
import textwrap
from pathlib import Path
from typing import NoReturn

import click

from grader import __version__
from grader.cli import exit_codes, stdout
from grader.cli.class_ import class_
from grader.cli.kit import kit
from grader.cli.options import Grade, SharedOptions, shared_options
from grader.cli.run import run
from grader.cli.watch import watch
from grader.errors import GraderError

TRACEBACK_CHARACTERS = 100_000


@click.group(cls=Grade, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@shared_options
@click.version_option(__version__, "--version", message="grade %(version)s")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Learn asynchronous Python by doing it: exercises, and the grader that checks them.

    `grade ex01` checks your answer to an exercise; `grade` alone says where you are.
    """
    shared = ctx.ensure_object(SharedOptions)
    if ctx.invoked_subcommand is not None:
        return
    desk = shared.desk()
    if shared.json:
        shared.say(desk.progress_document())
    else:
        desk.overview(*shared.screen())


@main.command()
@click.argument("directory", type=click.Path(path_type=Path), required=False)
@shared_options
@click.pass_obj
def init(shared: SharedOptions, directory: Path | None) -> None:
    """Make or refresh a folder to work in. Nothing you wrote is overwritten."""
    desk = shared.text_desk()
    root, made = desk.create(directory)
    lines = [f"  new   {name}" for name in made.written]
    lines += [f"  kept  {name}" for name in made.kept if shared.verbose]
    lines += [f"  saved your copy of {name} as {copy}" for name, copy in made.saved]
    if made.kept and not shared.verbose:
        lines.append(f"  kept  {len(made.kept)} of your files as they are")
    shared.say("\n".join(lines))
    shared.say(f"Ready. Next: {desk.way_in(root, made)}.")


@main.command("list")
@shared_options
@click.pass_obj
def list_(shared: SharedOptions) -> None:
    """List the exercises."""
    desk = shared.desk()
    if shared.json:
        shared.say(desk.progress_document())
    else:
        desk.list_exercises(*shared.screen())


@main.command()
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Where to write it.")
@click.option("--steps", is_flag=True, help="Step through every play that failed, not one of each exercise.")
@shared_options
@click.pass_obj
def report(shared: SharedOptions, out: Path | None, steps: bool) -> None:
    """Write the course as pages, and your last attempts as one. Runs nothing."""
    desk = shared.text_desk()
    shared.say(f"Written: {desk.shown(desk.write_course())}, the lessons and how far you are.")
    if out is not None or desk.has_attempts():
        write = desk.write_report_with_every_step if steps else desk.write_report
        shared.say(f"Written: {desk.shown(write(out))}, your last attempts.")
    shared.say("Open them in a browser.")


@main.command()
@click.argument("exercise", metavar="[EX]", required=False)
@click.option("--file", type=click.Path(path_type=Path), metavar="PATH", help="For the last `grade EX --file PATH`.")
@shared_options
@click.pass_obj
def hint(shared: SharedOptions, exercise: str | None, file: Path | None) -> None:
    """Show the next hint for the failure that your last attempt has shown."""
    desk = shared.text_desk()
    shared.say_wrapped(desk.hint(exercise) if file is None else desk.hint_for_file(exercise, file))


@main.command()
@click.argument("diagnosis", metavar="[DIAGNOSIS]", required=False)
@shared_options
@click.pass_obj
def explain(shared: SharedOptions, diagnosis: str | None) -> None:
    """Explain a diagnosis at length, or list all of them."""
    desk = shared.text_desk()
    shared.say_wrapped(desk.explain(diagnosis) if diagnosis else desk.list_diagnoses())


@main.command()
@click.argument("exercise", metavar="[EX]", required=False)
@shared_options
@click.pass_obj
def solution(shared: SharedOptions, exercise: str | None) -> None:
    """Show the reference answer of an exercise that you have completed."""
    shared.say(shared.text_desk().solution(exercise).rstrip("\n"))


@main.command()
@click.argument("exercise", metavar="EX")
@shared_options
@click.pass_obj
def reset(shared: SharedOptions, exercise: str) -> None:
    """Begin an exercise again: the stub comes back, and your file is kept as a backup."""
    shared.say(shared.text_desk().reset(exercise))


@main.command()
@shared_options
@click.pass_obj
def doctor(shared: SharedOptions) -> None:
    """Test whether this computer has what the grader needs."""
    from grader.desk import doctor

    shared.text_desk()
    checks = doctor.examine()
    for check in checks:
        result = textwrap.fill(check.result, stdout.WIDTH - 13, subsequent_indent=" " * 13)
        shared.say(f"{check.subject:<12} {result}")
    sys.exit(0 if all(check.fine for check in checks) else 4)


main.add_command(run)
main.add_command(watch)
main.add_command(class_)
main.add_command(kit)


def entry() -> None:
    """Run ``grade`` as a program, with our exit codes: click's own would be 1 for an abort and for our own faults."""
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


# ---- standard error --------------------------------------------------------------------------------------------------


def complain(what: str, hint: str) -> None:
    """Print one line that says what is wrong, and one that says what to do about it."""
    from grader.text import clean_line

    # Messages quote file names and file contents, which must not act on the terminal. Nor may a line break in a name
    # begin a new line: GitHub obeys a line that begins with ``::error::``.
    print(f"error: {clean_line(what, 4000)}\nhelp: {clean_line(hint, 4000)}", file=sys.stderr)


def complain_of_usage(error: click.UsageError) -> None:
    """Print click's complaint about the arguments in our form, with the command to type next."""
    path = error.ctx.command_path if error.ctx is not None else "grade"
    options_of_run = [name for parameter in run.params for name in parameter.opts]
    if isinstance(error, click.NoSuchOption) and path == "grade" and error.option_name in options_of_run:
        complain(f"{error.option_name} stands after the command", f"Write `grade run {error.option_name}`.")
        return
    message = error.format_message()
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        message = f"`{path}` needs a command"
    complain(message[:1].lower() + message[1:].rstrip("."), f"See `{path} --help`.")


def report_own_fault(error: Exception) -> None:
    """Print the traceback of an unforeseen exception, and ask for a report."""
    import traceback

    from grader.text import clean

    # The exception's message may quote a learner's text of several lines.
    text = clean("".join(traceback.format_exception(error)), TRACEBACK_CHARACTERS)
    print(textwrap.indent(text, "| ", lambda line: True), file=sys.stderr)
    what = f"a fault of the grader itself: {type(error).__name__}"
    complain(what, "Report it with the lines above and what `grade doctor` prints.")


def leave_interrupted() -> NoReturn:
    """End the process as Ctrl-C does: with one word, and the exit code that stands for it."""
    print("interrupted", file=sys.stderr, flush=True)
    sys.stdout.flush()
    # Not sys.exit: if the interrupt came during an `exec`, which every dataclass uses, Python ends itself with the
    # signal, whatever the exit code.
    os._exit(exit_codes.INTERRUPTED)
