"""What a class handed in is hostile: names, sizes, links and archives are refused one by one, and the rest goes on."""

from __future__ import annotations

import errno
import os
import stat
import struct
import subprocess
import sys
import tracemalloc
import warnings
import zipfile
from pathlib import Path
from random import Random

import pytest

from grader.classroom import archive, zips
from grader.classroom.archive import gather
from grader.classroom.found import Gathered
from grader.errors import ClassroomError
from tests.class_samples import JOIN, folder, link, member, packed, packed_members, zipped


def gathered(source: Path, tmp_path: Path) -> Gathered:
    staging = tmp_path / "staging"
    staging.mkdir(exist_ok=True)
    return gather(source, staging)


def shown(found: Gathered) -> list[str]:
    return [one.shown for one in found.files]


def refused(found: Gathered) -> dict[str, str]:
    return {"/".join(one.parts): one.reason for one in found.refused}


def staged(tmp_path: Path) -> list[Path]:
    return [path for path in (tmp_path / "staging").rglob("*") if not path.is_dir()]


# ---- what is found ---------------------------------------------------------------------------------------------------


def test_a_folder_is_read_where_it_is_and_never_written_to(tmp_path: Path) -> None:
    source = folder(tmp_path / "class", {"alice/join.py": JOIN, "bob/work.zip": packed({"join.py": JOIN})})
    before = {path: path.stat().st_mtime_ns for path in source.rglob("*")}

    found = gathered(source, tmp_path)

    assert shown(found) == ["alice/join.py", "bob/work.zip/join.py"]
    assert found.files[0].path == source / "alice" / "join.py"
    assert {path: path.stat().st_mtime_ns for path in source.rglob("*")} == before


def test_a_zip_is_unpacked_into_the_staging_area_under_harmless_names(tmp_path: Path) -> None:
    found = gathered(zipped(tmp_path / "class.zip", {"Zoë; rm -rf/join.py": JOIN, "b/\x1b[31m.py": JOIN}), tmp_path)

    assert shown(found) == ["Zoë; rm -rf/join.py", "b/\x1b[31m.py"]
    assert [one.path.read_text() for one in found.files if one.path] == [JOIN, JOIN]
    assert sorted(path.name for path in staged(tmp_path)) == ["file.py", "join.py"]


def test_a_zip_in_a_zip_in_a_zip_is_the_most(tmp_path: Path) -> None:
    workspace = packed({"join.py": JOIN, "more.zip": packed({"race.py": JOIN})})
    found = gathered(zipped(tmp_path / "class.zip", {"ex01.zip": packed({"alice.zip": workspace})}), tmp_path)

    assert shown(found) == ["ex01.zip/alice.zip/join.py"]
    assert "archive within more than 2 others" in refused(found)["ex01.zip/alice.zip/more.zip"]


def test_what_is_not_python_is_listed_and_never_unpacked(tmp_path: Path) -> None:
    found = gathered(zipped(tmp_path / "class.zip", {"alice/photo.png": b"x" * 5000}), tmp_path)

    assert shown(found) == ["alice/photo.png"]
    assert found.files[0].path is None
    assert staged(tmp_path) == []


def test_what_tools_leave_behind_is_counted_and_not_listed(tmp_path: Path) -> None:
    files = {
        "__MACOSX/alice/._join.py": "",
        "alice/.DS_Store": "",
        "alice/__pycache__/a.pyc": "",
        "alice/join.py": JOIN,
    }
    ours = {
        "alice/.gradekit/attempts.jsonl": "",
        "alice/.git/config": "",
        "alice/grade.toml": "",
        "alice/README.md": "",
        "alice/AGENTS.md": "",
        "alice/figures/one-fails.svg": "",
    }

    in_zip = gathered(zipped(tmp_path / "class.zip", files | ours), tmp_path)
    in_folder = gathered(folder(tmp_path / "class", files | ours), tmp_path)

    assert shown(in_zip) == shown(in_folder) == ["alice/join.py"]
    assert in_zip.leavings == in_folder.leavings == 9
    assert in_zip.repositories == in_folder.repositories == {("alice",)}


def test_an_answer_in_a_folder_that_is_called_like_that_of_the_pictures_is_one(tmp_path: Path) -> None:
    files = {"alice/figures/join.py": JOIN, "alice/mine/one.svg": ""}

    in_zip = gathered(zipped(tmp_path / "class.zip", files), tmp_path)
    in_folder = gathered(folder(tmp_path / "class", files), tmp_path)

    assert shown(in_zip) == shown(in_folder) == ["alice/figures/join.py", "alice/mine/one.svg"]


