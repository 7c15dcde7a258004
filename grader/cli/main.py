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
from grader.cli import completion, exit_codes, stdout
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
    if shared.json:
        shared.say(shared.desk().progress_document())
        return
    from grader.desk import glance

    seen = glance.glance(*shared.place())
    if seen is None:
        shared.desk().overview(*shared.screen())
    else:
        glance.show(*shared.screen(), seen)


@main.command()
@click.argument("directory", type=click.Path(path_type=Path), required=False)
@click.option("--editor", type=click.Choice(["vscode"]), help="Write tasks and settings for this editor, too.")
@click.option("--devcontainer", is_flag=True, help="Describe a container that starts with the course ready, too.")
@click.option("--agents/--no-agents", default=None, help="Ask coding assistants to tutor (the default), or do not.")
@shared_options
@click.pass_obj
def init(
    shared: SharedOptions, directory: Path | None, editor: str | None, devcontainer: bool, agents: bool | None
) -> None:
    """Make a folder to work in, or bring one up to date. Nothing you wrote is overwritten."""
    from grader.desk.making import Extras, make, said

    desk = shared.text_desk()
    ready = make(desk, directory, Extras(agents=agents, vscode=editor is not None, container=devcontainer))
    shared.say("\n".join(said(ready, verbose=shared.verbose)))
    shared.say(f"Ready. Next: {desk.way_in(ready.root, ready.made)}.")


@main.command("list")
@shared_options
@click.pass_obj
def list_(shared: SharedOptions) -> None:
    """List the exercises."""
    if shared.json:
        shared.say(shared.desk().progress_document())
        return
    from grader.desk.glance import glance
    from grader.reports.overview import show_list

    seen = glance(*shared.place())
    if seen is None:
        shared.desk().list_exercises(*shared.screen())
    else:
        console, glyphs = shared.screen()
        show_list(console, seen.entries, glyphs=glyphs)


@main.command()
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Where to write it.")
@click.option("--steps", is_flag=True, help="Step through every play that failed, not one of each exercise.")
@click.option("--open", "opened", is_flag=True, help="Open the last page that is written in a browser.")
@shared_options
@click.pass_obj
def report(shared: SharedOptions, out: Path | None, steps: bool, opened: bool) -> None:
    """Write the course as pages, and your last attempts as one; when all is complete, a last page, too."""
    from grader.desk.afterwards import Afterwards

    desk = shared.text_desk()
    page = desk.write_course()
    shared.say(f"Written: {desk.shown(page)}, the lessons and how far you are.")
    if out is not None or desk.has_attempts():
        page = (desk.write_report_with_every_step if steps else desk.write_report)(out)
        shared.say(f"Written: {desk.shown(page)}, your last attempts.")
    if Afterwards(desk).is_finished():
        # Last, as it plays answers: where no box can start, the other pages are there.
        from grader.sandbox.box import Box

        with Box() as box:
            page = Afterwards(desk).write_ending(box)
        desk.write_course()  # again, as its overview leads to this page
        shared.say(f"Written: {desk.shown(page)}, the end of the course: your programs at work.")
    if opened:
        shared.open_page(page)
    else:
        shared.say("Open them in a browser, or add --open.")


@main.command()
@click.argument("exercise", metavar="[EX]", required=False, shell_complete=completion.exercises)
@click.option("--file", type=click.Path(path_type=Path), metavar="PATH", help="For the last `grade EX --file PATH`.")
@click.option("--now", is_flag=True, help="Show the next one before you have changed your file.")
@shared_options
@click.pass_obj
def hint(shared: SharedOptions, exercise: str | None, file: Path | None, now: bool) -> None:
    """Show the next hint for the failure that your last run has shown."""
    desk = shared.text_desk()
    if file is None:
        said = desk.hint_now(exercise) if now else desk.hint(exercise)
    else:
        said = desk.hint_now_for_file(exercise, file) if now else desk.hint_for_file(exercise, file)
    shared.say_wrapped(said)


