"""Reads zips without trusting them: only so much of an index is read, and what a member unpacks to is counted.

Neither the sizes nor the names in a zip are believed. A member keeps the name that was meant, and says what is wrong
with it; it is unpacked to a path that the caller chooses.
"""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from grader.classroom.member_names import names_of

MAX_RATIO = 200
"""Deflate reaches about 1000; source text of more than a mebibyte stays below 20 (measured on CPython's library)."""
FREE_RATIO = 1 << 20
"""Below this size the ratio says nothing: a short file of spaces shrinks a lot."""
LONGEST_PATH = 4096
LONGEST_NAME = 255

_CHUNK = 1 << 16
_ENCRYPTED = 0x1


class NotAZip(Exception):
    """The file is no zip, or its index is damaged or too large; the message says which."""


class UnfitMember(Exception):
    """One member of a zip is not fit to be unpacked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One file in a zip. ``fault`` says why it must not be taken; it is empty if it may be."""

    name: str
    """The path in the zip, with ``/`` between folders."""
    info: zipfile.ZipInfo
    fault: str

    @property
    def astray(self) -> bool:
        """Whether its path leads out of the zip, so that the folders on it say nothing."""
        return is_astray(self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenZip:
    """A zip whose index has been read. Folders are no members."""

    archive: zipfile.ZipFile
    members: tuple[Member, ...]
    index_bytes: int
    """How much was read to open it."""
    guessed: str = ""
    """The encoding that was guessed for names that do not say theirs; empty if there was nothing to guess."""

    def unpack(self, member: Member, target: Path, *, most: int, left: int) -> int:
        """Write a member to a new file and return its size in bytes.

        ``most`` is how large this file may be, and ``left`` how much may be unpacked at all. Raises UnfitMember, and
        OSError if the target cannot be written.
        """
        written = 0
        with target.open("xb") as file:
            for chunk in _chunks(self.archive, member.info):
                written += len(chunk)
                _check(written, most=most, left=left, packed=member.info.compress_size)
                file.write(chunk)
        return written


@contextmanager
def open_zip(path: Path, *, max_index: int) -> Iterator[OpenZip]:
    """Open a zip and read its index, which may take ``max_index`` bytes at most. Raises NotAZip."""
    with ExitStack() as stack:
        try:
            file = stack.enter_context(_BoundedFile(path, max_index))
            archive = stack.enter_context(zipfile.ZipFile(file))
        except zipfile.BadZipFile as error:
            raise NotAZip("its index is missing or damaged" if path.stat().st_size else "it is empty") from error
        except OSError as error:
            raise NotAZip(f"it cannot be read ({error.strerror or type(error).__name__})") from error
        except (ValueError, NotImplementedError, EOFError, struct.error, OverflowError) as error:
            raise NotAZip(f"its index is damaged ({type(error).__name__})") from error
        infos = [info for info in archive.infolist() if not _is_folder(info)]
        names, guessed = names_of(infos)
        members = tuple(
            Member(name=name, info=info, fault=_fault(name, info)) for name, info in zip(names, infos, strict=True)
        )
        yield OpenZip(archive=archive, members=members, index_bytes=file.unbind(), guessed=guessed)


class _BoundedFile(io.BufferedReader):
    """A file of which ``zipfile`` cannot read more than so many bytes while it opens it as a zip."""

    # ``zipfile`` reads the whole index at once and makes an object of each entry. It took 8 seconds and 580 MB for a
    # zip of 64 MB that is nothing but index, more than a minute for 512 MB, and 2 GB for a file of holes that claims an
    # index of as many (measured on 3.11). The size of the zip gives no bound, because most of an honest zip is data.
    # Bounding the reads bounds the very index that ``zipfile`` chose to believe, whichever of the end records it took.
    def __init__(self, path: Path, most: int) -> None:
        super().__init__(io.FileIO(path))
        self._most = most
        self._read = 0
        self._bound = True

    def read(self, size: int | None = -1, /) -> bytes:
        if self._bound and size is not None and size > self._most - self._read:
            raise NotAZip(f"its index is larger than {self._most} bytes")
        # Without a size ``zipfile`` reads the end of the file, where there is room for a comment of 64 KiB.
        content = super().read(size)
        self._read += len(content)
        return content

    def unbind(self) -> int:
        """Let the members be read, however large they are. Returns how much has been read by now."""
        self._bound = False
        return self._read


def _is_folder(info: zipfile.ZipInfo) -> bool:
    # ``ZipInfo.is_dir`` of Python 3.11 fails for a name that is empty or begins with NUL.
    return info.orig_filename.endswith("/")


def is_astray(name: str) -> bool:
    """Whether a path is absolute, or leads out of the folder that it begins in."""
    return name.startswith("/") or ":" in name[1:2] or ".." in name.split("/")


def _fault(name: str, info: zipfile.ZipInfo) -> str:
    kind = stat.S_IFMT(info.external_attr >> 16)
    parts = name.split("/")
    if len(name) > LONGEST_PATH or any(len(part) > LONGEST_NAME for part in parts):
        return "its name is longer than any that a file can have"
    if not set(parts) - {"", "."}:
        return "has no name"
    if "\0" in name:
        return "its name has a NUL character in it"
    if is_astray(name):
        return "its path leads out of the zip" if ".." in parts else "its path is absolute"
    if kind == stat.S_IFLNK:
        return "is a link; hand in the file itself"
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "is not an ordinary file"
    if info.flag_bits & _ENCRYPTED:
        return "is protected by a password; hand it in without one"
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        # Every archiver writes these two. The others would add three decompressors to what hostile bytes can reach.
        return f"is packed by method {info.compress_type}; pack it again as an ordinary zip"
    return ""


def _chunks(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    try:
        with archive.open(info) as content:
            while chunk := content.read(_CHUNK):
                yield chunk
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError) as error:
        # RuntimeError and its child NotImplementedError are zipfile's for flags that it does not know. An OSError of
        # the target does not come here: the generator is suspended while the caller writes.
        raise UnfitMember(f"is damaged in the zip ({type(error).__name__})") from None


def _check(written: int, *, most: int, left: int, packed: int) -> None:
    """Refuse what has come out so far; the sizes in the index may lie."""
    if written > most:
        raise UnfitMember(f"unpacks to more than {most} bytes")
    if written > left:
        raise UnfitMember("comes after so many bytes of other files that no more are unpacked")
    if written > FREE_RATIO and written > MAX_RATIO * packed:
        raise UnfitMember(f"unpacks to more than {MAX_RATIO} times its size in the zip")
