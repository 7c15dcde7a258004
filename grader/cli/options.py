"""The options that every command has, and the group of commands that ``grade`` is.

Shared options may stand on either side of the command's name. The first word may be an exercise: ``grade ex03`` is
``grade run ex03``.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from grader.cli import stdout
from grader.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from grader.desk.learner import Desk
    from grader.reports.screen import Glyphs

EXERCISE = re.compile(r"ex\d{2,3}")
"""The form of an exercise's name; no command may have such a name."""

_NUMBERED = re.compile(r"(?:\./)?(?:ex(?:ercise)?)?[ _-]?0*(\d{1,3})(?:_.*)?", re.IGNORECASE)
_MEANT = {"help": "--help", "version": "--version", "check": "run --all", "test": "run --all", "start": "init"}

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

        return Desk(directory=self.directory, kit=None if self.kit is None else self.directory / self.kit)

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
        for line in text.split("\n"):
            indent = " " * (len(line) - len(line.lstrip()))
            wrapper = textwrap.TextWrapper(
                stdout.WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
            )
            self.say(wrapper.fill(line))

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
        if args[0] not in self.commands:
            near = suggestion(args[0], self.commands)
            hint = f"Did you mean `grade {near}`?" if near else "See `grade --help`."
            raise UsageError(f"there is no command {args[0]!r}", hint=hint)
        return super().resolve_command(ctx, args)


def suggestion(word: str, commands: Iterable[str]) -> str | None:
    """The word after ``grade`` that the user probably meant; None if no command is near."""
    if numbered := _NUMBERED.fullmatch(word):
        return f"ex{int(numbered[1]):02}"
    if word in _MEANT:
        return _MEANT[word]
    import difflib  # imported for a mistyped command alone

    near = difflib.get_close_matches(word.lower(), commands, n=1)
    return near[0] if near else None
