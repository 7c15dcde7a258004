"""Reads the index of a zip: the members with their names as they were meant, and what is wrong with each."""

from __future__ import annotations

import stat
import struct
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

MAX_INDEX = 16 << 20
"""Bytes of the index. ``zipfile`` reads all of it at once and makes an object of each of its entries: a small file can
claim millions of them."""
LONGEST_PATH = 4096
LONGEST_NAME = 255

_END = struct.Struct("<4s4H2LH")
_END_MARK = b"PK\5\6"
_END_64 = struct.Struct("<4sQ2H2L4Q")
_END_64_MARK = b"PK\6\6"
_LOCATOR_64 = struct.Struct("<4sLQL")
_LOCATOR_64_MARK = b"PK\6\7"
_LONGEST_COMMENT = 0xFFFF
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


@contextmanager
def read_members(path: Path) -> Iterator[tuple[zipfile.ZipFile, tuple[Member, ...]]]:
    """Open a zip and list its files; folders have no entry. Raises NotAZip."""
    _check_index(path)
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError, struct.error) as error:
        raise NotAZip(str(error) or type(error).__name__) from error
    with archive:
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


def _check_index(path: Path) -> None:
    """Refuse a zip with a monstrous index before it is read."""
    try:
        with path.open("rb") as file:
            length = _index_length(file)
    except OSError as error:
        raise NotAZip(f"it cannot be read ({error.strerror})") from error
    if length > MAX_INDEX:
        raise NotAZip(f"its index is larger than {MAX_INDEX >> 20} MiB")


def _index_length(file: BinaryIO) -> int:
    """How many bytes the index claims to have. Raises NotAZip if there is none."""
    size = file.seek(0, 2)
    start = max(0, size - _END.size - _LONGEST_COMMENT)
    file.seek(start)
    tail = file.read()
    found = _end(tail)
    if found < 0:
        raise NotAZip("it has no index" if size else "it is empty")
    length: int = _END.unpack_from(tail, found)[5]
    for at in _where_64(file, start + found):
        file.seek(at)
        record = file.read(_END_64.size)
        if len(record) == _END_64.size and record.startswith(_END_64_MARK):
            length = max(length, _END_64.unpack(record)[8])
    return length


def _where_64(file: BinaryIO, end: int) -> Iterator[int]:
    """Where the end record for large zips may be. Old versions of ``zipfile`` look right before its locator, new ones
    where the locator points to; both believe it even if the zip is small."""
    locator = end - _LOCATOR_64.size
    if locator < 0:
        return
    file.seek(locator)
    mark, _, pointed, _ = _LOCATOR_64.unpack(file.read(_LOCATOR_64.size))
    if mark == _LOCATOR_64_MARK:
        yield from (at for at in (locator - _END_64.size, pointed) if 0 <= at < end)


def _end(tail: bytes) -> int:
    """Where the end record is, looked for in the same order as ``zipfile`` does, or both might read different ones."""
    at = len(tail) - _END.size
    if at >= 0 and tail[at : at + 4] == _END_MARK and tail.endswith(b"\0\0"):
        return at
    found = tail.rfind(_END_MARK)
    return found if 0 <= found <= at else -1
