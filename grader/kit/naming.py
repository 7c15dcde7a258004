"""What people call an exercise: its id, its number, its title, its folder or its file."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from grader.text import nearest

_NUMBERED = re.compile(r"(?:ex(?:ercise)?)?_?0*(\d{1,3})")
_GAP = re.compile(r"[\s_-]+")


def names_of(*, title: str, folder: str, file: str) -> tuple[str, ...]:
    """What people may call an exercise besides its id: `join`, `ex01_join`, `join.py`, and each name in its title."""
    after_id = folder.partition("_")[2]
    return (title, *title.split(", "), folder, after_id, file, file.removesuffix(".py"))


def ids_meant(word: str, names: Mapping[str, Collection[str]]) -> list[str]:
    """The ids of the exercises that a word may mean, ``names`` being the names of each by its id.

    Capitals, hyphens, leading zeros and a slash at the end make no difference.
    """
    typed = _folded(word.removeprefix("./").rstrip("/\\"))
    if number := _NUMBERED.fullmatch(typed):
        return [id for id in names if int(id.removeprefix("ex")) == int(number[1])]
    return [id for id, known in names.items() if typed in map(_folded, known)]


def way_to_exercise(word: str, names: Mapping[str, Collection[str]]) -> str:
    """The hint for a word that means no exercise: the nearest one, or the list."""
    if _NUMBERED.fullmatch(_folded(word)):
        return f"They are {min(names)} to {max(names)}; `grade list` shows them all." if names else _LIST
    ids = {name: id for id, known in names.items() for name in known}
    near = nearest(word, ids)
    return f"Try `{ids[near]}`; `grade list` shows them all." if near else _LIST


_LIST = "See them all with `grade list`."


def _folded(name: str) -> str:
    return _GAP.sub("_", name.strip().casefold())