def test_earlier_results_and_the_staging_area_in_the_source_are_not_submissions(tmp_path: Path) -> None:
    source = folder(tmp_path, {"alice/join.py": JOIN, "grade-results/gradebook.sqlite": "", "grade-results/x.py": JOIN})
    folder(tmp_path / "staging", {"old/join.py": JOIN})

    assert shown(gathered(source, tmp_path)) == ["alice/join.py"]


# ---- names -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../../escape.py", "leads out of the zip"),
        ("a/../../escape.py", "leads out of the zip"),
        ("..\\escape.py", "leads out of the zip"),
        ("/etc/escape.py", "absolute"),
        ("C:/escape.py", "absolute"),
        ("C:\\escape.py", "absolute"),
    ],
)
def test_a_path_that_leads_out_of_the_zip_is_refused_by_name(name: str, reason: str, tmp_path: Path) -> None:
    (tmp_path / "class.zip").write_bytes(packed_members([(member(name), JOIN), (member("a/join.py"), JOIN)]))

    found = gathered(tmp_path / "class.zip", tmp_path)

    assert shown(found) == ["a/join.py"]
    assert [reason in why for why in refused(found).values()] == [True]
    assert not list(tmp_path.rglob("escape.py"))


def test_a_name_that_is_there_twice_is_refused_both_times(tmp_path: Path) -> None:
    with warnings.catch_warnings(action="ignore"):  # zipfile may remark on it
        content = packed_members([(member("a/join.py"), "1"), (member("a/join.py"), "2"), (member("b/join.py"), JOIN)])
    (tmp_path / "class.zip").write_bytes(content)

    found = gathered(tmp_path / "class.zip", tmp_path)

    assert shown(found) == ["b/join.py"]
    assert [one.reason for one in found.refused] == ["the zip has this name more than once"] * 2


def test_names_that_differ_in_case_or_in_how_an_accent_is_written_are_refused(tmp_path: Path) -> None:
    files = {"a/join.py": "1", "a/JOIN.py": "2", "Zo\u00eb/race.py": "1", "Zoe\u0308/race.py": "2", "b/join.py": JOIN}
    found = gathered(zipped(tmp_path / "class.zip", files), tmp_path)

    assert shown(found) == ["b/join.py"]
    assert len(found.refused) == 4


def test_a_name_in_utf8_without_the_flag_is_read_as_it_was_meant(tmp_path: Path) -> None:
    content = packed({"Zoe\u0308 Muster/join.py": JOIN})
    unflagged = content.replace(struct.pack("<H", 0x800), struct.pack("<H", 0))
    (tmp_path / "class.zip").write_bytes(unflagged)

    assert shown(gathered(tmp_path / "class.zip", tmp_path)) == ["Zoe\u0308 Muster/join.py"]


def test_a_name_in_the_old_code_page_is_read_as_that(tmp_path: Path) -> None:
    content = packed({"Zoexx/join.py": JOIN}).replace(b"Zoexx", "Zo\u00eb!!".encode("cp437"))
    (tmp_path / "class.zip").write_bytes(content)

    assert shown(gathered(tmp_path / "class.zip", tmp_path)) == ["Zo\u00eb!!/join.py"]


def test_a_name_of_monstrous_length_is_refused_in_no_time(tmp_path: Path) -> None:
    long = "_" * 60_000
    found = gathered(zipped(tmp_path / "class.zip", {f"a/{long}.py": JOIN, "b/join.py": JOIN}), tmp_path)

    assert shown(found) == ["b/join.py"]
    assert [one.reason for one in found.refused] == ["its name is longer than any that a file can have"]


def test_folders_without_end_are_refused(tmp_path: Path) -> None:
    source = folder(tmp_path / "class", {"b/join.py": JOIN, "a/" * 900 + "join.py": JOIN})

    assert shown(gathered(source, tmp_path)) == ["b/join.py"]


# ---- kinds of files --------------------------------------------------------------------------------------------------


def test_links_and_special_files_in_a_zip_are_refused(tmp_path: Path) -> None:
    fifo = member("a/pipe.py", mode=stat.S_IFIFO | 0o644)
    content = packed_members(
        [(link("a/join.py"), "/etc/passwd"), (fifo, ""), (member("a/race.py", mode=0o100644), JOIN)]
    )
    (tmp_path / "class.zip").write_bytes(content)

    found = gathered(tmp_path / "class.zip", tmp_path)

    assert shown(found) == ["a/race.py"]
    assert "link" in refused(found)["a/join.py"]
    assert "not an ordinary file" in refused(found)["a/pipe.py"]


