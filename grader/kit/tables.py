"""Reads TOML files strictly: an unknown or missing key, or a wrong value, is an error that names file and line.

Python's TOML reader does not say on which line a value stands, so ``line_of`` looks for it in the text.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.errors import GraderError, KitError

Place = tuple[str | int, ...]
"""The keys that lead to a value; a number counts the tables of one name: ``("overrides", 0, "points")``."""

MOST = 1_000_000
"""The largest number that is accepted: an author means none above it, and a mistyped one is easily larger."""
_SHOWN = 60
_AT_LINE = re.compile(r"^(?P<what>.*) \(at (?:line (?P<line>\d+), column \d+|end of document)\)$", re.DOTALL)
_HEADER = re.compile(r"^\s*(?P<open>\[\[?)\s*(?P<name>[^\[\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"""^\s*(?P<name>[\w."' -]+?)\s*=""")
_PART = re.compile(r""""((?:[^"\\]|\\.)*)"|'([^']*)'|([\w-]+)""")


def read_table(path: Path, *, known: Collection[str]) -> Table:
    """Read a TOML file. Raises KitError for a missing file, a syntax error (with its line) or an unknown key."""
    return parse(read_text(path), path=path, fault=KitError, known=known)


def read_text(path: Path) -> str:
    """Read a file of the kit. Raises KitError if it is missing or not UTF-8."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise KitError(f"{path}: this file is missing", hint="Add it, and run `grade kit check`.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise KitError(f"{path}: cannot be read: {error}", hint="Save it as a UTF-8 text file.") from error


def parse(text: str, *, path: Path, fault: type[GraderError], known: Collection[str]) -> Table:
    """Read the text of a TOML file. Raises ``fault`` for a syntax error and for an unknown key."""
    file = _File(path=path, text=text, fault=fault)
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        # The error has the line as an attribute only since Python 3.14; before that it stands in the message.
        message = _AT_LINE.match(str(error))
        what, line = (message["what"], message["line"]) if message else (str(error), None)
        hint = "Correct the line; texts stand in double quotes, dates do not."
        raise file.error(int(line or len(text.splitlines())), f"not TOML: {what}", hint) from error
    return Table(values, file, known=known)


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    path: Path
    text: str
    fault: type[GraderError]

    def error(self, line: int, what: str, hint: str) -> GraderError:
        return self.fault(f"{self.path}:{line}: {what}", hint=hint)


class Table:
    """One table of a file. A key that is not in ``known`` is refused at once; None allows any key."""

    __slots__ = ("_file", "_place", "_values")

    def __init__(
        self, values: Mapping[str, object], file: _File, place: Place = (), *, known: Collection[str] | None
    ) -> None:
        self._values = values
        self._file = file
        self._place = place
        for key in values:
            if known is not None and key not in known:
                raise self.error(key, f"unknown key {self._name(key)!r}", hint=suggestion(key, known))

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    @property
    def line(self) -> int:
        """The line where the table begins."""
        return line_of(self._file.text, self._place)

    def error(self, key: str, what: str, *, hint: str) -> GraderError:
        """Build an error that names the line of this key."""
        return self._file.error(line_of(self._file.text, (*self._place, key)), what, hint)

    def wrong(self, key: str, expected: str) -> GraderError:
        """Build the error for a value that is not as expected."""
        shown = repr(self._values[key])
        shown = shown if len(shown) <= _SHOWN else f"{shown[: _SHOWN - 3]}..."
        what = f"{self._name(key)!r} must be {expected}, not {shown}"
        return self.error(key, what, hint=f"Correct the value of `{key}`.")

    # ---- values ------------------------------------------------------------------------------------------------------

    def value(self, key: str) -> object:
        """Read a value of any type."""
        if key not in self._values:
            raise self.error(key, f"{self._name(key)!r} is missing", hint=f"Add a line `{key} = ...`.")
        return self._values[key]

    def text(self, key: str) -> str:
        """Read a text that is not blank."""
        value = self.value(key)
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(key, "a text that is not empty")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Read a list of texts, none of them blank; the list may be empty."""
        value = self.value(key)
        if not isinstance(value, list):
            raise self.wrong(key, "a list of texts")
        texts = tuple(item for item in value if isinstance(item, str) and item.strip())
        if len(texts) != len(value):
            raise self.wrong(key, "a list of texts, none of them empty")
        return texts

    def whole(self, key: str, *, least: int) -> int:
        """Read a whole number; a boolean is none."""
        value = self.value(key)
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise self.wrong(key, f"a whole number of at least {least}")
        return value

    def number(self, key: str) -> float:
        """Read a number from 0 to ``MOST``; a boolean is none."""
        value = self.value(key)
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= MOST:
            raise self.wrong(key, "a number of at least 0")
        return float(value)

    def one_of(self, key: str, known: Collection[str]) -> str:
        """Read a text that is one of these."""
        value = self.value(key)
        if not isinstance(value, str) or value not in known:
            raise self.wrong(key, " or ".join(f'"{word}"' for word in known))
        return value

    # ---- tables ------------------------------------------------------------------------------------------------------

    def table(self, key: str, *, known: Collection[str] | None) -> Table:
        """Read the table at this key; a missing one is empty."""
        value = self._values.get(key, {})
        if not isinstance(value, dict):
            raise self.wrong(key, "a table")
        return Table(value, self._file, (*self._place, key), known=known)

    def entries(self, key: str, *, known: Collection[str]) -> Iterator[Table]:
        """Read the tables that are written as ``[[key]]``, one after the other."""
        value = self._values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
            raise self.wrong(key, f"written as `[[{key}]]`, once for each")
        for number, entry in enumerate(value):
            yield Table(entry, self._file, (*self._place, key, number), known=known)

    def _name(self, key: str) -> str:
        return ".".join(part for part in (*self._place, key) if isinstance(part, str))


def suggestion(key: str, known: Collection[str]) -> str:
    """What to do about an unknown key, in a sentence: the known one that it is nearest to, or all of them."""
    near = difflib.get_close_matches(key, known, n=1)
    return f"Write `{near[0]}`, or take it out." if near else f"Take it out; known are {', '.join(sorted(known))}."


# ---- lines -----------------------------------------------------------------------------------------------------------


def line_of(text: str, place: Place) -> int:
    """The line of a value, or of the innermost table around it that can be found, or 1."""
    best, length = 1, 0
    for number, there in _places(text):
        if len(there) > length and there == place[: len(there)]:
            best, length = number, len(there)
    return best


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
    return tuple(part[1] or part[2] or part[3] or "" for part in _PART.finditer(name))
