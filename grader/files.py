"""Writes a report to a file: whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from grader.errors import WorkspaceError

REPORT = "--report DIALECT=PATH"


def write_file(path: Path, text: str, *, option: str = REPORT) -> None:
    """Write a text as ``write_bytes`` does. Line ends stay as they are."""
    write_texts(path, (text,), option=option)


def write_texts(path: Path, texts: Iterable[str], *, option: str = REPORT) -> None:
    """Write one text after the other as ``write_bytes`` does; only one of them is in memory at a time."""
    write_bytes(path, (text.encode("utf-8", "backslashreplace") for text in texts), option=option)


def write_bytes(path: Path, parts: Iterable[bytes], *, option: str) -> None:
    """Write a file so that nobody ever reads half of it; folders above it are made. Raises WorkspaceError.

    What exists and is no regular file, such as ``/dev/stdout``, is written to. ``option`` is how to name another file.
    """
    try:
        if path.exists() and (not path.is_file() or Path("/dev") in path.absolute().parents):
            # Replacing /dev/stdout is what root can do, and nobody wants.
            with path.open("ab") as stream:
                stream.writelines(parts)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            # Through a link: the file is replaced, and not the link.
            replace_file(path.resolve(), parts)
    except OSError as error:
        # Where a folder should be there is a file: "File exists" would be about the wrong one.
        said = "a file is where its folder should be" if isinstance(error, FileExistsError) else error.strerror
        raise WorkspaceError(f"{path}: {said or error}", hint=f"Name another file with {option}.") from error


def replace_file(path: Path, parts: Iterable[bytes]) -> None:
    """Write beside the file and rename: a full disk or a Ctrl-C leaves what was there as it was. Raises OSError."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as stream:
            stream.writelines(parts)
        os.replace(temporary, path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