def test_links_out_of_a_folder_are_never_followed(tmp_path: Path) -> None:
    secret = folder(tmp_path / "secret", {"join.py": "SECRET = 1"})
    source = folder(tmp_path / "class", {"alice/race.py": JOIN})
    (source / "alice" / "join.py").symlink_to(secret / "join.py")
    (source / "mallory").symlink_to(secret)
    os.mkfifo(source / "alice" / "stream.py")

    found = gathered(source, tmp_path)

    assert shown(found) == ["alice/race.py"]
    assert sorted(refused(found)) == ["alice/join.py", "alice/stream.py", "mallory"]


def test_an_encrypted_member_is_refused_with_what_to_do(tmp_path: Path) -> None:
    content = bytearray(packed({"a/join.py": JOIN, "b/join.py": JOIN}))
    at = content.index(b"PK\1\2")
    content[at + 8] |= 1
    (tmp_path / "class.zip").write_bytes(content)

    found = gathered(tmp_path / "class.zip", tmp_path)

    assert shown(found) == ["b/join.py"]
    assert refused(found) == {"a/join.py": "is protected by a password; hand it in without one"}


def test_a_method_of_packing_that_few_archivers_know_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "class.zip", "w", zipfile.ZIP_LZMA) as made:
        made.writestr("a/join.py", JOIN)

    assert "method 14" in refused(gathered(tmp_path / "class.zip", tmp_path))["a/join.py"]


def test_a_damaged_member_is_refused_and_the_others_are_taken(tmp_path: Path) -> None:
    content = bytearray(packed({"a/join.py": JOIN * 50, "b/join.py": JOIN}))
    content[60] ^= 0xFF
    (tmp_path / "class.zip").write_bytes(content)

    found = gathered(tmp_path / "class.zip", tmp_path)

    assert shown(found) == ["b/join.py"]
    assert "damaged" in refused(found)["a/join.py"]
    assert len(staged(tmp_path)) == 1


def test_names_that_differ_in_how_their_accents_are_written_are_named_as_such(tmp_path: Path) -> None:
    found = gathered(zipped(tmp_path / "class.zip", {"Zo\u00eb/join.py": JOIN, "Zoe\u0308/join.py": "x"}), tmp_path)

    assert shown(found) == []
    assert {"NFC and NFD" in reason for reason in refused(found).values()} == {True}


def test_names_in_shift_jis_are_read_and_the_guess_is_said(tmp_path: Path) -> None:
    # ``zipfile`` cannot write such a name, so one of the same length is replaced.
    name = "田中花子/join.py".encode("cp932")
    written = packed({"x" * len(name): JOIN}).replace(b"x" * len(name), name)
    (tmp_path / "class.zip").write_bytes(written)

    found = gathered(tmp_path / "class.zip", tmp_path)

    assert shown(found) == ["田中花子/join.py"]
    assert found.notes == ("class.zip does not say how its names are encoded; they are read as Shift-JIS",)


# ---- bombs -----------------------------------------------------------------------------------------------------------


def test_a_member_that_unpacks_to_too_much_is_refused_and_leaves_nothing_behind(tmp_path: Path) -> None:
    bomb = b"#" * (archive.MAX_BYTES[".py"] + 1)
    found = gathered(zipped(tmp_path / "class.zip", {"a/join.py": bomb, "b/join.py": JOIN}), tmp_path)

    assert shown(found) == ["b/join.py"]
    assert "unpacks to more than" in refused(found)["a/join.py"]
    assert sum(path.stat().st_size for path in staged(tmp_path)) < 1000


def test_sizes_that_lie_are_not_believed(tmp_path: Path) -> None:
    content = bytearray(packed({"a/join.py": b"#" * (3 << 20)}))
    at = content.index(b"PK\1\2")
    content[at + 24 : at + 28] = struct.pack("<L", 10)
    (tmp_path / "class.zip").write_bytes(content)

    found = gathered(tmp_path / "class.zip", tmp_path)

    assert shown(found) == []
    assert len(found.refused) == 1


def test_a_ratio_that_no_source_text_has_is_refused(tmp_path: Path) -> None:
    found = gathered(zipped(tmp_path / "class.zip", {"a/join.py": b" " * (2 << 20)}), tmp_path)

    assert "times its size" in refused(found)["a/join.py"]


def test_all_files_together_have_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_TOTAL", 100)
    files = {f"{name}/join.py": "#" * 40 for name in "abcd"}

    found = gathered(zipped(tmp_path / "class.zip", files), tmp_path)

    assert shown(found) == ["a/join.py", "b/join.py"]
    assert refused(found).keys() == {"c/join.py", "d/join.py"}
    assert all("of other files" in reason for reason in refused(found).values())


