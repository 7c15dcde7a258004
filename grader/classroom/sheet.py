"""A CSV file as it was written: cells can be read, and single ones changed, without touching a byte of the others.

Python's ``csv`` forgets which cells were quoted, so that a file read and written again differs in cells that were not
changed. Here a cell keeps its text; quoting is as in RFC 4180.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.errors import ClassroomError

MAX_BYTES = 64 << 20
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_HEAD = 100_000
_SEPARATORS = ",;\t"
_QUOTED = re.compile(rf'(^|[{_SEPARATORS}\r\n]) *"[^"]*(?:""[^"]*)*"')
_SEPARATOR_LINE = re.compile(r'"?sep=([,;|\t])"?[,;|\t]*(?:\r\n|\r|\n)', re.IGNORECASE)
"""The line by which Excel tells itself the separator. Neither the import of Canvas nor that of Moodle reads it: both
take the first line for the headings (``csv_stream`` in lib/gradebook_importer.rb of instructure/canvas-lms, and
``init`` in mod/assign/feedback/offline/importgradeslib.php of moodle/moodle)."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(slots=True)
class Sheet:
    """The cells of a CSV file, each as its raw text with the quotes; ``ends`` are the line ends.

    Excel's line for the separator is none of the rows, and is left out when the file is written.
    """

    where: Path
    mark: bytes
    encoding: str
    separator: str
    rows: list[list[str]]
    ends: list[str]
    first_line: int = 1
    """The number of the line in which the headings are."""

    def text(self, row: int, column: int) -> str:
        """The text of a cell without its quotes; empty if the row is too short."""
        cells = self.rows[row]
        return _unquoted(cells[column]) if column < len(cells) else ""

    def texts(self, row: int) -> tuple[str, ...]:
        return tuple(_unquoted(cell) for cell in self.rows[row])

    def put(self, row: int, column: int, text: str) -> None:
        """Change one cell. An apostrophe makes text of what a spreadsheet would take for a formula."""
        cells = self.rows[row]
        cells.extend([""] * (column + 1 - len(cells)))
        was_quoted = cells[column].startswith('"')
        safe = f"'{text}" if text.startswith(_FORMULA) else text
        must = was_quoted or any(char in safe for char in (self.separator, '"', "\r", "\n"))
        cells[column] = '"' + safe.replace('"', '""') + '"' if must else safe

    def content(self) -> bytes:
        """The file, ready to be written."""
        text = "".join(self.separator.join(cells) + end for cells, end in zip(self.rows, self.ends, strict=True))
        return self.mark + text.encode(self.encoding)


def load_sheet(path: Path) -> Sheet:
    """Read a CSV file. Raises ClassroomError if it cannot be read or is no CSV file."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ClassroomError(f"{path}: {error.strerror}", hint="Give the path of a CSV file.") from error
    return read_sheet(content, where=path)


def read_sheet(content: bytes, *, where: Path) -> Sheet:
    """Read the bytes of a CSV file. Raises ClassroomError with the line where it stops being one."""
    if content.startswith(b"PK\3\4") or len(content) > MAX_BYTES:
        hint = "Save it as CSV (UTF-8) in the spreadsheet, and give that file."
        raise ClassroomError(f"{where}: this is not a CSV file", hint=hint)
    mark, encoding = next(((mark, name) for mark, name in _MARKS if content.startswith(mark)), (b"", "utf-8"))
    try:
        text = content[len(mark) :].decode(encoding)
    except UnicodeDecodeError:
        # Excel's plain "CSV" is in the code page of the computer. Latin-1 gives every byte back as it was.
        encoding, text = "latin-1", content[len(mark) :].decode("latin-1")
    said = _SEPARATOR_LINE.match(text)
    text = text[said.end() :] if said else text
    first_line = 2 if said else 1
    # A separator in quotes separates nothing; a quote inside a cell, as in 5'10", opens nothing.
    head = _QUOTED.sub(r"\1", text[:_HEAD]).lstrip().splitlines()[:1]
    separator = said[1] if said else max(_SEPARATORS, key="".join(head).count)
    rows, ends = _split(text, separator, where, first_line)
    if not rows:
        raise ClassroomError(f"{where}: this file is empty", hint="Export it again from the platform.")

    return Sheet(
        where=where, mark=mark, encoding=encoding, separator=separator, rows=rows, ends=ends, first_line=first_line
    )


def _split(text: str, separator: str, where: Path, first_line: int) -> tuple[list[list[str]], list[str]]:
    rows: list[list[str]] = []
    ends: list[str] = []
    cells: list[str] = []
    for cell, end in _cells(text, separator, where, first_line):
        cells.append(cell)
        if end != separator:
            rows.append(cells)
            ends.append(end)
            cells = []
    return rows, ends


def _cells(text: str, separator: str, where: Path, first_line: int) -> Iterator[tuple[str, str]]:
    """Every cell with what comes after it: the separator, a line end, or nothing at the end of the file."""
    end = re.escape(separator)
    pattern = re.compile(rf'( *"[^"]*(?:""[^"]*)*"[^{end}\r\n]*|[^{end}\r\n]*)({end}|\r\n|\r|\n|\Z)')
    position = 0
    while position < len(text):
        cell = pattern.match(text, position)
        if cell is None or not _is_closed(cell[1].strip(" ")):
            line = text.count("\n", 0, position) + first_line
            message = f"{where}:{line}: a quote is opened and not closed as CSV requires"
            raise ClassroomError(message, hint="Export the file again, and do not edit it by hand.")
        yield cell[1], cell[2]
        position = cell.end()
    if text.endswith(separator):
        yield "", ""


def _is_closed(cell: str) -> bool:
    return not cell.startswith('"') or (len(cell) > 1 and cell.endswith('"'))


def _unquoted(cell: str) -> str:
    stripped = cell.strip(" ")
    if len(stripped) >= 2 and stripped[0] == stripped[-1] == '"':
        return stripped[1:-1].replace('""', '"')
    return cell
