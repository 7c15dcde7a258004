"""What the options of every command come to: a desk to work at, and how its words are printed."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from grader import stdout
from grader.errors import UsageError
from grader.options import Settings

if TYPE_CHECKING:
    from rich.console import Console

    from grader.desk import Desk
    from grader.reports.glyphs import Glyphs


def desk_of(settings: Settings) -> Desk:
    from grader.desk import Desk

    kit = None if settings.kit is None else settings.directory / settings.kit
    return Desk(directory=settings.directory, kit=kit)


def text_desk_of(settings: Settings) -> Desk:
    """The desk for a command that prints text only. Raises UsageError if JSON is asked for."""
    if settings.json:
        hint = "Leave --json out; `grade` alone, `grade EX`, `grade list` and `grade class` know it."
        raise UsageError("this command has no JSON form", hint=hint)
    return desk_of(settings)


def say(settings: Settings, text: str) -> None:
    stdout.say(text, ascii=settings.ascii or settings.plain)


def say_wrapped(settings: Settings, text: str) -> None:
    for line in text.split("\n"):
        indent = " " * (len(line) - len(line.lstrip()))
        wrapper = textwrap.TextWrapper(
            stdout.WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
        )
        say(settings, wrapper.fill(line))


def screen_of(settings: Settings) -> tuple[Console, Glyphs]:
    """A console for standard output, and the characters it can show."""
    return stdout.screen(settings.color, plain=settings.plain, ascii=settings.ascii)
