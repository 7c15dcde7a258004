"""What the shell completes: commands and options, exercises by their ids, diagnoses; and the scripts that ask for it.

click knows bash, zsh and fish; PowerShell is added here. A shell asks with every Tab, so nothing heavy is imported, and
whatever goes wrong completes nothing and says nothing.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.errors import GraderError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from grader.kit.outline import Outline

VARIABLE = "_GRADE_COMPLETE"
"""The variable of the environment by which a shell asks; click makes it of the name of the command."""
SHELLS = ("bash", "zsh", "fish", "powershell")

_POWERSHELL = """\
Register-ArgumentCompleter -Native -CommandName %(prog_name)s -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $env:%(complete_var)s = 'powershell_complete'
    $env:COMP_WORDS = ($commandAst.CommandElements | ForEach-Object { $_.Extent.Text }) -join ' '
    $env:COMP_WORD = $wordToComplete
    try {
        %(prog_name)s | ForEach-Object {
            $value, $help = $_ -split "`t", 2
            if (-not $help) { $help = $value }
            [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $help)
        }
    }
    finally {
        Remove-Item Env:%(complete_var)s, Env:COMP_WORDS, Env:COMP_WORD -ErrorAction SilentlyContinue
    }
}
"""


def script(shell: str, command: click.Command) -> str:
    """The script that teaches a shell to complete the command ``grade``."""
    from click.shell_completion import get_completion_class

    _add_powershell()
    completes = get_completion_class(shell)
    assert completes is not None
    template = completes(command, {}, "grade", VARIABLE)
    # Not `source()`: that of bash runs bash first, to warn of versions of ten years ago.
    return completes.source_template % template.source_vars()


def answer(command: click.Command) -> int:
    """Answer the shell that has asked. Returns the exit code: 1 where it has asked in a way that is not known."""
    from click.shell_completion import shell_complete

    _add_powershell()
    try:
        return shell_complete(command, {}, "grade", VARIABLE, os.environ[VARIABLE])
    except Exception:  # the learner is in the middle of typing: no message may stand there
        return 1


def exercises(ctx: click.Context, param: click.Parameter | None, incomplete: str) -> list[CompletionItem]:
    """The ids of the exercises that begin so, and of those that the word means, such as ``join``."""
    from click.shell_completion import CompletionItem

    outline = _outline(ctx)
    if outline is None:
        return []
    begun = [one for one in outline.exercises if one.id.startswith(incomplete)]
    if not begun:
        meant = outline.ids_meant(incomplete)
        begun = [one for one in outline.exercises if one.id in meant or one.title.casefold().startswith(incomplete)]
    return [CompletionItem(one.id, help=one.title) for one in begun]


def diagnoses(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The diagnoses that begin so, or have a word that does."""
    from click.shell_completion import CompletionItem

    from grader.kit.catalogue import BUILTIN

    outline = _outline(ctx)
    slugs = sorted({*BUILTIN, *(outline.diagnoses if outline else ())})
    begun = [slug for slug in slugs if slug.startswith(incomplete)]
    return [CompletionItem(slug) for slug in begun or [slug for slug in slugs if f"-{incomplete}" in slug]]


def _outline(ctx: click.Context) -> Outline | None:
    from grader.desk.folder import find_workspace, kit_root_for
    from grader.kit.outline import read_outline

    shared = ctx.find_root().obj  # of an option before the word, such as -C; without any it is not there yet
    directory, kit = (Path(), None) if shared is None else shared.place()
    try:
        return read_outline(kit_root_for(directory, kit, find_workspace(directory)))
    except GraderError:
        return None


def _add_powershell() -> None:
    from click.shell_completion import ShellComplete, add_completion_class, split_arg_string

    class PowerShell(ShellComplete):
        """The words typed so far come as one text, and the one at the cursor beside it."""

        name = "powershell"
        source_template = _POWERSHELL

        def get_completion_args(self) -> tuple[list[str], str]:
            words, incomplete = split_arg_string(os.environ["COMP_WORDS"])[1:], os.environ.get("COMP_WORD", "")
            return (words[:-1] if incomplete and words[-1:] == [incomplete] else words), incomplete

        def format_completion(self, item: CompletionItem) -> str:
            return f"{item.value}\t{item.help}" if item.help else str(item.value)

    add_completion_class(PowerShell)