def test_too_many_files_are_one_sentence_with_the_first_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "MAX_FILES", 10)
    source = zipped(tmp_path / "class.zip", {f"a/{number}.py": "" for number in range(20)})

    with pytest.raises(ClassroomError, match="more than 10 files"):
        gathered(source, tmp_path)


def test_a_monstrous_index_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_INNER_INDEX", 1000)
    many = packed({f"{number}.py": "" for number in range(100)})

    found = gathered(zipped(tmp_path / "class.zip", {"a.zip": many, "b/join.py": JOIN}), tmp_path)

    assert shown(found) == ["b/join.py"]
    assert "index is larger" in refused(found)["a.zip"]


def ends(*, size: int, records_at: int) -> bytes:
    """The end of a zip with an index of that size: the records for large zips, and the one that refers to them."""
    record = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, 1, 1, size, 0)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, records_at, 1)
    return record + locator + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)


def test_a_monstrous_index_cannot_hide_behind_the_record_for_large_zips(tmp_path: Path) -> None:
    size = archive.MAX_INDEX + 1
    with (tmp_path / "class.zip").open("wb") as file:
        file.seek(size)  # a hole, which takes no room on the disk
        file.write(ends(size=size, records_at=size))

    with pytest.raises(ClassroomError, match="index is larger"):
        gathered(tmp_path / "class.zip", tmp_path)


@pytest.mark.parametrize("size", [archive.MAX_INDEX + 1, 1 << 40, (1 << 64) - 1])
def test_an_index_larger_than_the_file_is_refused(size: int, tmp_path: Path) -> None:
    content = packed({"a/join.py": JOIN})
    end = content.rindex(b"PK\5\6")
    (tmp_path / "class.zip").write_bytes(content[:end] + ends(size=size, records_at=end))

    with pytest.raises(ClassroomError, match="not a zip that can be read"):
        gathered(tmp_path / "class.zip", tmp_path)


@pytest.mark.parametrize("comment", [b"", b"x" * 0xFFFF, b"PK\5\6" * 16_000])
def test_a_zip_that_is_nothing_but_index_takes_no_memory(comment: bytes, tmp_path: Path) -> None:
    entry = struct.pack("<4s4B4HL2L5H2L", b"PK\1\2", 20, 0, 20, 0, 0, 0, 0, 0x21, 0, 0, 0, 4, *[0] * 6) + b"a.py"
    index = entry * (4 * archive.MAX_INDEX // len(entry))
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, len(index), 0, len(comment))
    (tmp_path / "class.zip").write_bytes(index + end + comment)
    del index

    tracemalloc.start()
    try:
        with pytest.raises(ClassroomError, match="not a zip that can be read"):
            gathered(tmp_path / "class.zip", tmp_path)
        assert tracemalloc.get_traced_memory()[1] < archive.MAX_INDEX
    finally:
        tracemalloc.stop()


def all_index(size: int) -> bytes:
    """A zip that is nothing but an index of about so many bytes: entries full of tiny extra fields."""
    extra = struct.pack("<2H", 0x9999, 0) * 0x3FFF
    entry = struct.pack("<4s4B4HL2L5H2L", b"PK\1\2", 20, 0, 20, 0, 0, 0, 0, 0x21, 0, 0, 0, 4, len(extra), *[0] * 5)
    index = (entry + b"a.py" + extra) * (size // (len(entry) + 4 + len(extra)))
    return index + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, len(index), 0, 0)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many bytes were read of each zip to open it."""
    opened: list[int] = []
    unbind = zips._BoundedFile.unbind

    def noting(file: zips._BoundedFile) -> int:
        opened.append(unbind(file))
        return opened[-1]

    monkeypatch.setattr(zips._BoundedFile, "unbind", noting)
    return opened


def test_the_index_of_a_zip_in_the_source_may_be_no_larger_than_ten_thousand_files_need(
    tmp_path: Path, read: list[int]
) -> None:
    source = folder(tmp_path / "class", {"a.zip": all_index(15 << 20), "b.zip": packed({"join.py": JOIN})})

    found = gathered(source, tmp_path)

    assert shown(found) == ["b.zip/join.py"]
    assert "its index is larger than 2097152 bytes" in refused(found)["a.zip"]
    assert sum(read) < 1000


def test_the_indexes_of_all_zips_in_a_zip_are_bounded_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, read: list[int]
) -> None:
    monkeypatch.setattr(archive, "MAX_INNER_INDEXES", 1 << 20)
    hostile = all_index(1 << 18)
    upload = packed({f"{number:02}.zip": hostile for number in range(15)})
    assert len(upload) < len(hostile), "such an index packs well"

    found = gathered(folder(tmp_path / "class", {"a.zip": upload, "b.zip": packed({"join.py": JOIN})}), tmp_path)

    assert "b.zip/join.py" in shown(found)
    assert archive.MAX_INNER_INDEXES // 2 < sum(read) < archive.MAX_INNER_INDEXES
    assert "index is larger" in refused(found)["a.zip/14.zip"]


def test_many_small_zips_in_a_large_one_are_all_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An assignment with a zip for each learner holds more indexes than one upload may."""
    monkeypatch.setattr(archive, "MAX_INNER_INDEXES", 1000)
    uploads = {f"{number}.zip": packed({"join.py": Random(number).randbytes(1000)}) for number in range(50)}

    found = gathered(zipped(tmp_path / "class.zip", {"ex01.zip": packed(uploads)}), tmp_path)

    assert len(shown(found)) == 50
    assert refused(found) == {}


