"""Reads TOML files strictly: an unknown or missing key, or a wrong value, is a fault that names file and line.

A fault goes to a ``Report``. Where that keeps faults, reading goes on with a default in place of the value, so that
one reading finds them all; where it raises an error, reading ends there.

Python's TOML reader does not say on which line a value stands, so ``line_of`` looks for it in the text.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from grader.errors import KitError
from grader.kit.faults import Report, passing_over

Place = tuple[str | int, ...]
"""The keys that lead to a value; a number counts the tables of one name: ``("overrides", 0, "points")``."""

Keys = Mapping[str, str]
"""The keys that a table may have, each with an example of its value in TOML; empty for a key that holds tables."""

T = TypeVar("T")

MOST = 1_000_000
"""The largest number that is accepted: an author means none above it, and a mistyped one is easily larger."""
_SHOWN = 60
_AT_LINE = re.compile(r"^(?P<what>.*) \(at (?:line (?P<line>\d+), column \d+|end of document)\)$", re.DOTALL)
_HEADER = re.compile(r"^\s*(?P<open>\[\[?)\s*(?P<name>[^\[\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"""^\s*(?P<name>(?:"(?:[^"\\]|\\.)*"|'[^']*'|[\w. -])+?)\s*=""")
_PART = re.compile(r""""((?:[^"\\]|\\.)*)"|'([^']*)'|([\w-]+)""")
_NO_TOML = 'Correct the line; texts stand in double quotes, dates do not, as in `title = "timeout"`.'


def read_table(path: Path, *, known: Keys, report: Report) -> Table:
    """Read a TOML file of a kit. Reports a missing file, a syntax error with its line, and unknown keys."""
    text = read_reported(path, report)
    if text is None:
        return Table({}, _File(path=path, text="", report=passing_over), known=known)
    return parse(text, path=path, known=known, report=report)


def read_reported(path: Path, report: Report) -> str | None:
    """Read a file of the kit; None, and a report, if it is missing or not UTF-8."""
    try:
        return read_text(path)
    except KitError as error:
        report(path=path, line=1, what=str(error).removeprefix(f"{path}: "), hint=error.hint)
    return None


def read_text(path: Path) -> str:
    """Read a file of a kit, without a byte order mark. Raises KitError if it is missing, no file, or not UTF-8."""
    try:
        # Reading a named pipe would wait for ever for a program that writes into it.
        if not path.is_file() and path.stat():
            raise KitError(f"{path}: this is no file", hint=f"Put the file `{path.name}` in its place.")
        # Editors on Windows begin a file with the mark. Python passes over it where it reads a file, and not in a text.
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise KitError(f"{path}: this file is missing", hint="Add it, and run `grade kit check`.") from None
    except OSError as error:
        what = f"{path}: cannot be read: {error.strerror or type(error).__name__}"
        raise KitError(what, hint="Put a file in its place that you may read.") from error
    except UnicodeDecodeError as error:
        raise KitError(f"{path}: cannot be read: {error}", hint="Save it as a UTF-8 text file.") from error


