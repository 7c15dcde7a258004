"""Unpacks one file of a zip: what comes out is counted, because what the zip says of itself may be a lie."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from grader.errors import MachineError

MAX_TOTAL = 2 << 30
"""Bytes unpacked in all."""
MAX_RATIO = 200
"""Deflate reaches about 1000; source text of more than a mebibyte stays below 20 (measured on CPython's library)."""
FREE_RATIO = 1 << 20
"""Below this size the ratio says nothing: a short file of spaces shrinks a lot."""
_CHUNK = 1 << 16


class Unfit(Exception):
    """One member of a zip is not fit to be unpacked."""


def unpack(archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, *, most: int, left: int) -> int:
    """Write one member to ``target`` and return its size in bytes. Raises Unfit, and MachineError if it is full."""
    written = 0
    try:
        with target.open("wb") as file:
            for chunk in _chunks(archive, info):
                written += len(chunk)
                _check(written, most=most, left=left, packed=info.compress_size)
                file.write(chunk)
    except OSError as error:
        # Only of the target: what goes wrong in the zip is the zip's fault, and is Unfit. A full disk may show when
        # the file is closed and not before.
        raise no_room(target, error) from error

    return written


def _check(written: int, *, most: int, left: int, packed: int) -> None:
    """Refuse what has come out so far; the sizes in the index may lie."""
    if written > most:
        raise Unfit(f"unpacks to more than {most} bytes")
    if written > left:
        raise Unfit("comes after so many bytes of other files that no more are unpacked")
    if written > FREE_RATIO and written > MAX_RATIO * packed:
        raise Unfit(f"unpacks to more than {MAX_RATIO} times its size in the zip")


def _chunks(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    try:
        with archive.open(info) as content:
            while chunk := content.read(_CHUNK):
                yield chunk
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError) as error:
        # RuntimeError and its child NotImplementedError are zipfile's for flags that it does not know.
        raise Unfit(f"is damaged in the zip ({type(error).__name__})") from None


def no_room(target: Path, error: OSError) -> MachineError:
    """The failure for a staging area that takes no more files."""
    return MachineError(
        f"{target.parent}: a submission cannot be unpacked there ({error.strerror})",
        hint="Make room on the disk, and run the same command again.",
    )
