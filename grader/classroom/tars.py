"""Reads tar archives, plain or gzipped, without trusting them, by packing what is needed into a zip.

What is said of zips in ``archive`` then holds for tars as well: names, links and sizes are checked in one place.

``tarfile`` is not used: it reads headers of any length into memory, never ends in an archive with a negative offset
(CVE-2025-8194), and takes time that grows with the square of a header's length (CVE-2024-6232); Python 3.11.0 has both
faults. Formats: POSIX.1-2001 ``pax`` and GNU (https://www.gnu.org/software/tar/manual/html_node/Standard.html ).
"""

from __future__ import annotations

import os
import stat
import zipfile
import zlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from grader.classroom.zips import LONGEST_PATH

_BLOCK = 512
_CHUNK = 1 << 16
_LONGEST_HEADER = 1 << 16
_FILE, _OLD_FILE, _CONTIGUOUS = b"0", b"\0", b"7"
_LINKS = (b"1", b"2")
_FOLDER = b"5"
_GNU_NAME, _GNU_LINK = b"L", b"K"
_PAX, _PAX_GLOBAL, _OLD_PAX = b"x", b"g", b"X"
_GZIP = b"\x1f\x8b"


class NotATar(Exception):
    """The file is no tar archive, or damaged, or it holds too much; the message says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Header:
    name: str
    size: int
    kind: bytes


def repack(path: Path, target: Path, *, kinds: Collection[str], most: int, members: int) -> None:
    """Write a zip of the same files to a new file; those of other ``kinds`` (endings in lower case) become empty.

    At most ``most`` bytes are decompressed, and ``members`` files read. Raises NotATar, and OSError if the target
    cannot be written.
    """
    with zipfile.ZipFile(target, "x") as archive:
        for count, (header, content) in enumerate(_members(path, most)):
            if count >= members:
                raise NotATar(f"it holds more than {members} files")
            info = zipfile.ZipInfo("file")
            # Set afterwards: the constructor would turn a backslash of Windows into a slash on that system alone.
            info.filename = header.name[: LONGEST_PATH + 1]
            info.external_attr = _mode(header.kind) << 16
            wanted = os.path.splitext(header.name)[1].lower() in kinds
            with archive.open(info, "w") as file:
                for chunk in content:
                    if wanted:
                        file.write(chunk)


def _mode(kind: bytes) -> int:
    """The mode that a zip has for a member of this kind."""
    if kind in (_FILE, _OLD_FILE, _CONTIGUOUS):
        return stat.S_IFREG | 0o644
    return (stat.S_IFLNK if kind in _LINKS else stat.S_IFIFO) | 0o644


def _members(path: Path, most: int) -> Iterator[tuple[_Header, Iterator[bytes]]]:
    """Every member but folders, with its content, which may be left unread."""
    with path.open("rb") as raw:
        stream = _Stream(raw, most)
        long_name = ""
        first = True
        while (block := stream.read(_BLOCK)) and any(block):
            header = _header(block)
            first = False
            content = stream.member(header.size)
            if header.kind in (_GNU_NAME, _PAX, _OLD_PAX):
                long_name = _long_name(header, content) or long_name
            elif header.kind not in (_GNU_LINK, _PAX_GLOBAL):
                name, long_name = long_name or header.name, ""
                if header.kind != _FOLDER and not (header.kind == _OLD_FILE and name.endswith("/")):
                    yield _Header(name=name, size=header.size, kind=header.kind), content
            for _ in content:
                pass
        if first:
            raise NotATar("it is empty")


class _Stream:
    """A file, unpacked if it is gzipped, that is read to its end, and of which only so many bytes are read."""

    # Not ``gzip``, which reads the name in its header byte by byte: one of 16 MB took 14 seconds (measured on 3.11).
    def __init__(self, file: BinaryIO, most: int) -> None:
        self._file = file
        self._most = most
        self._left = most
        self._gzip = zlib.decompressobj(wbits=31) if file.read(2) == _GZIP else None
        file.seek(0)

    def read(self, size: int) -> bytes:
        """Read so many bytes. Raises NotATar where there are fewer, but for none at all at the end."""
        if size > self._left:
            raise NotATar(f"it unpacks to more than {self._most} bytes")
        self._left -= size
        content = self._unpacked(size) if self._gzip else self._file.read(size)
        if 0 < len(content) < size:
            raise NotATar("it ends too early")
        return content

    def _unpacked(self, size: int) -> bytes:
        assert self._gzip is not None
        content = b""
        try:
            while len(content) < size and not self._gzip.eof:
                packed = self._gzip.unconsumed_tail or self._file.read(_CHUNK)
                content += self._gzip.decompress(packed, size - len(content))
                if not packed:
                    break
        except zlib.error:
            raise NotATar("it is damaged") from None
        return content

    def member(self, size: int) -> Iterator[bytes]:
        """The content of a member, and the padding after it."""
        padding = -size % _BLOCK
        while size:
            chunk = self.read(min(size, _CHUNK))
            if not chunk:
                raise NotATar("it ends too early")
            size -= len(chunk)
            yield chunk
        self.read(padding)


def _header(block: bytes) -> _Header:
    # The sum is over the block with its own field as spaces. It tells a tar from any other file.
    if _number(block[148:156]) != sum(block[:148]) + 8 * 0x20 + sum(block[156:]):
        raise NotATar("it is no tar archive, or damaged")
    prefix = _text(block[345:500]) if block[257:263] == b"ustar\0" else ""
    name = _text(block[:100])
    return _Header(
        name=f"{prefix}/{name}" if prefix else name, size=_number(block[124:136]), kind=bytes(block[156:157])
    )


def _number(field: bytes) -> int:
    """A number in octal digits, or, with the first bit set, in bytes."""
    if field[0] & 0x80:
        return int.from_bytes(bytes([field[0] & 0x7F]) + field[1:], "big")
    try:
        number = int(field.strip(b" \0") or b"0", 8)
    except ValueError:
        raise NotATar("it is no tar archive, or damaged") from None
    if number < 0:
        raise NotATar("it is damaged")
    return number


def _text(field: bytes) -> str:
    return field.partition(b"\0")[0].decode("utf-8", "backslashreplace")


def _long_name(header: _Header, content: Iterator[bytes]) -> str:
    """The name of the next member, which is too long or too foreign for its own header; empty if this is not about it.

    A record of pax is ``LENGTH KEY=VALUE`` and a line end, and its length in bytes counts all of them.
    """
    if header.size > _LONGEST_HEADER:
        raise NotATar("a name in it is longer than any that a file can have")
    text = b"".join(content)
    if header.kind == _GNU_NAME:
        return _text(text)
    name = ""
    while text:
        length, space, _ = text.partition(b" ")
        size = int(length) if space and length.isdigit() and len(length) < 7 else 0
        if not len(length) + 1 < size <= len(text):
            raise NotATar("it is damaged")
        key, _, value = text[len(length) + 1 : size].rstrip(b"\n").partition(b"=")
        name = _text(value) if key == b"path" else name
        text = text[size:]
    return name