def parse(text: str, *, path: Path, known: Keys, report: Report) -> Table:
    """Read the text of a TOML file. Of one that is no TOML, that alone is reported, and its table is empty."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        # The error has the line as an attribute only since Python 3.14; before that it stands in the message.
        message = _AT_LINE.match(str(error))
        what, line = (message["what"], message["line"]) if message else (str(error), None)
        report(path=path, line=int(line or len(text.splitlines())), what=f"not TOML: {what}", hint=_NO_TOML)
        values, report = {}, passing_over
    return Table(values, _File(path=path, text=text, report=report), known=known)


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    path: Path
    text: str
    report: Report

    def error(self, line: int, what: str, hint: str) -> None:
        self.report(path=self.path, line=line, what=what, hint=hint)


class Table:
    """One table of a file. A key that is not in ``known`` is reported at once; None allows any key.

    The methods that read a value report one that is missing or not as it must be, and return a default in its place.
    """

    __slots__ = ("_file", "_known", "_place", "_spelt", "_values")

    def __init__(self, values: Mapping[str, object], file: _File, place: Place = (), *, known: Keys | None) -> None:
        self._values = dict(values)
        self._file = file
        self._place = place
        self._known = known
        self._spelt: dict[str, str] = {}
        """How keys stand in the file that are misspelt there, by what they mean."""
        for key in values:
            if known is not None and key not in known:
                self._misspelt(key, known)

    def _misspelt(self, key: str, known: Keys) -> None:
        """Report an unknown key, and read on as if it were the one that it means, which is not missing then."""
        self.report(key, f"unknown key {self._name(key)!r}", hint=suggestion(key, known))
        value = self._values.pop(key)
        for near in difflib.get_close_matches(key, known.keys() - self._values.keys(), n=1):
            self._values[near] = value
            self._spelt[near] = key

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    @property
    def line(self) -> int:
        """The line where the table begins."""
        return line_of(self._file.text, self._place)

    def line_at(self, key: str) -> int:
        """The line of this key."""
        return line_of(self._file.text, (*self._place, self._spelt.get(key, key)))

    def report(self, key: str, what: str, *, hint: str) -> None:
        """Report a fault on the line of this key."""
        self._file.error(self.line_at(key), what, hint)

    def wrong(self, key: str, expected: str, *, example: str = "") -> None:
        """Report a value that is not as expected. The example of a valid one is that of the key, if none is given."""
        shown = repr(self._values[key])
        shown = shown if len(shown) <= _SHOWN else f"{shown[: _SHOWN - 3]}..."
        example = example or self._example(key)
        hint = f"Write `{key} = {example}`." if example else f"Correct the value of `{key}`."
        self.report(key, f"{self._name(key)!r} must be {expected}, not {shown}", hint=hint)

    def _missing(self, key: str, expected: str, example: str) -> None:
        what = f"{self._name(key)!r} is missing; it must be {expected}"
        self.report(key, what, hint=f"Add a line `{key} = {example or self._example(key) or '...'}` {self._where()}.")

    def _example(self, key: str) -> str:
        return "" if self._known is None else self._known.get(key, "")

    def _where(self) -> str:
        """Where a line for this table has to stand, after "Add a line"."""
        name = ".".join(part for part in self._place if isinstance(part, str))
        if not name:
            return f"to {self._file.path.name}"
        header = f"[[{name}]]" if isinstance(self._place[-1], int) else f"[{name}]"
        return f"below `{header}` in {self._file.path.name}"

    # ---- values ------------------------------------------------------------------------------------------------------

    def read(
        self, key: str, accept: Callable[[object], T | None], default: T, *, expected: str, example: str = ""
    ) -> T:
        """Read a value by ``accept``, which returns None for one that is not as expected."""
        if key not in self._values:
            self._missing(key, expected, example)
            return default
        accepted = accept(self._values[key])
        if accepted is None:
            self.wrong(key, expected, example=example)
            return default
        return accepted

    def text(self, key: str) -> str:
        """Read a text that is not blank; the default is an empty one."""
        return self.read(key, _as_text, "", expected="a text that is not empty")

    def texts(self, key: str) -> tuple[str, ...]:
        """Read a list of texts, none of them blank; the list may be empty, and is by default."""
        return self.read(key, _as_texts, (), expected="a list of texts, none of them empty")

    def whole(self, key: str, *, least: int) -> int:
        """Read a whole number; a boolean is none. The default is the least."""

        def accept(value: object) -> int | None:
            return value if isinstance(value, int) and not isinstance(value, bool) and value >= least else None

        return self.read(key, accept, least, expected=f"a whole number of at least {least}")

    def number(self, key: str) -> float:
        """Read a number from 0, the default, to ``MOST``; a boolean is none."""
        return self.read(key, _as_number, 0.0, expected="a number of at least 0")

    def truth(self, key: str) -> bool:
        """Read true or false, the default."""
        return self.read(key, lambda value: value if isinstance(value, bool) else None, False, expected="true or false")

    def one_of(self, key: str, known: Collection[str]) -> str:
        """Read a text that is one of these; the default is the first of them."""

        def accept(value: object) -> str | None:
            return value if isinstance(value, str) and value in known else None

        return self.read(key, accept, next(iter(known)), expected=" or ".join(f'"{word}"' for word in known))

    # ---- tables ------------------------------------------------------------------------------------------------------

    def table(self, key: str, *, known: Keys | None) -> Table:
        """Read the table at this key; a missing one is empty."""
        value = self._values.get(key, {})
        place = (*self._place, self._spelt.get(key, key))
        if not isinstance(value, dict):
            what = f"{self._name(key)!r} must be a table, not {value!r}"
            self.report(key, what, hint=f"Write `[{self._name(key)}]` on a line of its own, and its keys below.")
            return Table({}, _File(path=self._file.path, text="", report=passing_over), place, known=known)
        return Table(value, self._file, place, known=known)

    def entries(self, key: str, *, known: Keys) -> Iterator[Table]:
        """Read the tables that are written as ``[[key]]``, one after the other."""
        value = self._values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
            self.wrong(key, f"written as `[[{key}]]`, once for each")
            return
        for number, entry in enumerate(value):
            yield Table(entry, self._file, (*self._place, key, number), known=known)

    def _name(self, key: str) -> str:
        return ".".join(part for part in (*self._place, key) if isinstance(part, str))


def _as_text(value: object) -> str | None:
    return value if isinstance(value, str) and value.strip() else None


def _as_texts(value: object) -> tuple[str, ...] | None:
    if not isinstance(value, list):
        return None
    texts = tuple(item for item in value if isinstance(item, str) and item.strip())
    return texts if len(texts) == len(value) else None


def _as_number(value: object) -> float | None:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return float(value) if 0 <= value <= MOST else None


def suggestion(key: str, known: Collection[str]) -> str:
    """What to do about an unknown key, in a sentence: the known one that it is nearest to, or all of them."""
    near = difflib.get_close_matches(key, known, n=1)
    return f"Write `{near[0]}`, or take it out." if near else f"Take it out; known are {', '.join(sorted(known))}."


def named_below(text: str, name: str) -> tuple[str, ...]:
    """The names of the tables below one, as in ``[diagnoses.serial]``, also in a text that is no TOML."""
    names = (str(place[1]) for _, place in _places(text) if len(place) > 1 and place[0] == name)
    return tuple(dict.fromkeys(names))


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
