"""The name that was meant, by what the zip says of it or by bytes that leave no doubt."""

from __future__ import annotations

import struct
import zipfile
import zlib

import pytest

from grader.classroom.member_names import SHIFT_JIS, names_of


def info(raw: bytes, *, flags: int = 0, extra: bytes = b"") -> zipfile.ZipInfo:
    """A member as ``zipfile`` reads it from an index."""
    member = zipfile.ZipInfo("x")
    member.orig_filename = raw.decode("utf-8" if flags & 0x800 else "cp437")
    member.flag_bits = flags
    member.extra = extra
    return member


def unicode_path(name: str, *, of: bytes) -> bytes:
    content = struct.pack("<BL", 1, zlib.crc32(of)) + name.encode()
    return struct.pack("<HH", 0x7075, len(content)) + content


def test_utf8_counts_with_and_without_its_flag() -> None:
    raw = "Zoë/join.py".encode()

    assert names_of([info(raw), info(raw, flags=0x800)]) == (("Zoë/join.py", "Zoë/join.py"), "")


def test_the_field_for_names_counts_if_it_is_about_this_name() -> None:
    raw = b"Zo\x89/join.py"
    right, stale = unicode_path("Zoë/join.py", of=raw), unicode_path("../other.py", of=b"another name")

    assert names_of([info(raw, extra=stale + right)])[0] == ("Zoë/join.py",)
    assert names_of([info(b"Bob/join.py", extra=stale)])[0] == ("Bob/join.py",)


@pytest.mark.parametrize("extra", [b"\x75", b"\x75\x70\xff\xff", b"\x75\x70\x05\x00\x01\0\0\0\0", b"\0" * 65_000])
def test_a_damaged_extra_field_decides_nothing(extra: bytes) -> None:
    assert names_of([info(b"Bob/join.py", extra=extra)])[0] == ("Bob/join.py",)


@pytest.mark.parametrize("name", ["田中花子/join.py", "さとう/ex01.py", "課題/タスク 1.py"])
def test_japanese_names_of_windows_are_guessed_and_the_guess_is_named(name: str) -> None:
    assert names_of([info(name.encode("cp932")), info(b"bob/join.py")]) == ((name, "bob/join.py"), SHIFT_JIS)


@pytest.mark.parametrize("name", ["Zoë", "König", "Müller", "Höß", "Ångström", "Núñez", "Élève", "Æbelø"])
@pytest.mark.parametrize("encoding", ["cp437", "cp850", "cp1252"])
def test_european_names_are_never_taken_for_japanese(name: str, encoding: str) -> None:
    raw = name.encode(encoding, "ignore") + b"/join.py"

    names, guess = names_of([info(raw)])

    assert guess == ""
    assert names[0] == raw.decode("cp437")


def test_one_name_that_is_not_japanese_leaves_all_of_them_alone() -> None:
    assert names_of([info("田中花子.py".encode("cp932")), info(b"M\x81ller.py")])[1] == ""


def test_backslashes_stand_between_folders() -> None:
    assert names_of([info(b"bob\\join.py")])[0] == ("bob/join.py",)
