"""Writes files whole or not at all, and knows where the user's cache is."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from grader.errors import WorkspaceError

REPORT = "--report DIALECT=PATH"
CACHE = "awaitlings"


def cache_folder() -> Path | None:
    """The folder of ours in the user's cache, which may be missing; None if the user has no home."""
    cache = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if cache.is_absolute():  # the standard of XDG wants other values ignored
        return cache / CACHE
    try:
        return Path.home() / ".cache" / CACHE
    except RuntimeError:
        return None


def write_file(path: Path, text: str, *, option: str = REPORT) -> None:
    """Write a text as ``write_bytes`` does, with its line ends unchanged."""
    write_texts(path, (text,), option=option)


def write_texts(path: Path, texts: Iterable[str], *, option: str = REPORT) -> None:
    """Write texts one after the other as ``write_bytes`` does, with only one of them in memory at a time."""
    write_bytes(path, (text.encode("utf-8", "backslashreplace") for text in texts), option=option)


def write_bytes(path: Path, parts: Iterable[bytes], *, option: str) -> None:
    """Write a file whole or not at all, and make the folders above it. Raises WorkspaceError.

    An existing file that is not a regular one, such as ``/dev/stdout``, is written to directly. ``option`` is the
    option with which the user names another file.
    """
    try:
        if path.exists() and (not path.is_file() or Path("/dev") in path.absolute().parents):
            # Not replace_file: root could replace /dev/stdout by a regular file, for the whole computer.
            with path.open("ab") as stream:
                stream.writelines(parts)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            # With the path resolved, the file behind a link is replaced and not the link.
            replace_file(path.resolve(), parts)
    except OSError as error:
        # Where a file stands in place of the folder, "File exists" would seem to be about the report.
        reason = "a file is where its folder should be" if isinstance(error, FileExistsError) else error.strerror
        raise WorkspaceError(f"{path}: {reason or error}", hint=f"Name another file with {option}.") from error


def replace_file(path: Path, parts: Iterable[bytes]) -> None:
    """Write beside the file and rename: a full disk or a Ctrl-C leaves the old file as it was. Raises OSError."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as stream:
            stream.writelines(parts)
        os.replace(temporary, path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
