"""What people type instead of a command or an exercise, and what they probably mean."""

from __future__ import annotations

import re
from collections.abc import Iterable

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
