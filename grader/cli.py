"""The ``grade`` command: arguments in, exit code out. Everything heavy is imported where it is needed.

Options that concern every command are understood on either side of its name. The first word may be an exercise:
``grade ex03`` is ``grade run ex03``.
"""

from __future__ import annotations

import difflib
import os
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from grader import __version__
from grader.errors import GraderError, UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from grader.desk import Desk
    from grader.reports.glyphs import Glyphs
    from grader.verdict import Verdict

F = TypeVar("F", bound=Callable[..., Any])

EXERCISE = re.compile(r"ex\d{2,3}")
BACKENDS = ("asyncio", "trio")


@dataclass(slots=True)
class Settings:
    """What the options say that every command has."""

    json: bool = False
    plain: bool = False
    ascii: bool = False
    quiet: bool = False
    verbose: bool = False
    color: str = "auto"
    directory: Path = Path()
    kit: Path | None = None


def _shared_options(command: F) -> F:
    """Add the options that every command has; whichever side of the command they stand on, they count."""

    def option(*names: str, **kwargs: Any) -> Callable[[F], F]:
        def store(ctx: click.Context, param: click.Parameter, value: Any) -> None:
            if value not in (None, False):
                setattr(ctx.ensure_object(Settings), str(param.name).removeprefix("shared_"), value)

        return click.option(*names, expose_value=False, callback=store, **kwargs)

    # The names are prefixed because click stores an argument and an option of one name in one place.
    folder = click.Path(exists=True, file_okay=False, path_type=Path)
    for add in (
        option("--kit", "shared_kit", metavar="DIR", type=folder, help="Use the kit in this folder."),
        option("-C", "shared_directory", metavar="DIR", type=folder, help="Work in this folder."),
        option("--color", type=click.Choice(["auto", "always", "never"]), help="Colours; auto means on a terminal."),
        option("--ascii", is_flag=True, help="ASCII characters only."),
        option("--plain", is_flag=True, help="Neither colours nor special characters."),
        option("-v", "--verbose", is_flag=True, help="Show every diagnosis."),
        option("-q", "--quiet", is_flag=True, help="Show the verdicts only."),
        option("--json", is_flag=True, help="Print a JSON document instead."),
    ):
        command = add(command)
    return command


class Grade(click.Group):
    """A group whose first word may be an exercise."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if EXERCISE.fullmatch(args[0]):
            return "run", self.commands["run"], args
        if args[0] not in self.commands and not args[0].startswith("-"):
            near = difflib.get_close_matches(args[0], [*self.commands, "ex01"], n=1)
            hint = f"Did you mean `grade {near[0]}`?" if near else "See `grade --help`."
            raise UsageError(f"there is no command {args[0]!r}", hint=hint)
        return super().resolve_command(ctx, args)


@click.group(cls=Grade, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@_shared_options
@click.version_option(__version__, "--version", message="grade %(version)s")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Learn asynchronous Python by doing it: exercises, and the grader that checks them.

    `grade ex01` checks your answer to an exercise; `grade` alone says where you are.
    """
    settings = ctx.ensure_object(Settings)
    if ctx.invoked_subcommand is None:
        _desk(settings).overview(*_console(settings))


@main.command()
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path), default=".")
@_shared_options
@click.pass_obj
def init(settings: Settings, directory: Path) -> None:
    """Make or refresh a folder to work in. Nothing you wrote is overwritten."""
    made = _desk(settings).create(settings.directory / directory)
    for name in made.written:
        click.echo(f"  new   {name}")
    for name in made.kept if settings.verbose else ():
        click.echo(f"  kept  {name}")
    if made.kept and not settings.verbose:
        click.echo(f"  kept  {len(made.kept)} of your files as they are")
    where = "" if directory == Path() else f"cd {directory}, then "
    click.echo(f"Ready. Next: {where}read ex01_join/README.md and run `grade ex01`.")


@main.command()
@click.argument("exercises", nargs=-1, metavar="[EX]...")
@click.option("--all", "everything", is_flag=True, help="Every exercise.")
@click.option("--file", type=click.Path(path_type=Path), metavar="PATH", help="Grade this file instead of your own.")
@click.option("--backend", type=click.Choice(BACKENDS), help="One backend only.")
@click.option("--test", "tests", type=click.IntRange(min=1), multiple=True, metavar="N", help="This hidden test only.")
@click.option("--schedules", type=click.IntRange(1, 100_000), metavar="N", help="How many task schedules at most.")
@click.option("--seed", type=click.IntRange(min=0), metavar="K", help="This schedule only.")
@_shared_options
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
) -> None:
    """Check your answer to one exercise or several."""
    from grader.sandbox import Box

    with Box() as box:  # it boots while the rest of the grader is imported
        from grader.desk import Wishes

        desk = _desk(settings)
        chosen = desk.choose(exercises, everything=everything)
        wishes = Wishes(file=file, backend=backend, tests=tests, schedules=schedules, seed=seed)
        if settings.json:
            verdicts = desk.grade(box, chosen, wishes)
            _echo_json(verdicts)
        else:
            console, glyphs = _console(settings)  # rich is imported while the box still boots
            verdicts = desk.grade(box, chosen, wishes)
            _show(settings, console, glyphs, verdicts)
    sys.exit(_exit_code(verdicts))


