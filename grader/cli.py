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
from typing import TYPE_CHECKING, NoReturn

import click

from grader import __version__, stdout
from grader.cli_class import class_
from grader.errors import GraderError, UsageError
from grader.options import Grade, Settings, shared_options
from grader.recording import BACKENDS

if TYPE_CHECKING:
    from rich.console import Console

    from grader.desk import Desk
    from grader.outlets import Outlets
    from grader.reports.glyphs import Glyphs
    from grader.reports.views import Command
    from grader.verdict import Verdict


@click.group(cls=Grade, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@shared_options
@click.version_option(__version__, "--version", message="grade %(version)s")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Learn asynchronous Python by doing it: exercises, and the grader that checks them.

    `grade ex01` checks your answer to an exercise; `grade` alone says where you are.
    """
    settings = ctx.ensure_object(Settings)
    if ctx.invoked_subcommand is not None:
        return
    desk = _desk(settings)
    if settings.json:
        _say(settings, desk.progress_document())
    else:
        desk.overview(*_screen(settings))


@main.command()
@click.argument("directory", type=click.Path(path_type=Path), required=False)
@shared_options
@click.pass_obj
def init(settings: Settings, directory: Path | None) -> None:
    """Make or refresh a folder to work in. Nothing you wrote is overwritten."""
    desk = _text_desk(settings)
    root, made = desk.create(directory)
    lines = [f"  new   {name}" for name in made.written]
    lines += [f"  kept  {name}" for name in made.kept if settings.verbose]
    lines += [f"  saved your copy of {name} as {copy}" for name, copy in made.saved]
    if made.kept and not settings.verbose:
        lines.append(f"  kept  {len(made.kept)} of your files as they are")
    _say(settings, "\n".join(lines))
    _say(settings, f"Ready. Next: {desk.way_in(root, made)}.")


@main.command()
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
    settings: Settings,
    exercises: tuple[str, ...],
    everything: bool,
    file: Path | None,
    backend: str | None,
    tests: tuple[int, ...],
    schedules: int | None,
    seed: int | None,
    unfair: int | None,
    trace: Path | None,
    reports: tuple[str, ...],
    started: bool,
    fail_under: float | None,
) -> None:
    """Check your answer to one exercise or several."""
    from grader.sandbox import Box

    with Box() as box:  # it boots while the rest of the grader is imported
        from grader.desk import Wishes
        from grader.outlets import outlets

        desk = _desk(settings)
        chosen = desk.choose(exercises, everything=everything)
        wishes = Wishes(file=file, backend=backend, tests=tests, schedules=schedules, seed=seed, unfair=unfair or 0)
        others = outlets(reports, len(chosen), settings.directory, desk.home(wishes), os.environ, trace)
        screen = None if settings.json else _screen(settings)  # rich is imported while the box still boots
        verdicts = desk.grade(box, chosen, wishes)
        verdicts = desk.started(verdicts) if started else verdicts
        try:
            _show(settings, screen, verdicts, desk.proposed(verdicts, wishes), others)
        finally:
            # Last, as the learner's disk may be full: a verdict that cannot be stored has at least been seen.
            desk.store(verdicts, wishes)
        others.write(verdicts)
    from grader import exit_codes

    sys.exit(exit_codes.of_run(verdicts) if fail_under is None else exit_codes.of_run_with_limit(verdicts, fail_under))


@main.command("list")
@shared_options
@click.pass_obj
def list_(settings: Settings) -> None:
    """List the exercises."""
    desk = _desk(settings)
    if settings.json:
        _say(settings, desk.progress_document())
    else:
        desk.list_exercises(*_screen(settings))


@main.command()
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Where to write it.")
@shared_options
@click.pass_obj
def report(settings: Settings, out: Path | None) -> None:
    """Write your last attempts as one HTML page. Runs nothing."""
    desk = _text_desk(settings)
    _say(settings, f"Written: {desk.shown(desk.write_report(out))}. Open it in a browser.")


@main.command()
@click.argument("exercise", metavar="[EX]", required=False)
@shared_options
@click.pass_obj
def hint(settings: Settings, exercise: str | None) -> None:
    """Show the next hint for the first failing test of your last attempt."""
    _say_wrapped(settings, _text_desk(settings).hint(exercise))


@main.command()
@click.argument("diagnosis", metavar="[DIAGNOSIS]", required=False)
@shared_options
@click.pass_obj
def explain(settings: Settings, diagnosis: str | None) -> None:
    """Explain a diagnosis at length, or list what there is."""
    _say_wrapped(settings, _text_desk(settings).explain(diagnosis))


@main.command()
@click.argument("exercise", metavar="[EX]", required=False)
@shared_options
@click.pass_obj
def solution(settings: Settings, exercise: str | None) -> None:
    """Show the reference answer of an exercise that you have completed."""
    _say(settings, _text_desk(settings).solution(exercise).rstrip("\n"))


@main.command()
@click.argument("exercise", metavar="EX")
@shared_options
@click.pass_obj
def reset(settings: Settings, exercise: str) -> None:
    """Begin an exercise again: the stub comes back, and your file is kept as a backup."""
    _say(settings, _text_desk(settings).reset(exercise))


@main.command()
@shared_options
@click.pass_obj
def doctor(settings: Settings) -> None:
    """Test what the grader needs of this computer."""
    from grader import doctor

    _text_desk(settings)
    findings = doctor.examine()
    for finding in findings:
        said = textwrap.fill(finding.said, stdout.WIDTH - 13, subsequent_indent=" " * 13)
        _say(settings, f"{finding.subject:<12} {said}")
    sys.exit(0 if all(finding.fine for finding in findings) else 4)


@main.group()
@shared_options
def kit() -> None:
    """Make and check kits of exercises."""


@kit.command()
@click.argument("directory", required=False, type=click.Path(path_type=Path))
@click.option("--schedules", type=click.IntRange(1, 100_000), metavar="N", help="How many task schedules at most.")
@shared_options
@click.pass_obj
def check(settings: Settings, directory: Path | None, schedules: int | None) -> None:
    """Prove a kit: stubs fail cleanly, right answers pass, every wrong one fails as it says."""
    from grader.sandbox import Box

    if directory is not None:
        settings.kit = directory
    desk = _text_desk(settings)
    with Box() as box:
        problems = desk.check_kit(box, schedules, quiet=settings.quiet, echo=partial(_say, settings))
    sys.exit(1 if problems else 0)


main.add_command(class_)


# ---- helpers of the commands -----------------------------------------------------------------------------------------


def _desk(settings: Settings) -> Desk:
    from grader.desk import Desk

    kit = None if settings.kit is None else settings.directory / settings.kit
    return Desk(directory=settings.directory, kit=kit)


def _text_desk(settings: Settings) -> Desk:
    """The desk for a command that prints text only. Raises UsageError if JSON is asked for."""
    if settings.json:
        hint = "Leave --json out; `grade EX`, `grade list` and `grade` alone know it."
        raise UsageError("this command has no JSON form", hint=hint)
    return _desk(settings)


def _say(settings: Settings, text: str) -> None:
    stdout.say(text, ascii=settings.ascii or settings.plain)


def _say_wrapped(settings: Settings, text: str) -> None:
    for line in text.split("\n"):
        indent = " " * (len(line) - len(line.lstrip()))
        wrapper = textwrap.TextWrapper(
            stdout.WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
        )
        _say(settings, wrapper.fill(line))


def _screen(settings: Settings) -> tuple[Console, Glyphs]:
    """A console for standard output, and the characters it can show."""
    return stdout.screen(settings.color, plain=settings.plain, ascii=settings.ascii)


def _show(
    settings: Settings,
    screen: tuple[Console, Glyphs] | None,
    verdicts: tuple[Verdict, ...],
    commands: tuple[Command, ...] | None,
    others: Outlets,
) -> None:
    """Show verdicts as the options wish; without a screen, as a JSON document."""
    if screen is None:
        from grader.documents import run_document

        _say(settings, run_document(verdicts, version=__version__))
        return
    from grader.reports import terminal

    console, glyphs = screen
    echo = partial(_say, settings)
    with others.guarded(echo):
        if settings.quiet:
            terminal.show_run_quiet(console, verdicts, glyphs=glyphs)
        elif settings.verbose:
            terminal.show_run_verbose(console, verdicts, glyphs=glyphs, commands=commands)
        else:
            terminal.show_run(console, verdicts, glyphs=glyphs, commands=commands)
    others.annotate(verdicts, echo)


def entry() -> None:
    """Run ``grade`` as a program. click's own exits are replaced: it exits 1 for aborts and uncaught exceptions."""
    stdout.take_over()
    try:
        code = main.main(prog_name="grade", standalone_mode=False)
    except click.exceptions.Exit as leaving:
        code = leaving.exit_code
    except click.UsageError as error:
        _complain(*_usage(error))
        code = 2
    except GraderError as error:
        _complain(str(error), error.hint)
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        _leave_interrupted()
    except Exception as error:
        _report_own_fault(error)
        code = 70
    sys.exit(code if isinstance(code, int) else 0)


def _leave_interrupted() -> NoReturn:
    print("interrupted", file=sys.stderr, flush=True)
    sys.stdout.flush()
    # Not sys.exit: Python ends itself with the signal, whatever the exit code, if the interrupt came while a text was
    # executed, as for every dataclass that is made.
    os._exit(130)


def _complain(what: str, hint: str) -> None:
    from grader.reports.clean import clean

    # Names of files and what stands in them are repeated here; they must not act on the terminal.
    print(clean(f"error: {what}\nhelp: {hint}", 4000), file=sys.stderr)


def _usage(error: click.UsageError) -> tuple[str, str]:
    """What click has to say about the arguments, in our words and with the command to type next."""
    path = error.ctx.command_path if error.ctx is not None else "grade"
    message = error.format_message()
    if isinstance(error, click.NoSuchOption) and path == "grade" and _is_option_of_run(error.option_name):
        return f"{error.option_name} stands after the command", f"Write `grade run {error.option_name}`."
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        message = f"`{path}` needs a command"
    return message[:1].lower() + message[1:].rstrip("."), f"See `{path} --help`."


def _is_option_of_run(name: str) -> bool:
    return any(name in parameter.opts for parameter in run.params)


def _report_own_fault(error: Exception) -> None:
    import traceback

    print("".join(traceback.format_exception(error)), file=sys.stderr)
    _complain(
        f"a fault of the grader itself: {type(error).__name__}",
        "Report it with the lines above and what `grade doctor` prints.",
    )
