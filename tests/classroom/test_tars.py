"""Tar archives are taken in like zips, and hostile ones are refused without harm to the rest."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from grader.classroom import archive
from grader.classroom.archive import gather
from grader.classroom.found import Gathered
from grader.errors import ClassroomError
from tests.class_samples import JOIN, folder, handed, packed, reasons, taken

LONG = "f" * 90 + "/" + "g" * 90 + "/join.py"


def tarred(files: Mapping[str, str], *, mode: str = "w:gz", format: int = tarfile.PAX_FORMAT) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode, format=format) as tar:  # type: ignore[call-overload]
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content.encode())
            tar.addfile(info, io.BytesIO(content.encode()))
    return buffer.getvalue()


def of_kind(kind: bytes, name: str = "ada/join.py") -> bytes:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, "/etc/passwd"
    return info.tobuf(tarfile.GNU_FORMAT) + bytes(1024)


def gathered(source: Path, tmp_path: Path) -> Gathered:
    staging = tmp_path / "staging"
    staging.mkdir()
    return gather(source, staging)


def refused(found: Gathered) -> dict[str, str]:
    return {"/".join(file.parts): file.reason for file in found.refused}


@pytest.mark.parametrize("mode", ["w:gz", "w"])
@pytest.mark.parametrize("format", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT])
def test_every_format_is_read_with_long_names(mode: str, format: int, tmp_path: Path) -> None:
    files = {"./ada/join.py": JOIN, LONG: "x = 1\n", "ada/data.csv": "1,2\n"}
    source = folder(tmp_path / "class", {"week1.tar.gz": tarred(files, mode=mode, format=format)})

    found = gathered(source, tmp_path)

    contents = {file.shown: file.path.read_text() if file.path else None for file in found.files}
    assert contents == {
        "week1.tar.gz/ada/data.csv": None,
        "week1.tar.gz/ada/join.py": JOIN,
        f"week1.tar.gz/{LONG}": "x = 1\n",
    }


def test_names_of_every_script_are_kept(tmp_path: Path) -> None:
    source = folder(tmp_path / "class", {"a.tar": tarred({"Zoë/join.py": JOIN, "田中/join.py": JOIN}, mode="w")})

    assert [file.shown for file in gathered(source, tmp_path).files] == ["a.tar/Zoë/join.py", "a.tar/田中/join.py"]


def test_a_class_may_be_a_tar_and_a_learner_may_hand_one_in(tmp_path: Path) -> None:
    source = tmp_path / "week1.tar.gz"
    source.write_bytes(tarred({"ada/join.py": JOIN, "bob/join.py": JOIN}))
    inner = folder(tmp_path / "class", {"ada.tgz": tarred({"join.py": JOIN}), "bob.zip": packed({"join.py": JOIN})})

    assert sorted(handed(taken(source, tmp_path / "one"))) == [("ada", "ex01"), ("bob", "ex01")]
    assert sorted(handed(taken(inner, tmp_path / "two"))) == [("ada", "ex01"), ("bob", "ex01")]


def test_canvas_numbers_a_tar_before_its_last_ending(tmp_path: Path) -> None:
    source = folder(tmp_path / "class", {"doejane_7_9_work.tar-1.gz": tarred({"join.py": JOIN})})

    assert handed(taken(source, tmp_path / "staging")) == {
        ("canvas-7", "ex01"): "doejane_7_9_work.tar-1.gz/join.py",
    }


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (of_kind(tarfile.SYMTYPE), "is a link; hand in the file itself"),
        (of_kind(tarfile.LNKTYPE), "is a link; hand in the file itself"),
        (of_kind(tarfile.FIFOTYPE), "is not an ordinary file"),
        (of_kind(tarfile.CHRTYPE), "is not an ordinary file"),
        (tarred({"../evil/join.py": JOIN}), "its path leads out of the zip"),
        (tarred({"/abs/join.py": JOIN}), "its path is absolute"),
    ],
)
def test_members_that_are_no_files_and_paths_that_lead_out_are_refused(
    content: bytes, reason: str, tmp_path: Path
) -> None:
    found = gathered(folder(tmp_path / "class", {"ada.tar.gz": content, "bob/join.py": JOIN}), tmp_path)

    assert [file.shown for file in found.files] == ["bob/join.py"]
    assert list(refused(found).values()) == [reason]


def bad_size(field: bytes) -> bytes:
    block = bytearray(of_kind(tarfile.REGTYPE))
    block[124:136] = field
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block[:512])
    return bytes(block)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "it is empty"),
        (b"no archive at all" * 64, "it is no tar archive, or damaged"),
        (b"short", "it ends too early"),
        (tarred({"join.py": JOIN})[:-30], "it is damaged|it ends too early"),
        (gzip.compress(b"not a tar" * 100), "it is no tar archive, or damaged"),
        (tarred({"join.py": JOIN * 99}, mode="w")[:1024], "it ends too early"),
        (b"\x1f\x8b\x08\x00 damaged", "it is damaged|it is empty"),
        (bad_size(b"-0000000001\0"), "it is damaged"),
        (bad_size(b"\xff" * 12), "it unpacks to more than|it ends too early"),
        (bad_size(b"99999999999\0"), "it is no tar archive, or damaged"),
    ],
    # The time of day is in some of these archives: as a name it would be another one in each worker.
    ids=["empty", "text", "short", "cut", "no-tar", "cut-inside", "no-gzip", "negative", "huge", "beyond"],
)
def test_what_is_damaged_is_one_refusal(content: bytes, what: str, tmp_path: Path) -> None:
    found = gathered(folder(tmp_path / "class", {"ada.tar.gz": content, "bob/join.py": JOIN}), tmp_path)

    assert [file.shown for file in found.files] == ["bob/join.py"]
    assert any(
        f"is not a tar archive that can be read: {one}" in refused(found)["ada.tar.gz"] for one in what.split("|")
    )


def test_a_source_that_is_damaged_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "class.tgz").write_bytes(b"nothing")

    with pytest.raises(ClassroomError, match="this is not a tar archive that can be read"):
        gathered(tmp_path / "class.tgz", tmp_path)


def test_a_bomb_takes_no_more_than_its_share(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "FREE_TOTAL", 1 << 20)
    bomb = tarred({"join.py": "#" * (4 << 20)})
    found = gathered(folder(tmp_path / "class", {"ada.tar.gz": bomb, "bob/join.py": JOIN}), tmp_path)

    assert [file.shown for file in found.files] == ["bob/join.py"]
    assert "it unpacks to more than 1048576 bytes" in refused(found)["ada.tar.gz"]


def test_a_name_in_a_header_cannot_fill_the_memory(tmp_path: Path) -> None:
    info = tarfile.TarInfo("@LongLink")
    info.type, info.size = tarfile.GNUTYPE_LONGNAME, 1 << 20
    content = info.tobuf(tarfile.GNU_FORMAT) + b"a" * (1 << 20) + of_kind(tarfile.REGTYPE)

    found = gathered(folder(tmp_path / "class", {"ada.tar": content}), tmp_path)

    assert "a name in it is longer" in refused(found)["ada.tar"]


@pytest.mark.parametrize("record", [b"999 path=x\n", b"0 path=x\n", b"path=x\n", b"-9 path=x\n", b"9" * 600])
def test_a_damaged_record_of_pax_is_one_refusal(record: bytes, tmp_path: Path) -> None:
    info = tarfile.TarInfo("x")
    info.type, info.size = tarfile.XHDTYPE, len(record)
    content = info.tobuf(tarfile.USTAR_FORMAT) + record + bytes(-len(record) % 512) + of_kind(tarfile.REGTYPE)

    found = gathered(folder(tmp_path / "class", {"ada.tar": content}), tmp_path)

    assert "it is damaged" in refused(found)["ada.tar"]


def test_too_many_files_are_refused_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_MEMBERS", 3)
    source = folder(tmp_path / "class", {"ada.tar": tarred({f"{n}.py": "" for n in range(4)}, mode="w")})

    assert "it holds more than 3 files" in refused(gathered(source, tmp_path))["ada.tar"]


def test_other_archives_are_listed_with_what_to_ask_for(tmp_path: Path) -> None:
    source = folder(tmp_path / "class", {"ada/work.rar": "x", "ada/work.tar.xz": "x", "bob/join.py": JOIN})
    listed = reasons(taken(source, tmp_path / "staging"))

    assert set(listed.values()) == {"is an archive that is not opened; ask for a zip or .tar.gz"}
