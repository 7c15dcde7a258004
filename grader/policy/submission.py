"""Takes in one file of a learner: a regular file, not too large, strict UTF-8.

A file that breaks one of these conditions gives a ``Fault``, which is data; this module raises nothing about it.
"""

from __future__ import annotations

import difflib
import errno
import hashlib
import os
import re
import stat
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

_LINE_END = re.compile(r"\r\n|\r|\n")
_COOKIE = re.compile(r"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)", re.ASCII)
_BLANK = re.compile(r"^[ \t\f]*(?:#.*)?$")
_UTF8_NAMES = ("utf-8", "utf8", "u8", "utf-8-sig", "cp65001")
_WIDE_MARKS = (
    (b"\xff\xfe\0\0", "UTF-32"),
    (b"\0\0\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
_UTF8_MARK = b"\xef\xbb\xbf"
_NEIGHBOURS = 1000
_SAVE_AS_UTF8 = "save the file as UTF-8; editors have this under the encoding or in `Save as`"

# Without NONBLOCK, opening a FIFO would wait for a writer, perhaps for ever. NOFOLLOW refuses a link at the moment of
# opening; the file could be replaced by a link after an earlier check.
_OPEN_FLAGS = os.O_RDONLY
for _flag in ("O_NOFOLLOW", "O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC", "O_BINARY"):
    _OPEN_FLAGS |= getattr(os, _flag, 0)


KINDS = (
    *("missing", "not-a-file", "too-large", "not-utf8", "syntax", "name-missing", "not-async", "parameters", "import"),
    *("off-limits", "untouched"),
)
"""Why a file may not be gradable, in a word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why a file cannot be judged, found before any of its code runs.

    ``kind`` is one of ``KINDS``, or ``please-look`` for a line that an instructor should read. ``error`` says what is
    wrong; ``help`` says what to do next and starts with a verb.
    """

    kind: str
    error: str
    help: str
    line: int | None = None
    column: int | None = None
    """Counted from 1, in characters."""
    width: int = 1
    """How many characters the caret underlines."""
    text: str = ""
    """The source line as written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """One file, taken in."""

    path: Path
    source: str
    digest: str
    """SHA-256 of the bytes, in hexadecimal."""

    @classmethod
    def of_text(cls, path: Path, source: str) -> Submission:
        """What a file at that path would be if this stood in it."""
        return cls(path=path, source=source, digest=hashlib.sha256(source.encode("utf-8")).hexdigest())

    def lines(self) -> list[str]:
        """The source lines as written, and as Python counts them."""
        return source_lines(self.source)

    def line(self, number: int | None) -> str:
        """The source line of that number as written, or nothing."""
        lines = self.lines()
        return lines[number - 1] if number is not None and 0 < number <= len(lines) else ""


def source_lines(source: str) -> list[str]:
    """Split a file into its lines as written, and as Python counts them."""
    # Not str.splitlines: Python counts no form feed and no U+2028 as the end of a line.
    return _LINE_END.split(source)


def take(path: Path, *, limit: int) -> Submission | Fault:
    """Take in the file at ``path`` if it has at most ``limit`` bytes.

    A link, a FIFO or a device is refused at once.
    """
    content = _read(path, limit)
    if isinstance(content, Fault):
        return content
    if len(content) > limit:
        error = f"`{path.name}` is larger than {limit} bytes"
        return Fault(kind="too-large", error=error, help="keep only the code of this exercise in the file")
    source = _decode(content)
    if isinstance(source, Fault):
        return source

    return Submission(path=path, source=source, digest=hashlib.sha256(content).hexdigest())


# ---- bytes -----------------------------------------------------------------------------------------------------------


def _read(path: Path, limit: int) -> bytes | Fault:
    """Read up to one byte more than the limit."""
    try:
        descriptor = os.open(path, _OPEN_FLAGS)
    except (OSError, ValueError) as error:
        return _why_not_opened(path, error)
    try:
        mode = os.fstat(descriptor).st_mode
        if not stat.S_ISREG(mode):
            return _not_a_file(path, _describe(mode))
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return file.read(limit + 1)
    except OSError as error:
        return _unreadable(path, error.strerror or str(error))
    finally:
        os.close(descriptor)


def _why_not_opened(path: Path, error: OSError | ValueError) -> Fault:
    try:
        mode = os.lstat(path).st_mode
    except (OSError, ValueError):
        return _missing(path)
    if not stat.S_ISREG(mode):
        return _not_a_file(path, _describe(mode))
    reason = error.strerror if isinstance(error, OSError) and error.strerror else os.strerror(errno.EIO)

    return _unreadable(path, reason)


def _describe(mode: int) -> str:
    if stat.S_ISDIR(mode):
        return "is a folder"
    if stat.S_ISLNK(mode):
        return "is a link to another file"
    return "is not an ordinary file"


def _not_a_file(path: Path, what: str) -> Fault:
    return Fault(kind="not-a-file", error=f"`{path.name}` {what}", help=f"put the code itself into `{path.name}`")


def _unreadable(path: Path, reason: str) -> Fault:
    error = f"`{path.name}` cannot be read ({reason})"
    return Fault(kind="not-a-file", error=error, help="check who may read the file, or save it again")


def _missing(path: Path) -> Fault:
    near = difflib.get_close_matches(path.name, _neighbours(path), n=1)
    rename = f"rename `{near[0]}` to `{path.name}`" if near else ""
    help = rename or "run `grade init` to get the stub, or correct the path"
    return Fault(kind="missing", error=f"there is no file `{path.name}`", help=help)


def _neighbours(path: Path) -> list[str]:
    """Up to 1000 names in the folder; the folder of an unpacked archive may hold a million."""
    try:
        with os.scandir(path.parent) as entries:
            return [entry.name for entry in islice(entries, _NEIGHBOURS)]
    except (OSError, ValueError):
        return []


# ---- text ------------------------------------------------------------------------------------------------------------


def _decode(content: bytes) -> str | Fault:
    for mark, name in _WIDE_MARKS:
        if content.startswith(mark):
            return Fault(kind="not-utf8", error=f"the file is {name}, not UTF-8", help=_SAVE_AS_UTF8)
    content = content.removeprefix(_UTF8_MARK)
    try:
        source = content.decode("utf-8")
    except UnicodeDecodeError as error:
        return _not_utf8(content, error.start)

    return _nul_byte(source) or _other_encoding(source) or source


def _not_utf8(content: bytes, start: int) -> Fault:
    letter = content[start : start + 1].decode("latin-1")
    guess = f" (`{letter}` in Latin-1)" if letter.isalpha() else ""
    # The bytes before the first bad one are valid UTF-8, so their lines can be counted.
    before = content[:start].decode("utf-8")
    rest = _LINE_END.split(content[start:].decode("utf-8", "replace"))[0]
    return _no_text(before, rest, error=f"byte 0x{content[start]:02X} is not UTF-8{guess}")


def _nul_byte(source: str) -> Fault | None:
    position = source.find("\0")
    if position < 0:
        return None
    error = "there is a NUL byte in the file, so it is not text; it may be UTF-16"
    return _no_text(source[:position], "", error=error)


def _no_text(before: str, rest: str, *, error: str) -> Fault:
    """The fault after this part of the source; ``rest`` is what follows in the same line."""
    lines = _LINE_END.split(before)
    column, text = len(lines[-1]) + 1, lines[-1] + rest
    return Fault(kind="not-utf8", error=error, help=_SAVE_AS_UTF8, line=len(lines), column=column, text=text)


def _other_encoding(source: str) -> Fault | None:
    """Refuse a coding cookie (PEP 263) for another encoding: Python would then read other text than we do."""
    for number, text in enumerate(_LINE_END.split(source, maxsplit=2)[:2], start=1):
        if cookie := _COOKIE.match(text):
            name = cookie[1].lower().replace("_", "-")
            if name in _UTF8_NAMES or name.startswith("utf-8-"):
                return None
            return Fault(
                kind="not-utf8",
                error="the first lines declare another encoding than UTF-8",
                help="take the declaration out, and save the file as UTF-8",
                line=number,
                column=cookie.start(1) + 1,
                width=len(cookie[1]),
                text=text,
            )
        if not _BLANK.match(text):
            return None
    return None
