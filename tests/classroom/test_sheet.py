"""A CSV file comes back byte for byte, but for the cells that were changed."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from grader.classroom.sheet import read_sheet
from grader.errors import ClassroomError

WHERE = Path("s.csv")
_CELL = st.sampled_from(
    ["", "a", " a ", '"a"', '"a,b"', '"a;b\tc"', '"a\nb"', '"say ""hi"""', "5'10\"", "=1+1", "\u00e9", ' "x" ']
)


@given(
    rows=st.lists(st.lists(_CELL, min_size=1, max_size=4), min_size=1, max_size=5),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    closed=st.booleans(),
    mark=st.sampled_from([b"", b"\xef\xbb\xbf"]),
)
@example(rows=[["5'10\""], ['"a"', '"a;b\tc"']], end="\n", closed=False, mark=b"")
def test_what_is_read_is_written_as_it_was(rows: list[list[str]], end: str, closed: bool, mark: bytes) -> None:
    content = mark + (end.join(",".join(cells) for cells in rows) + (end if closed else "")).encode()
    if not content.removeprefix(mark):
        return

    assert read_sheet(content, where=WHERE).content() == content


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_the_encoding_stays(encoding: str) -> None:
    content = "n;g\r\nZo\u00eb;1\r\n".encode(encoding)
    sheet = read_sheet(content, where=WHERE)

    assert sheet.texts(1) == ("Zo\u00eb", "1")
    assert sheet.content() == content


def test_one_cell_changes_and_nothing_else() -> None:
    sheet = read_sheet(b'n,g,"c"\n"=1+1", "x" ,"old"\nb\n', where=WHERE)
    sheet.put(1, 2, "new")
    sheet.put(2, 1, 'a "b", c')

    assert sheet.content() == b'n,g,"c"\n"=1+1", "x" ,"new"\nb,"a ""b"", c"\n'


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\r"])
def test_what_we_write_is_no_formula(text: str) -> None:
    sheet = read_sheet(b"n,g\na,b\n", where=WHERE)
    sheet.put(1, 1, text)

    assert sheet.text(1, 1) == f"'{text}"


@pytest.mark.parametrize(("text", "line"), [('a,b\n"c', 2), ('a\nb\nc,"d"e\n', 3), ('a,"', 1)])
def test_a_quote_that_is_not_closed_is_one_sentence_with_the_line(text: str, line: int) -> None:
    with pytest.raises(ClassroomError, match=rf"s\.csv:{line}: a quote is opened"):
        read_sheet(text.encode(), where=WHERE)


@pytest.mark.parametrize("line", ["sep=;\r\n", "SEP=|\n", '"sep=\t"\n', "sep=,,,\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_excels_line_for_the_separator_is_obeyed_and_is_not_written(line: str, mark: str) -> None:
    separator = line.strip('"\r\n')[4]
    text = f'name{separator}x\n"Doe; Jane, A|B\tC"{separator}1\n'

    sheet = read_sheet((mark + line + text).encode(), where=WHERE)

    assert [sheet.texts(0), sheet.texts(1)] == [("name", "x"), ("Doe; Jane, A|B\tC", "1")]
    assert sheet.content() == (mark + text).encode()


def test_lines_are_counted_with_excels_line() -> None:
    with pytest.raises(ClassroomError, match=r"s\.csv:3: a quote is opened"):
        read_sheet(b'sep=;\nname\n"ada\n', where=WHERE)
