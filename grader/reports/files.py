"""Writes a report to a file: whole or not at all."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from grader.errors import WorkspaceError


def write_file(path: Path, text: str, *, option: str = "--report DIALECT=PATH") -> None:
    """Write a file so that nobody ever reads half of it; folders above it are made. Raises WorkspaceError.

    Line ends stay as they are. What exists and is no regular file, such as ``/dev/stdout``, is written to.
    """
    try:
        if path.exists() and (not path.is_file() or Path("/dev") in path.absolute().parents):
            # Replacing /dev/stdout is what root can do, and nobody wants.
            with path.open("a", encoding="utf-8", errors="backslashreplace", newline="") as stream:
                stream.write(text)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            # Through a link: the file is replaced, and not the link.
            _replace(path.resolve(), text)
    except OSError as error:
        # Where a folder should be there is a file: "File exists" would be about the wrong one.
        said = "a file is where its folder should be" if isinstance(error, FileExistsError) else error.strerror
        raise WorkspaceError(f"{path}: {said or error}", hint=f"Name another file with {option}.") from error


def _replace(path: Path, text: str) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("w", encoding="utf-8", errors="backslashreplace", newline="") as stream:
            stream.write(text)
        os.replace(temporary, path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
