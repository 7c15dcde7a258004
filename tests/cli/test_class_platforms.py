"""``grade class`` on what platforms export: groups and misplaced files reach the marks, from zip to gradebook."""

from __future__ import annotations

import csv
import io
import subprocess
import tarfile
from pathlib import Path

from tests.class_samples import link, packed, packed_members, zipped
from tests.kit_samples import RIGHT, answer
from tests.processes import inside

QUICK = ("--schedules", "1", "--allow-level", "0", "--jobs", "1", "--exercise", "ex01")
DOUBLE = answer(RIGHT)
WORKSHEET = (
    "Identifier,Full name,Email address,Status,Group,Grade,Maximum Grade,Grade can be changed,"
    "Last modified (submission),Last modified (grade),Feedback comments\n"
    "Participant 3001,Zoë Übel,zoe@x.invalid,Submitted,Group A,,100.00,Yes,-,-,\n"
    "Participant 3002,Ann Bo,ann@x.invalid,Submitted,Group A,,100.00,Yes,-,-,\n"
)
GRADEBOOK = (
    "Student,ID,SIS User ID,SIS Login ID,Section,ex01 double (5501)\n    Points Possible,,,,,10\n"
    '"Ash, Al",501,s1,al,S,\n"Birch, Bo",502,s2,bo,S,\n'
)


def grade_class(root: Path, kit: Path, source: str, *options: str) -> subprocess.CompletedProcess[str]:
    return inside("class", source, "--kit", str(kit), *QUICK, *options, cwd=root)


def column(root: Path, name: str, heading: str) -> list[str]:
    """The cells of a column in a file that was filled in."""
    text = (root / "grade-results" / name).read_text(encoding="utf-8-sig")
    return [row[heading] for row in csv.DictReader(io.StringIO(text))]


def flat(text: str) -> str:
    """A screen as one line: notes are broken where the line ends."""
    return " ".join(text.split())


def test_a_team_of_moodle_gets_its_marks_in_the_worksheet_without_a_roster(tmp_path: Path, tiny: Path) -> None:
    zipped(tmp_path / "week1.zip", {"Group A_12_assignsubmission_file/double.py": DOUBLE})
    (tmp_path / "ws.csv").write_text(WORKSHEET)

    done = grade_class(tmp_path, tiny, "week1.zip", "--moodle", "ws.csv")

    assert done.returncode == 0
    assert column(tmp_path, "ws.filled.csv", "Grade") == ["100.00", "100.00"]
    assert "'Group A' is a group, says ws.csv: its file counts for Zoë Übel and Ann Bo" in flat(done.stdout)


def test_a_group_of_canvas_is_asked_about_and_then_reaches_every_member(tmp_path: Path, tiny: Path) -> None:
    zipped(tmp_path / "week1.zip", {"group1_501_9001_double.py": DOUBLE})
    (tmp_path / "gb.csv").write_text(GRADEBOOK)

    first = grade_class(tmp_path, tiny, "week1.zip", "--canvas", "gb.csv")
    (tmp_path / "class.toml").write_text('[groups]\n"group1" = ["canvas-501", "canvas-502"]\n')
    second = grade_class(tmp_path, tiny, "week1.zip", "--canvas", "gb.csv")

    assert 'below a line [groups]: "group1" = ["canvas-501", "..."]' in flat(first.stdout)
    assert column(tmp_path, "gb.filled.csv", "ex01 double (5501)")[1:] == ["10", "10"]
    assert second.returncode == 0


def test_what_class_toml_says_of_a_file_is_graded(tmp_path: Path, tiny: Path) -> None:
    zipped(tmp_path / "week1.zip", {"ada/a.py": DOUBLE, "ada/b.py": DOUBLE + "\n", "bob/double.py": DOUBLE})
    (tmp_path / "class.toml").write_text('[files]\n"ada/b.py" = "ex01"\n"ada/c.py" = "ex01"\n')

    done = grade_class(tmp_path, tiny, "week1.zip")

    assert done.returncode == 0
    assert column(tmp_path, "grades.csv", "ex01") == ["100", "100"]
    assert "class.toml:3: there is no file 'ada/c.py' here; did you mean 'ada/" in flat(done.stdout)


def test_two_columns_for_one_exercise_are_asked_about_before_anything_is_graded(tmp_path: Path, tiny: Path) -> None:
    zipped(tmp_path / "week1.zip", {"ashal_501_9001_double.py": DOUBLE})
    (tmp_path / "gb.csv").write_text(
        GRADEBOOK.replace("(5501)", "(5501),ex01 resit (5599)").replace(",10\n", ",10,10\n")
    )

    done = grade_class(tmp_path, tiny, "week1.zip", "--canvas", "gb.csv")

    assert done.returncode == 4
    assert done.stderr.splitlines()[-1] == (
        "help: Say which in class.toml, below a line [columns]: "
        'ex01 = "ex01 double (5501)" or ex01 = "ex01 resit (5599)"'
    )
    assert not (tmp_path / "grade-results").exists()


def test_a_class_may_be_a_tar(tmp_path: Path, tiny: Path) -> None:
    with tarfile.open(tmp_path / "week1.tar.gz", "w:gz") as tar:
        for name in ("ada/double.py", "bob/double.py"):
            info = tarfile.TarInfo(name)
            info.size = len(DOUBLE)
            tar.addfile(info, io.BytesIO(DOUBLE.encode()))

    done = grade_class(tmp_path, tiny, "week1.tar.gz")

    assert (done.returncode, column(tmp_path, "grades.csv", "key")) == (0, ["ada", "bob"])


def test_a_zip_with_a_password_says_so(tmp_path: Path, tiny: Path) -> None:
    content = bytearray(packed({"ada/double.py": DOUBLE}))
    for signature, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + at] |= 1
    (tmp_path / "week1.zip").write_bytes(content)

    done = grade_class(tmp_path, tiny, "week1.zip")

    assert done.returncode == 4
    assert "every file was refused: 'ada/double.py', is protected by a password; hand it in without one" in done.stderr


def test_hostile_names_of_refused_files_are_harmless_on_the_screen(tmp_path: Path, tiny: Path) -> None:
    (tmp_path / "week1.zip").write_bytes(packed_members([(link("a\x1b[31m\u202e/double.py"), "x")]))

    done = grade_class(tmp_path, tiny, "week1.zip")

    assert done.returncode == 4
    assert "\x1b" not in done.stderr
    assert "\u202e" not in done.stderr
