"""The options that every command has, and the group of commands that ``grade`` is.

Shared options may stand on either side of the command's name. The first word may be an exercise: ``grade ex03`` is
``grade run ex03``.
"""

from __future__ import annotations

import re
import shlex
import textwrap
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from grader.cli import completion, stdout
from grader.errors import UsageError
from grader.text import nearest

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem
    from rich.console import Console

    from grader.desk.learner import Desk
    from grader.reports.screen import Glyphs

EXERCISE = re.compile(r"ex\d{2,3}")
"""The form of an exercise's name; no command may have such a name."""

_OTHER_WORDS = {
    "--help": ("help",),
    "--version": ("version",),
    "": ("status", "next", "progress"),
    "init": ("start", "new", "update", "upgrade"),
    "list": ("ls", "exercises"),
    "report": ("page",),
    "reset": ("undo", "restart"),
    "reset --diff": ("diff",),
    "run --all": ("all", "check", "test"),
    "solution": ("answer", "reference"),
}
"""What other programs call a command."""

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(slots=True)
class SharedOptions:
    """The values of the options that every command has, and the desk and the output that they ask for."""

    json: bool = False
    plain: bool = False
    ascii: bool = False
    quiet: bool = False
    verbose: bool = False
    color: str = "auto"
    directory: Path = Path()
    kit: Path | None = None

    def desk(self) -> Desk:
        """The desk for this folder and this kit."""
        from grader.desk.learner import Desk

        directory, kit = self.place()
        return Desk(directory=directory, kit=kit)

    def place(self) -> tuple[Path, Path | None]:
        """The folder to work in, and the kit that was named, if one was."""
        return self.directory, None if self.kit is None else self.directory / self.kit

    def text_desk(self) -> Desk:
        """The desk for a command that prints text only. Raises UsageError if JSON is asked for."""
        if self.json:
            hint = "Leave --json out; `grade` alone, `grade EX`, `watch`, `list`, `class` and `kit` know it."
            raise UsageError("this command has no JSON form", hint=hint)
        return self.desk()

    def say(self, text: str) -> None:
        """Print a text, with escapes where only ASCII is wanted."""
        stdout.say(text, ascii=self.ascii or self.plain)

    def say_wrapped(self, text: str) -> None:
        """Print a text with its lines wrapped to the width of the screen."""
        width = stdout.width()
        for line in text.split("\n"):
            indent = " " * (len(line) - len(line.lstrip()))
            wrapper = textwrap.TextWrapper(
                width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
            )
            self.say(wrapper.fill(line))

    def open_page(self, page: Path) -> None:
        """Open a page in a browser, and say how it is opened where that does not work."""
        import webbrowser

        if not webbrowser.open(page.resolve().as_uri()):
            self.say(f"No browser was found here. Open this address in one: {page.resolve().as_uri()}")

    def screen(self) -> tuple[Console, Glyphs]:
        """A console on standard output, and the characters it can show."""
        return stdout.screen(self.color, plain=self.plain, ascii=self.ascii)


def shared_options(command: F) -> F:
    """Add the options that every command has. Before or after the command's name, they count alike."""

    def option(*names: str, **kwargs: Any) -> Callable[[F], F]:
        def store(ctx: click.Context, param: click.Parameter, value: Any) -> None:
            if value not in (None, False):
                setattr(ctx.ensure_object(SharedOptions), str(param.name).removeprefix("shared_"), value)

        return click.option(*names, expose_value=False, callback=store, **kwargs)

    # The names are prefixed because click stores an argument and an option of one name in one place.
    anywhere, folder = click.Path(path_type=Path), click.Path(exists=True, file_okay=False, path_type=Path)
    for add in (
        option("--kit", "shared_kit", metavar="DIR", type=anywhere, help="Use the kit in this folder."),
        option("-C", "shared_directory", metavar="DIR", type=folder, help="Work as if started in this folder."),
        option("--color", type=click.Choice(["auto", "always", "never"]), help="Colours; auto means on a terminal."),
        option("--ascii", is_flag=True, help="ASCII characters only."),
        option(
            "--plain",
            is_flag=True,
            help="Words alone, also for screen readers: no colours, pictures or rewritten lines.",
        ),
        option("-v", "--verbose", is_flag=True, help="Show every diagnosis."),
        option("-q", "--quiet", is_flag=True, help="Show the verdicts only."),
        option("--json", is_flag=True, help="Print a JSON document instead."),
    ):
        command = add(command)
    return command


class Grade(click.Group):
    """A group whose first word may be an exercise."""

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        found = super().shell_complete(ctx, incomplete)
        return found if incomplete.startswith("-") else [*completion.exercises(ctx, None, incomplete), *found]

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] in self.commands:
            return super().resolve_command(ctx, args)
        if args[0].casefold() in ("ex", "exercise") and len(args) > 1 and args[1].isdecimal():
            args = [f"ex{args[1]}", *args[2:]]
        if not EXERCISE.fullmatch(args[0]):
            desk = self._desk(ctx, args)
            if not desk.may_mean_exercise(args[0]):
                hint = self._nearest(args, desk.names_of_exercises())
                raise UsageError(f"there is no command {args[0]!r}", hint=hint)
        if len(args) > 1 and args[1] in self.commands:
            swapped = shlex.join(["grade", args[1], args[0], *args[2:]])
            raise UsageError("the command stands before the exercise", hint=f"Type `{swapped}`.")
        return "run", self.commands["run"], args

    def _desk(self, ctx: click.Context, args: list[str]) -> Desk:
        """The desk of a command line whose command is not known yet; ``-C`` and ``--kit`` may stand anywhere in it."""
        shared = ctx.ensure_object(SharedOptions)  # before the context below, which takes it over
        # Resilient parsing takes the options that `grade run` knows and leaves every complaint to the real one.
        self.commands["run"].make_context("run", args[1:], parent=ctx, resilient_parsing=True)
        return shared.desk()

    def _nearest(self, args: list[str], names: Iterable[str]) -> str:
        """The hint for a word that is neither a command nor an exercise."""
        meant = suggestion(args[0], self.commands, names)
        if meant is None:
            return "See `grade --help`; `grade list` shows the exercises."
        return f"Did you mean `{shlex.join(['grade', *meant.split(), *args[1:]])}`?"


def suggestion(word: str, commands: Iterable[str], names: Iterable[str] = ()) -> str | None:
    """What the user probably meant to type after ``grade``; None if neither a command nor an exercise is near."""
    others = {other: command for command, words in _OTHER_WORDS.items() for other in words}
    return others[word.casefold()] if word.casefold() in others else nearest(word, (*commands, *names))
