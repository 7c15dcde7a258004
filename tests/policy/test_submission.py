from __future__ import annotations

import hashlib
import os
import socket
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.policy.submission import Fault, Submission, take

LIMIT = 4096


def written(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "join.py"
    path.write_bytes(content)
    return path


def fault_of(path: Path, *, limit: int = LIMIT) -> Fault:
    found = take(path, limit=limit)
    assert isinstance(found, Fault)
    assert found.help[0].islower()
    assert found.error
    return found


def taken(path: Path, *, limit: int = LIMIT) -> Submission:
    found = take(path, limit=limit)
    assert isinstance(found, Submission)
    return found


# ---- what is taken --------------------------------------------------------------------------------------------------


def test_a_file_is_taken_with_its_source_and_the_digest_of_its_bytes(tmp_path: Path) -> None:
    content = "x = 'ä'\r\n".encode()

    submission = taken(written(tmp_path, content))

    assert submission.source == "x = 'ä'\r\n"
    assert submission.digest == hashlib.sha256(content).hexdigest()


def test_a_byte_order_mark_is_no_part_of_the_source(tmp_path: Path) -> None:
    assert taken(written(tmp_path, b"\xef\xbb\xbfx = 1")).source == "x = 1"


def test_an_empty_file_is_taken(tmp_path: Path) -> None:
    assert taken(written(tmp_path, b"")).source == ""


def test_a_file_of_exactly_the_limit_is_taken_and_one_byte_more_is_not(tmp_path: Path) -> None:
    path = written(tmp_path, b"#" * 100)

    assert taken(path, limit=100)
    assert fault_of(path, limit=99).kind == "too-large"


@pytest.mark.parametrize("cookie", ["utf-8", "UTF8", "utf_8", "utf-8-unix"])
def test_a_declaration_of_utf8_is_welcome(tmp_path: Path, cookie: str) -> None:
    assert taken(written(tmp_path, f"#!/usr/bin/python\n# -*- coding: {cookie} -*-\n".encode()))


def test_only_the_first_two_lines_can_declare_an_encoding(tmp_path: Path) -> None:
    assert taken(written(tmp_path, b"x = 1\n# coding: latin-1\n"))
    assert taken(written(tmp_path, b"\n\n# coding: latin-1\n"))


def test_lines_end_where_python_ends_them(tmp_path: Path) -> None:
    submission = taken(written(tmp_path, "a\x0cb\u2028c\r\nd\re\nf".encode()))

    assert [submission.line(number) for number in (1, 2, 3, 4)] == ["a\x0cb\u2028c", "d", "e", "f"]
    assert submission.line(0) == submission.line(5) == submission.line(None) == ""


# ---- what is not a file ---------------------------------------------------------------------------------------------


def test_a_missing_file_comes_with_the_nearest_name(tmp_path: Path) -> None:
    (tmp_path / "jion.py").write_text("")

    fault = fault_of(tmp_path / "join.py")

    assert fault.kind == "missing"
    assert fault.help == "rename `jion.py` to `join.py`"


def test_a_missing_folder_is_a_missing_file(tmp_path: Path) -> None:
    assert fault_of(tmp_path / "nowhere" / "join.py").kind == "missing"


@pytest.mark.parametrize("name", ["a\0b.py", "a\ud800.py", "x" * 300])
def test_a_name_that_no_file_can_have_is_a_missing_file(tmp_path: Path, name: str) -> None:
    assert fault_of(tmp_path / name).kind == "missing"


def test_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "join.py").mkdir()

    fault = fault_of(tmp_path / "join.py")

    assert (fault.kind, fault.error) == ("not-a-file", "`join.py` is a folder")


@pytest.mark.skipif(not hasattr(os, "O_NOFOLLOW"), reason="this system cannot refuse links")
def test_a_link_is_refused_wherever_it_leads(tmp_path: Path) -> None:
    for target in (written(tmp_path, b"secret"), tmp_path / "nowhere"):
        link = tmp_path / "link.py"
        link.symlink_to(target)
        assert fault_of(link).error == "`link.py` is a link to another file"
        link.unlink()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no FIFOs")
def test_a_fifo_is_refused_without_waiting_for_a_writer(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "join.py")

    assert fault_of(tmp_path / "join.py").kind == "not-a-file"


@pytest.mark.skipif(sys.platform == "win32", reason="this system has no such sockets")
def test_a_socket_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # the path of a socket has to be short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("join.py")
        assert fault_of(Path("join.py")).kind == "not-a-file"


@pytest.mark.skipif(sys.platform == "win32", reason="this system has no devices")
def test_a_device_is_refused() -> None:
    assert fault_of(Path("/dev/zero")).error == "`zero` is not an ordinary file"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, b"")
    path.chmod(0)

    assert "cannot be read" in fault_of(path).error


# ---- what is not text -----------------------------------------------------------------------------------------------


def test_a_byte_that_is_not_utf8_is_placed_and_guessed(tmp_path: Path) -> None:
    fault = fault_of(written(tmp_path, "x = 1\ny = 'ü".encode() + b"\xe4'\r\n"))

    assert (fault.kind, fault.line, fault.column) == ("not-utf8", 2, 7)
    assert fault.error == "byte 0xE4 is not UTF-8 (`ä` in Latin-1)"
    assert fault.text == "y = 'ü\ufffd'"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_wide_encodings_are_called_by_their_names(tmp_path: Path, encoding: str) -> None:
    assert fault_of(written(tmp_path, "x = 1".encode(encoding))).error == f"the file is {encoding.upper()}, not UTF-8"


def test_a_nul_byte_is_placed(tmp_path: Path) -> None:
    fault = fault_of(written(tmp_path, b"x = 1\ny\0 = 2"))

    assert (fault.kind, fault.line, fault.column) == ("not-utf8", 2, 2)


@pytest.mark.parametrize("first", [b"", b"# a comment\n", b"\xef\xbb\xbf"])
def test_a_declaration_of_another_encoding_is_refused(tmp_path: Path, first: bytes) -> None:
    fault = fault_of(written(tmp_path, first + b"# coding: latin-1\n"))

    assert (fault.kind, fault.line, fault.column, fault.width) == ("not-utf8", 1 + first.count(b"\n"), 11, 7)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200, deadline=None)
@given(content=st.binary(max_size=200) | st.text().map(lambda text: b"# coding: " + text.encode(errors="replace")))
def test_whatever_the_bytes_there_is_an_answer(tmp_path: Path, content: bytes) -> None:
    found = take(written(tmp_path, content), limit=150)

    assert isinstance(found, Fault | Submission)
    assert len(content) <= 150 or isinstance(found, Fault)
