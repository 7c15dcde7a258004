"""The names that were meant by the members of a zip.

The format knows two encodings: UTF-8, which a flag or an extra field announces, and code page 437 for all else (4.4.4
and 4.6.9 of https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT ). Archivers keep to neither: those of macOS
write UTF-8 without the flag, and Windows in Japan writes Shift-JIS. Where the bytes leave no doubt, they decide.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence

SHIFT_JIS = "Shift-JIS"

_UTF8_NAME = 0x800
_UNICODE_PATH = 0x7075
_JAPANESE = "\u3041-\u30ff\u4e00-\u9fff\u3005\uff01-\uff5e"
_LETTERS = re.compile(rf"[\x20-\x7e{_JAPANESE}]+")
_WORD = re.compile(rf"[{_JAPANESE}]{{2}}")
_BY_CHANCE = re.compile(
    rf"[A-Za-z][{_JAPANESE}]|[{_JAPANESE}][A-Za-z]|(?<![{_JAPANESE}])[{_JAPANESE}](?![{_JAPANESE}])"
)


def names_of(infos: Sequence[zipfile.ZipInfo]) -> tuple[tuple[str, ...], str]:
    """The name of each member, with ``/`` between folders, and the encoding that was guessed for some of them.

    No encoding is named where the zip itself says which it is, or where the names are plain UTF-8.
    """
    raw = [None if info.flag_bits & _UTF8_NAME else _bytes_of(info) for info in infos]
    said = [_said(info, name) for info, name in zip(infos, raw, strict=True)]
    unsaid = [name for name, text in zip(raw, said, strict=True) if name is not None and text is None]
    guess = SHIFT_JIS if unsaid and all(map(_is_japanese, unsaid)) else ""
    names = (
        text if text is not None else _guessed(name, guess, info)
        for info, name, text in zip(infos, raw, said, strict=True)
    )
    # .NET before 4.6.1 wrote backslashes; and on Windows they would be separators, whatever was meant.
    return tuple(name.replace("\\", "/") for name in names), guess


def _bytes_of(info: zipfile.ZipInfo) -> bytes | None:
    try:
        return info.orig_filename.encode("cp437")
    except UnicodeError:
        return None


def _said(info: zipfile.ZipInfo, raw: bytes | None) -> str | None:
    """The name, if the flag, the extra field or the bytes themselves leave no doubt about it."""
    if raw is None:
        return info.orig_filename
    for path in _unicode_paths(info.extra, zlib.crc32(raw)):
        return path
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _unicode_paths(extra: bytes, checksum: int) -> Iterator[str]:
    """What the extra field for names says, if it is about this very name: version 1, CRC-32 of the bytes, UTF-8."""
    at = 0
    while at + 4 <= len(extra):
        kind, size = struct.unpack_from("<HH", extra, at)
        content = extra[at + 4 : at + 4 + size]
        at += 4 + size
        if kind == _UNICODE_PATH and content[:5] == struct.pack("<BL", 1, checksum):
            try:
                yield content[5:].decode("utf-8")
            except UnicodeDecodeError:
                continue


def _is_japanese(raw: bytes) -> bool:
    """Whether Shift-JIS makes Japanese words of these bytes.

    Every sign must have another beside it, and no plain letter: of code page 437 the ``ö`` with the letter after it is
    a sign of Shift-JIS, too, and would make a kanji within "König" and two within "Élève".
    """
    try:
        text = raw.decode("cp932")
    except UnicodeDecodeError:
        return False
    return bool(_LETTERS.fullmatch(text) and _WORD.search(text) and not _BY_CHANCE.search(text))


def _guessed(raw: bytes | None, guess: str, info: zipfile.ZipInfo) -> str:
    return raw.decode("cp932") if guess and raw is not None else info.orig_filename