@main.command()
@click.argument("diagnosis", metavar="[DIAGNOSIS]", required=False, shell_complete=completion.diagnoses)
@click.option("--open", "opened", is_flag=True, help="Write it as a page among the lessons, and open it in a browser.")
@shared_options
@click.pass_obj
def explain(shared: SharedOptions, diagnosis: str | None, opened: bool) -> None:
    """Explain a diagnosis at length, or list all of them."""
    from grader.desk.explaining import Explaining

    desk = shared.text_desk()
    explaining = Explaining(desk)
    if diagnosis is None:
        shared.say_wrapped(explaining.list_all())
    elif opened:
        page = explaining.write_page(diagnosis)
        shared.say(f"Written: {desk.shown(page)}.")
        shared.open_page(page)
    else:
        explaining.show(diagnosis, *shared.screen())


@main.command()
@click.argument("exercise", metavar="[EX]", required=False, shell_complete=completion.exercises)
@click.option("--others", is_flag=True, help="The other right answers, and what each of them shows.")
@click.option("--open", "opened", is_flag=True, help="Write all of it as a page, and open it in a browser.")
@shared_options
@click.pass_obj
def solution(shared: SharedOptions, exercise: str | None, others: bool, opened: bool) -> None:
    """Show the reference answer of an exercise that you have completed, and who ran when beside yours."""
    from grader.desk.afterwards import Afterwards

    desk = shared.text_desk()
    afterwards = Afterwards(desk)
    if others and not opened:
        afterwards.show_others(exercise, *shared.screen())
        return
    reference = afterwards.reference(exercise)  # before a box starts, because there may be nothing to show
    from grader.sandbox.box import Box

    with Box() as box:
        if opened:
            page = afterwards.write_page(box, exercise)
            shared.say(f"Written: {desk.shown(page)}, the answers to {exercise}.")
            shared.open_page(page)
        else:
            shared.say(reference.rstrip("\n"))
            afterwards.show_plays(box, exercise, *shared.screen())


@main.command()
@click.argument("exercise", metavar="EX", shell_complete=completion.exercises)
@click.option("--only", metavar="NAME", help="Put back this function or class alone.")
@click.option("--diff", is_flag=True, help="Show what would be lost, and change nothing.")
@shared_options
@click.pass_obj
def reset(shared: SharedOptions, exercise: str, only: str | None, diff: bool) -> None:
    """Begin an exercise again: the stub comes back, and your file is kept as a backup."""
    desk = shared.text_desk()
    if diff:
        shared.say(desk.difference_of_reset(exercise, only))
    else:
        shared.say(desk.reset(exercise) if only is None else desk.reset_only(exercise, only))


@main.command()
@click.option("--bundle", is_flag=True, help="Print what to put into a question, without your name in it.")
@shared_options
@click.pass_obj
def doctor(shared: SharedOptions, bundle: bool) -> None:
    """Test whether this computer has what the grader needs."""
    from grader.desk import doctor

    checks = doctor.examine(shared.text_desk(), stdout.described())
    code = 0 if all(check.fine for check in checks) else 4
    if bundle:
        shared.say(doctor.bundle(checks, os.environ))
        sys.exit(code)
    width = stdout.width()
    for check in checks if shared.verbose else doctor.to_show(checks):
        result = textwrap.fill(check.result, width - 13, subsequent_indent=" " * 13)
        shared.say(f"{check.subject:<12} {result}")
    sys.exit(code)


@main.command("completion")
@click.argument("shell", type=click.Choice(completion.SHELLS))
@shared_options
@click.pass_obj
def completion_(shared: SharedOptions, shell: str) -> None:
    """Print a script that makes a shell complete commands, exercises and diagnoses.

    \b
    bash        eval "$(grade completion bash)"               in ~/.bashrc
    zsh         eval "$(grade completion zsh)"                in ~/.zshrc
    fish        grade completion fish | source                in ~/.config/fish/config.fish
    PowerShell  grade completion powershell | Out-String | Invoke-Expression   in $PROFILE
    """
    shared.text_desk()
    shared.say(completion.script(shell, main).rstrip("\n"))


main.add_command(run)
main.add_command(watch)
main.add_command(class_)
main.add_command(kit)


def entry() -> None:
    """Run ``grade`` as a program, with our exit codes: click's own would be 1 for an abort and for our own faults."""
    stdout.take_over()
    if completion.VARIABLE in os.environ:
        sys.exit(completion.answer(main))
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
