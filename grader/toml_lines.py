"""Finds the line of a TOML file on which a value stands; Python's own reader does not say."""

from __future__ import annotations

import re
from collections.abc import Iterator

Place = tuple[str | int, ...]
"""Keys from the top; a number counts the tables of one name: ``("overrides", 0, "points")``."""

_HEADER = re.compile(r"^\s*(?P<open>\[\[?)\s*(?P<name>[^\[\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"""^\s*(?P<name>[\w."' -]+?)\s*=""")
_PART = re.compile(r""""((?:[^"\\]|\\.)*)"|'([^']*)'|([\w-]+)""")


def line_of(text: str, place: Place) -> int:
    """The line of a value, or of the table round it; 1 if it cannot be found, as in a text of several lines."""
    best, length = 1, 0
    for number, there in _places(text):
        shared = _shared(there, place)
        if shared > length and shared == len(there):
            best, length = number, shared
    return best


def _shared(one: Place, other: Place) -> int:
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _places(text: str) -> Iterator[tuple[int, Place]]:
    table: Place = ()
    counts: dict[tuple[str, ...], int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            name = _parts(header["name"])
            table = name
            if header["open"] == "[[":
                counts[name] = counts.get(name, -1) + 1
                table = (*name, counts[name])
            yield number, table
        elif key := _KEY.match(line):
            yield number, (*table, *_parts(key["name"]))


def _parts(name: str) -> tuple[str, ...]:
    return tuple(found[1] or found[2] or found[3] or "" for found in _PART.finditer(name))