def test_one_zip_with_too_many_files_does_not_keep_out_the_class(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "MAX_MEMBERS", 10)
    many = packed({f"{number}.py": "" for number in range(20)})

    found = gathered(zipped(tmp_path / "class.zip", {"a.zip": many, "b/join.py": JOIN}), tmp_path)

    assert shown(found) == ["b/join.py"]
    assert refused(found) == {"a.zip": "is not a zip that can be read: it holds 20 files"}


def test_a_name_that_is_not_text_is_shown_so_that_it_can_be_stored(tmp_path: Path) -> None:
    source = folder(tmp_path / "class", {"alice/join.py": JOIN})
    os.rename(os.fsencode(source / "alice"), os.fsencode(source) + b"/zo\xeb")

    assert shown(gathered(source, tmp_path)) == ["zo\\udceb/join.py"]


def test_one_zip_does_not_take_the_room_of_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "FREE_TOTAL", 1000)
    monkeypatch.setattr(archive, "TOTAL_RATIO", 0)
    greedy = packed({f"{name}.py": name * 400 for name in "abcdef"})
    source = folder(tmp_path / "class", {"a.zip": greedy, "b.zip": packed({"join.py": "#" * 900})})

    found = gathered(source, tmp_path)

    assert shown(found) == ["a.zip/a.py", "a.zip/b.py", "b.zip/join.py"]
    assert set(refused(found)) == {f"a.zip/{name}.py" for name in "cdef"}


@pytest.mark.parametrize("name", [b"./.", b"\0bc"])
def test_a_member_without_a_name_is_refused(name: bytes, tmp_path: Path) -> None:
    content = packed({"xyz": JOIN, "b/join.py": JOIN}).replace(b"xyz", name)
    (tmp_path / "class.zip").write_bytes(content)

    found = gathered(tmp_path / "class.zip", tmp_path)

    assert shown(found) == ["b/join.py"]
    assert len(found.refused) + found.leavings == 1


# ---- no zip at all ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\5\6", b"PK\3\4" + b"x" * 100, b"PK\5\6" + b"\xff" * 18])
def test_a_zip_that_is_none_is_one_sentence(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "class.zip").write_bytes(content)

    with pytest.raises(ClassroomError, match=r"class\.zip: this is not a zip that can be read") as caught:
        gathered(tmp_path / "class.zip", tmp_path)
    assert caught.value.hint.startswith("Download it again")
    assert caught.value.exit_code == 4


def test_a_zip_in_the_source_that_is_none_is_refused_and_the_rest_goes_on(tmp_path: Path) -> None:
    found = gathered(folder(tmp_path / "class", {"a.zip": "hello", "b/join.py": JOIN}), tmp_path)

    assert shown(found) == ["b/join.py"]
    assert "not a zip" in refused(found)["a.zip"]


def test_a_source_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ClassroomError, match="no such folder or zip"):
        gathered(tmp_path / "nothing", tmp_path)


def test_a_full_disk_is_a_failure_of_the_machine_and_no_submission_is_blamed(tmp_path: Path) -> None:
    zipped(tmp_path / "class.zip", {"a/join.py": JOIN})
    (tmp_path / "staging").mkdir()
    # A limit on the size of files fails a write as a full disk does, and cannot be taken back in this process.
    program = (
        "import resource, sys; from pathlib import Path; from grader.classroom.archive import gather\n"
        "from grader.errors import MachineError\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))\n"
        "try: gather(Path('class.zip'), Path('staging'))\n"
        "except MachineError as error: sys.exit(f'{error} {error.hint}')\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert f"a submission cannot be unpacked there ({os.strerror(errno.EFBIG)})" in done.stderr
    assert "Make room" in done.stderr
