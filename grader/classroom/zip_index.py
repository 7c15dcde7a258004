"""Reads the index of a zip: the members with their names as they were meant, and what is wrong with each."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

MAX_INDEX = 16 << 20
"""Bytes that are read to open a zip, nearly all of them its index."""
LONGEST_PATH = 4096
LONGEST_NAME = 255

_UTF8_NAME = 0x800
_ENCRYPTED = 0x1


class NotAZip(Exception):
    """The file is no zip, or its index is damaged; the message says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One file in a zip. ``fault`` says why it must not be taken; it is empty if it may be."""

    name: str
    """With ``/`` between folders."""
    info: zipfile.ZipInfo
    fault: str


class _Bounded(io.BufferedReader):
    """A file that ``zipfile`` cannot read more of than MAX_INDEX while it opens it as a zip."""

    # ``zipfile`` reads the whole index at once and makes an object of each entry. It took 8 seconds and 580 MB for a
    # zip of 64 MB that is nothing but index, more than a minute for 512 MB, and 2 GB for a file of holes that claims an
    # index of as many (measured on 3.11). How large a zip is says nothing: most of an honest one is data. Bounding the
    # reads bounds the very index that ``zipfile`` chose to believe, whichever of the end records that was.
    def __init__(self, path: Path) -> None:
        super().__init__(io.FileIO(path))
        self._left: int | None = MAX_INDEX

    def read(self, size: int | None = -1, /) -> bytes:
        if self._left is None:
            return super().read(size)
        if size is not None and size > self._left:
            raise NotAZip(f"its index is larger than {MAX_INDEX >> 20} MiB")
        # Without a size it reads the end of the file, where there is room for a comment of 64 KiB.
        content = super().read(size)
        self._left -= len(content)
        return content

    def unbind(self) -> None:
        """Let the members be read, however large they are."""
        self._left = None


@contextmanager
def read_members(path: Path) -> Iterator[tuple[zipfile.ZipFile, tuple[Member, ...]]]:
    """Open a zip and list its files; folders have no entry. Raises NotAZip."""
    with ExitStack() as stack:
        try:
            file = stack.enter_context(_Bounded(path))
            archive = stack.enter_context(zipfile.ZipFile(file))
        except zipfile.BadZipFile as error:
            raise NotAZip("its index is missing or damaged" if path.stat().st_size else "it is empty") from error
        except OSError as error:
            raise NotAZip(f"it cannot be read ({error.strerror or type(error).__name__})") from error
        except (ValueError, NotImplementedError, EOFError, struct.error, OverflowError) as error:
            raise NotAZip(f"its index is damaged ({type(error).__name__})") from error
        file.unbind()
        yield archive, tuple(_member(info) for info in archive.infolist() if not _is_folder(info))


def _is_folder(info: zipfile.ZipInfo) -> bool:
    # ``ZipInfo.is_dir`` of Python 3.11 fails for a name that is empty or begins with NUL.
    return info.orig_filename.endswith("/")


def _member(info: zipfile.ZipInfo) -> Member:
    name = _name(info)
    return Member(name=name, info=info, fault=_fault(name, info))


def _name(info: zipfile.ZipInfo) -> str:
    """The name that was meant. Without its flag a name is code page 437 by the letter of the format, but the archivers
    of macOS and of several platforms write UTF-8 and do not set it."""
    name = info.orig_filename
    if not info.flag_bits & _UTF8_NAME:
        try:
            name = name.encode("cp437").decode("utf-8")
        except UnicodeError:
            pass

    # .NET before 4.6.1 wrote backslashes; and on Windows they would be separators, whatever was meant.
    return name.replace("\\", "/")


def _fault(name: str, info: zipfile.ZipInfo) -> str:
    kind = stat.S_IFMT(info.external_attr >> 16)
    parts = name.split("/")
    if len(name) > LONGEST_PATH or any(len(part) > LONGEST_NAME for part in parts):
        return "its name is longer than any that a file can have"
    if not set(parts) - {"", "."}:
        return "has no name"
    if "\0" in name:
        return "its name has a NUL character in it"
    if name.startswith("/") or ":" in parts[0][1:2]:
        return "its path is absolute"
    if ".." in parts:
        return "its path leads out of the zip"
    if kind == stat.S_IFLNK:
        return "is a link; hand in the file itself"
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "is not an ordinary file"
    if info.flag_bits & _ENCRYPTED:
        return "is encrypted; hand it in without a password"
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        # What every archiver writes. The others would add three decompressors to what hostile bytes can reach.
        return f"is packed by method {info.compress_type}; pack it again as an ordinary zip"
    return ""
