"""How arguments are read: options on either side of the command, and an exercise where a command stands.

Built on click; knows nothing of what the commands do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from grader.errors import UsageError

# ---- command names ---------------------------------------------------------------------------------------------------
#
# What people type instead of a command or an exercise, and what they probably mean.


EXERCISE = re.compile(r"ex\d{2,3}")
"""What an exercise is called; no command may be called so."""

_NUMBERED = re.compile(r"(?:\./)?(?:ex(?:ercise)?)?[ _-]?0*(\d{1,3})(?:_.*)?", re.IGNORECASE)
_MEANT = {"help": "--help", "version": "--version", "check": "run --all", "test": "run --all", "start": "init"}


def suggestion(word: str, commands: Iterable[str]) -> str | None:
    """What stands after ``grade`` in the command that was probably meant; None if nothing is near."""
    if numbered := _NUMBERED.fullmatch(word):
        return f"ex{int(numbered[1]):02}"
    if word in _MEANT:
        return _MEANT[word]
    import difflib  # only for somebody who has mistyped

    near = difflib.get_close_matches(word.lower(), commands, n=1)
    return near[0] if near else None


F = TypeVar("F", bound=Callable[..., Any])


@dataclass(slots=True)
class SharedOptions:
    """What the options say that every command has."""

    json: bool = False
    plain: bool = False
    ascii: bool = False
    quiet: bool = False
    verbose: bool = False
    color: str = "auto"
    directory: Path = Path()
    kit: Path | None = None


def shared_options(command: F) -> F:
    """Add the options that every command has; whichever side of the command they stand on, they count."""

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
