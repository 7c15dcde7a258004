"""Reads the TOML of a kit strictly: a wrong type, a missing key or a misspelt one is an error that names the place."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Collection, Iterator
from pathlib import Path

from grader.errors import KitError

_AT_LINE = re.compile(r"^(?P<what>.*) \(at (?:line (?P<line>\d+), column \d+|end of document)\)$", re.DOTALL)


class Table:
    """One TOML table of a kit's file. ``known`` are the keys it may have; any other is refused at once."""

    __slots__ = ("_name", "_values", "_where")

    def __init__(self, values: dict[str, object], *, where: Path, name: str = "", known: Collection[str]) -> None:
        self._values = values
        self._where = where
        self._name = name
        for key in values:
            if key not in known:
                raise self.error(f"unknown key {self._path(key)!r}", hint=_suggestion(key, known))

    def error(self, what: str, *, hint: str) -> KitError:
        """Build the error for something in this file."""
        return KitError(f"{self._where}: {what}", hint=hint)

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def text(self, key: str) -> str:
        """Read a text that is not blank."""
        value = self._get(key)
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(key, "a text that is not empty")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Read a list of texts, none of them blank; the list may be empty."""
        value = self._get(key)
        if not isinstance(value, list):
            raise self.wrong(key, "a list of texts")
        texts = tuple(item for item in value if isinstance(item, str) and item.strip())
        if len(texts) != len(value):
            raise self.wrong(key, "a list of texts, none of them empty")
        return texts

    def whole(self, key: str, *, least: int) -> int:
        """Read a whole number; a boolean is none."""
        value = self._get(key)
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise self.wrong(key, f"a whole number of at least {least}")
        return value

    def table(self, key: str, *, known: Collection[str]) -> Table:
        """Read the table below this key; a missing one is empty."""
        value = self._values.get(key, {})
        if not isinstance(value, dict):
            raise self.wrong(key, "a table")
        return Table(value, where=self._where, name=self._path(key), known=known)

    def tables(self, key: str, *, known: Collection[str]) -> Iterator[tuple[str, Table]]:
        """Read the tables below this key, whose names the author chooses."""
        names = self._values.get(key, {})
        if not isinstance(names, dict):
            raise self.wrong(key, "a table of tables")
        below = Table(names, where=self._where, name=self._path(key), known=names)
        for name in names:
            yield name, below.table(name, known=known)

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def wrong(self, key: str, expected: str) -> KitError:
        """Build the error for a value that is not what it must be."""
        shown = repr(self._values[key])
        shown = shown if len(shown) <= 60 else shown[:57] + "..."
        return self.error(f"{self._path(key)!r} must be {expected}, not {shown}", hint=f"Correct the value of `{key}`.")

    def _get(self, key: str) -> object:
        if key not in self._values:
            raise self.error(f"{self._path(key)!r} is missing", hint=f"Add a line `{key} = ...`.")
        return self._values[key]

    def _path(self, key: str) -> str:
        return f"{self._name}.{key}" if self._name else key


def _suggestion(key: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(key, known, n=1)
    return f"Write `{near[0]}`, or take it out." if near else f"Take it out; known are {', '.join(sorted(known))}."


def read_table(path: Path, *, known: Collection[str]) -> Table:
    """Read a TOML file. Raises KitError for a missing file, a syntax error (with its line) or an unknown key."""
    try:
        values = tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        # The line is an attribute only since Python 3.14; before that the message is all there is.
        found = _AT_LINE.match(str(error))
        what, line = (found["what"], found["line"]) if found else (str(error), None)
        place = f"{path}:{line}" if line else str(path)
        raise KitError(f"{place}: not TOML: {what}", hint="Correct the line; texts stand in double quotes.") from error

    return Table(values, where=path, known=known)


def read_text(path: Path) -> str:
    """Read a file of the kit. Raises KitError when it is not there or not UTF-8."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise KitError(f"{path}: this file is missing", hint="Add it; `grade kit new` makes all of them.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise KitError(f"{path}: cannot be read: {error}", hint="Save it as a UTF-8 text file.") from error
