"""Reads the text files of a kit, and its tables."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from grader.errors import KitError
from grader.toml_table import Table as Table
from grader.toml_table import parse


def read_table(path: Path, *, known: Collection[str]) -> Table:
    """Read a TOML file. Raises KitError for a missing file, a syntax error (with its line) or an unknown key."""
    return parse(read_text(path), path=path, fault=KitError, known=known)


def read_text(path: Path) -> str:
    """Read a file of the kit. Raises KitError when it is not there or not UTF-8."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise KitError(f"{path}: this file is missing", hint="Add it, and run `grade kit check`.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise KitError(f"{path}: cannot be read: {error}", hint="Save it as a UTF-8 text file.") from error