@main.command("list")
@_shared_options
@click.pass_obj
def list_(settings: Settings) -> None:
    """List the exercises."""
    _desk(settings).list_exercises(*_console(settings))


@main.command()
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Where to write it.")
@_shared_options
@click.pass_obj
def report(settings: Settings, out: Path | None) -> None:
    """Write your last attempts as one HTML page. Runs nothing."""
    written = _desk(settings).write_report(out)
    click.echo(f"Written: {written}")


@main.command()
@click.argument("exercise", metavar="EX")
@_shared_options
@click.pass_obj
def hint(settings: Settings, exercise: str) -> None:
    """Show the next hint for the first failing test of your last attempt."""
    click.echo(_desk(settings).hint(exercise))


@main.command()
@click.argument("diagnosis")
@_shared_options
@click.pass_obj
def explain(settings: Settings, diagnosis: str) -> None:
    """Explain a diagnosis at length."""
    click.echo(_desk(settings).explain(diagnosis))


@main.command()
@click.argument("exercise", metavar="EX")
@_shared_options
@click.pass_obj
def solution(settings: Settings, exercise: str) -> None:
    """Show the reference answer of an exercise that you have completed."""
    click.echo(_desk(settings).solution(exercise), nl=False)


@main.command()
@_shared_options
@click.pass_obj
def doctor(settings: Settings) -> None:
    """Test what the grader needs of this computer."""
    from grader import doctor

    findings = doctor.examine()
    for finding in findings:
        click.echo(f"{finding.subject:<12} {finding.said}")
    sys.exit(0 if all(finding.fine for finding in findings) else 4)


@main.group()
@_shared_options
def kit() -> None:
    """Make and check kits of exercises."""


@kit.command()
@click.argument("directory", required=False, type=click.Path(file_okay=False, path_type=Path))
@click.option("--schedules", type=click.IntRange(1, 100_000), metavar="N", help="How many task schedules at most.")
@_shared_options
@click.pass_obj
def check(settings: Settings, directory: Path | None, schedules: int | None) -> None:
    """Prove a kit: stubs fail cleanly, right answers pass, every wrong one fails as it says."""
    from grader.sandbox import Box

    if directory is not None:
        settings.kit = directory
    with Box() as box:
        problems = _desk(settings).check_kit(box, schedules, quiet=settings.quiet, echo=click.echo)
    sys.exit(1 if problems else 0)


# ---- helpers of the commands -----------------------------------------------------------------------------------------


def _desk(settings: Settings) -> Desk:
    from grader.desk import Desk

    return Desk(directory=settings.directory, kit=settings.kit)


def _console(settings: Settings) -> tuple[Console, Glyphs]:
    """A console for standard output, and what it can show."""
    from rich.console import Console

    from grader.reports.glyphs import ASCII, UNICODE

    encoding = (sys.stdout.encoding or "ascii").lower().replace("-", "")
    glyphs = ASCII if settings.ascii or settings.plain or encoding != "utf8" else UNICODE
    color = "never" if settings.plain or (settings.color == "auto" and os.environ.get("NO_COLOR")) else settings.color
    force = {"always": True, "never": False, "auto": None}[color]
    console = Console(
        force_terminal=force,
        no_color=color == "never",
        width=None if sys.stdout.isatty() else 80,
        markup=False,
        highlight=False,
        emoji=False,
    )
    return console, glyphs


def _show(settings: Settings, console: Console, glyphs: Glyphs, verdicts: tuple[Verdict, ...]) -> None:
    from grader.reports import terminal

    if settings.quiet:
        terminal.show_run_quiet(console, verdicts, glyphs=glyphs)
    elif settings.verbose:
        terminal.show_run_verbose(console, verdicts, glyphs=glyphs)
    else:
        terminal.show_run(console, verdicts, glyphs=glyphs)


def _echo_json(verdicts: tuple[Verdict, ...]) -> None:
    from grader.documents import run_document

    click.echo(run_document(verdicts, version=__version__))


def _exit_code(verdicts: tuple[Verdict, ...]) -> int:
    """4 if something could not be judged through no fault of the learner, else 1, else 3, else 0."""
    from grader.verdict import Status

    codes = {Status.NOT_JUDGED: 4, Status.FAIL: 1, Status.CANNOT_JUDGE: 3, Status.PASS: 0}
    found = {codes[verdict.status] for verdict in verdicts}
    return next((code for code in (4, 1, 3) if code in found), 0)


def entry() -> None:
    """Run ``grade`` as a program. click's own exits are replaced: it exits 1 for aborts and uncaught exceptions."""
    try:
        code = main.main(prog_name="grade", standalone_mode=False)
    except click.exceptions.Exit as leaving:
        code = leaving.exit_code
    except click.UsageError as error:
        error.show()
        code = 2
    except GraderError as error:
        click.echo(f"error: {error}\nhelp: {error.hint}", err=True)
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        code = 130
    except BrokenPipeError:
        # Whoever read our output has gone; the interpreter must not complain about it when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except Exception as error:
        _report_own_fault(error)
        code = 70
    sys.exit(code if isinstance(code, int) else 0)


def _report_own_fault(error: Exception) -> None:
    import traceback

    click.echo("".join(traceback.format_exception(error)), err=True)
    click.echo(f"error: a fault of the grader itself: {type(error).__name__}", err=True)
    click.echo("help: report it with the lines above and what `grade doctor` prints", err=True)
