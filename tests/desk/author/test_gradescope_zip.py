"""The zips for Gradescope, run as Gradescope runs them: unpacked into /autograder, as root, with an empty environment.

bubblewrap makes a root folder of its own, with this computer's programs, in which /autograder and /opt/awaitlings are
folders of the test. So the two scripts are those of the zip, byte for byte. The layout and the form of ``results.json``
are those of https://gradescope-autograders.readthedocs.io/en/latest/specs/.
"""

from __future__ import annotations

import json
import os
import re
import runpy
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from grader.desk.author.release import ReleaseOptions, release
from grader.kit.kit import load_kit
from grader.sandbox.box import Box
from grader.sandbox.isolation import FENCED, bubblewrap
from tests.kit_samples import RIGHT, WRONG_VALUE, answer, make_kit
from tests.processes import CHECKOUT
from tests.release_samples import LIBRARIES, make_wheelhouse

PYTHON = Path(sys.base_prefix)
APART = ("autograder", "dev", "opt", "proc", "sys", "tmp")

Edit = Callable[[Path], object]


@dataclass(frozen=True, kw_only=True)
class Run:
    """What Gradescope has after a submission was graded."""

    code: int
    results: dict[str, Any] | None
    stdout: str
    stderr: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        assert self.results is not None, self.stdout + self.stderr
        documented(self.results)
        rows: list[dict[str, Any]] = self.results["tests"]
        return rows

    def output(self, number: str) -> str:
        (row,) = [row for row in self.rows if row["number"] == number]
        text: str = row["output"]
        return text


class Platform:
    """One autograder on Gradescope: its image, built from a zip, and the submissions that it grades."""

    def __init__(self, root: Path, zipped: Path, installed: Path | None = None) -> None:
        self.home, self.installed = root / "autograder", installed or root / "installed"
        for folder in (self.installed, *(self.home / name for name in ("source", "submission", "results"))):
            folder.mkdir(parents=True, exist_ok=True)
        unpack(zipped, self.home / "source")
        shutil.copy(self.home / "source" / "run_autograder", self.home)

    def build(self, **env: str) -> subprocess.CompletedProcess[str]:
        """Build the image: run setup.sh once."""
        return self._inside(["bash", "/autograder/source/setup.sh"], env)

    def submit(self, edit: Edit) -> Run:
        """Grade a submission, which ``edit`` puts into an empty folder."""
        submission, results = self.home / "submission", self.home / "results"
        for folder in (submission, results):
            shutil.rmtree(folder)
            folder.mkdir()
        edit(submission)
        done = self._inside(["/autograder/run_autograder"], {})
        path = results / "results.json"
        found = json.loads(path.read_text()) if path.exists() else None
        return Run(code=done.returncode, results=found, stdout=done.stdout, stderr=done.stderr)

    def _inside(self, command: list[str], env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        variables = {"PATH": f"{PYTHON}/bin:/usr/local/bin:/usr/bin:/bin", **env}
        arguments = ["--clearenv", *(part for each in variables.items() for part in ("--setenv", *each))]
        shared = [*this_computer(), "--bind", str(self.home), "/autograder"]
        shared += ["--bind", str(self.installed), "/opt/awaitlings", "--chdir", "/autograder", "--die-with-parent"]
        if "PIP_FIND_LINKS" in env:
            shared += ["--ro-bind", env["PIP_FIND_LINKS"], env["PIP_FIND_LINKS"]]
        start = [str(bubblewrap()), *arguments, *shared, *as_root(), *command]
        return subprocess.run(start, env={}, capture_output=True, text=True, errors="replace", check=False, timeout=300)


def this_computer() -> Iterator[str]:
    """Its programs and libraries, which can only be read, and a root folder to which the test can add."""
    yield from ("--tmpfs", "/", "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--dir", "/opt")
    for entry in [*os.scandir("/"), *(os.scandir("/opt") if os.path.isdir("/opt") else ())]:
        if entry.name in APART or entry.path == "/opt/awaitlings":
            continue
        if entry.is_symlink():
            yield from ("--symlink", os.readlink(entry.path), entry.path)
        elif entry.is_dir():
            yield from ("--ro-bind", entry.path, entry.path)
    # They may lie in /tmp.
    for path in (str(PYTHON), LIBRARIES):
        yield from ("--ro-bind", path, path)


def as_root() -> tuple[str, ...]:
    return ("--cap-add", "ALL") if os.getuid() == 0 else ("--unshare-user", "--uid", "0", "--gid", "0")


def unpack(zipped: Path, folder: Path) -> None:
    """Unpack a zip with the permissions that stand in it, as `unzip` does."""
    with zipfile.ZipFile(zipped) as archive:
        for entry in archive.infolist():
            Path(archive.extract(entry, folder)).chmod(entry.external_attr >> 16 & 0o777)


def documented(results: dict[str, Any]) -> None:
    """Assert that a document has the form that Gradescope documents."""
    forms, seen = (
        {"text", "html", "simple_format", "md", "ansi"},
        {"hidden", "after_due_date", "after_published", "visible"},
    )
    top = {
        *("score", "execution_time", "output", "output_format", "test_output_format", "test_name_format"),
        *("visibility", "stdout_visibility", "extra_data", "tests", "leaderboard"),
    }
    of_test = {
        *("score", "max_score", "status", "name", "name_format", "number", "output", "output_format"),
        *("tags", "visibility", "extra_data"),
    }
    assert results.keys() <= top
    assert isinstance(results["score"], float | int)
    assert isinstance(results["execution_time"], float | int)
    assert isinstance(results["output"], str)
    assert {results[key] for key in top & results.keys() if key.endswith("_format")} <= forms
    assert {results["visibility"], results["stdout_visibility"]} <= seen
    for test in results["tests"]:
        assert test.keys() <= of_test
        assert 0 <= test["score"] <= test["max_score"]
        assert test["status"] in ("passed", "failed")
        assert test["visibility"] in seen
        assert {test["name_format"], test["output_format"]} <= forms
        assert all(isinstance(test[key], str) for key in ("name", "number", "output"))
        assert "\r" not in test["output"]
    assert results["score"] == pytest.approx(sum(test["score"] for test in results["tests"]))


@pytest.fixture(scope="module", autouse=True)
def _needs_bubblewrap(box: Box) -> None:
    found = bubblewrap()
    works = found is not None and subprocess.run([found, "--ro-bind", "/", "/", "true"], check=False).returncode == 0
    if not works or box.level < FENCED:
        pytest.skip("needs bubblewrap, and isolation level 2")


@pytest.fixture(scope="module")
def zips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("release")
    release(load_kit(make_kit(folder / "kit")), folder / "out", ReleaseOptions())
    return folder / "out" / "gradescope"


@pytest.fixture(scope="module")
def single(zips: Path, tmp_path_factory: pytest.TempPathFactory) -> Platform:
    """The autograder of one exercise. Its image is built without a network."""
    offline = make_wheelhouse(tmp_path_factory.mktemp("pip") / "wheelhouse")
    platform = Platform(tmp_path_factory.mktemp("single"), zips / "ex01_double.zip")
    built = platform.build(**offline)
    assert built.returncode == 0, built.stderr
    assert re.search(r"(?m)^isolation +level [23]:", built.stdout), "the build log tells what the box can promise"
    return platform


@pytest.fixture(scope="module")
def whole(zips: Path, single: Platform, tmp_path_factory: pytest.TempPathFactory) -> Platform:
    """The autograder of the whole kit; its image has the same installation."""
    return Platform(tmp_path_factory.mktemp("whole"), zips / "all.zip", installed=single.installed)


def file(name: str, text: str) -> Edit:
    """An edit that puts one file there."""

    def edit(folder: Path) -> None:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)

    return edit


def files(*edits: Edit) -> Edit:
    def edit(folder: Path) -> None:
        for each in edits:
            each(folder)

    return edit


# ---- points ----------------------------------------------------------------------------------------------------------


def test_a_right_answer_gets_all_points(single: Platform) -> None:
    run = single.submit(file("double.py", answer(RIGHT)))

    assert (run.code, run.results and run.results["score"]) == (0, 100)
    assert [(row["number"], row["status"]) for row in run.rows] == [("ex01.1", "passed"), ("ex01.2", "passed")]


def test_a_wrong_answer_gets_the_points_of_what_it_passes_and_reads_why(single: Platform) -> None:
    run = single.submit(file("double.py", answer(WRONG_VALUE)))

    assert (run.code, run.results and run.results["score"]) == (0, 40)
    assert [(row["score"], row["max_score"], row["status"]) for row in run.rows] == [
        (0, 60, "failed"),
        (40, 40, "passed"),
    ]
    assert "error: The value is not twice the argument." in run.output("ex01.1")
    assert "double.py" in run.stdout, "what the instructor sees is the screen of grade"
    assert run.results is not None
    assert run.results["stdout_visibility"] == "hidden"


def test_a_syntax_error_is_shown_to_the_learner_with_its_line(single: Platform) -> None:
    run = single.submit(file("double.py", "async def double(n):\n    return 2 *\n"))

    assert (run.code, run.results and run.results["score"]) == (0, 0)
    assert "double.py:2" in run.output("ex01.0")
    assert [row["max_score"] for row in run.rows] == [100]


# ---- what was handed in ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class LaidOut:
    """What the autograder takes of a submission before anything is graded."""

    text: str | None
    """That of the file which is graded."""
    words: str
    """What the learner is told of the file; empty if it is graded."""


def laid_out(tmp_path: Path, edit: Edit) -> LaidOut:
    """Find the file of the first exercise in a submission, with the script that is in every autograder."""
    submission, work = tmp_path / "submission", tmp_path / "work"
    submission.mkdir()
    work.mkdir()
    edit(submission)
    lay_out = runpy.run_path(str(CHECKOUT / "templates" / "release" / "handed_in.py"))["lay_out"]
    words = lay_out(submission, work, [{"id": "ex01", "folder": "ex01_double", "file": "double.py"}])
    found = work / "ex01_double" / "double.py"
    return LaidOut(text=found.read_text() if found.exists() else None, words=words.get("ex01", ""))


@pytest.mark.parametrize(
    "path", ["double.py", "ex01_double/double.py", "week 1/answers/ada/double.py", "repo/ex01_double/double.py"]
)
def test_a_file_is_found_in_whatever_folder_it_was_handed_in(tmp_path: Path, path: str) -> None:
    beside = files(
        file("notes.txt", "mine"), file("__MACOSX/._double.py", "?"), file(".gradekit/backups/double.py", "old")
    )

    assert laid_out(tmp_path, files(file(path, "this one"), beside)) == LaidOut(text="this one", words="")


def test_of_two_files_that_in_the_folder_of_the_exercise_counts(tmp_path: Path) -> None:
    edit = files(file("double.py", "another"), file("course/ex01_double/double.py", "this one"))

    assert laid_out(tmp_path, edit) == LaidOut(text="this one", words="")


def test_a_missing_file_is_told_with_what_was_handed_in_instead(single: Platform) -> None:
    run = single.submit(files(file("dubble.py", answer(RIGHT)), file("notes/read me.txt", "")))

    assert (run.code, run.results and run.results["score"]) == (0, 0)
    assert run.output("ex01.0") == (
        "double.py: It is not among the files that were handed in (dubble.py, notes/read me.txt). "
        "Hand in a file of exactly this name."
    )


def test_an_empty_submission_is_told(tmp_path: Path) -> None:
    assert "(nothing)" in laid_out(tmp_path, lambda folder: None).words


def test_two_files_of_one_name_are_told_and_none_is_chosen(tmp_path: Path) -> None:
    found = laid_out(tmp_path, files(file("a/double.py", "one"), file("b/double.py", "another")))

    words = "double.py: There are 2 files of this name: a/double.py, b/double.py. Hand in one of them."
    assert found == LaidOut(text=None, words=words)


def test_a_link_to_the_reference_earns_nothing(single: Platform) -> None:
    reference = "/autograder/source/kit/solutions/ex01_double/double.py"
    run = single.submit(lambda folder: (folder / "double.py").symlink_to(reference))

    assert (run.code, run.results and run.results["score"]) == (0, 0)
    assert "This is not an ordinary file." in run.output("ex01.0")


@pytest.mark.parametrize("target", [__file__, "nowhere", str(Path(__file__).parent)])
def test_a_link_is_not_followed(tmp_path: Path, target: str) -> None:
    found = laid_out(tmp_path, lambda folder: (folder / "double.py").symlink_to(target))

    assert found.text is None
    assert "This is not an ordinary file." in found.words


def test_names_that_are_no_text_do_not_end_the_autograder(single: Platform) -> None:
    def edit(folder: Path) -> None:
        Path(os.fsdecode(os.fsencode(folder) + b"/\xff\xfe\n.py")).write_text("")
        os.mkfifo(folder / "pipe")
        (folder / "double.py").mkdir()

    run = single.submit(edit)

    assert run.code == 0
    assert "(pipe, ???.py)" in run.output("ex01.0")


# ---- the whole kit ---------------------------------------------------------------------------------------------------


def test_a_whole_kit_counts_every_exercise_and_tells_which_file_is_missing(whole: Platform) -> None:
    run = whole.submit(files(file("ex01_double/double.py", answer(RIGHT)), file("wiat.py", answer(RIGHT, "wait"))))

    assert (run.code, run.results and run.results["score"]) == (0, 100)
    assert sum(row["max_score"] for row in run.rows) == 200
    assert [row["number"] for row in run.rows] == ["ex01.1", "ex01.2", "ex02.0"]
    assert "wait.py: It is not among the files" in run.output("ex02.0")


def test_a_whole_kit_gives_all_points_for_all_answers(whole: Platform) -> None:
    run = whole.submit(files(file("double.py", answer(RIGHT)), file("wait.py", answer(RIGHT, "wait"))))

    assert (run.code, run.results and run.results["score"]) == (0, 200)


# ---- faults that are not the learner's -------------------------------------------------------------------------------


def test_a_fault_of_the_kit_ends_the_autograder_without_points(zips: Path, single: Platform, tmp_path: Path) -> None:
    platform = Platform(tmp_path, zips / "ex01_double.zip", installed=single.installed)
    (platform.home / "source" / "kit" / "exercises" / "ex01_double" / "test_hidden.py").write_text("import nothing\n")
    run = platform.submit(file("double.py", answer(RIGHT)))

    assert (run.code, run.results) == (1, None)
    assert "Nothing was judged" in run.stderr


def test_nothing_that_a_submission_brings_is_imported_by_the_autograder(single: Platform) -> None:
    traps = [
        file(f"{name}.py", "print('trapped')\nraise SystemExit(9)\n")
        for name in ("grader", "json", "anyio", "handed_in")
    ]
    run = single.submit(files(file("double.py", answer(RIGHT)), *traps))

    assert (run.code, run.results and run.results["score"]) == (0, 100)
    assert "trapped" not in run.stdout + run.stderr


def test_only_root_can_read_the_hidden_tests_once_the_image_is_built(single: Platform) -> None:
    assert (single.home / "source").stat().st_mode & 0o077 == 0
    assert (single.home / "source" / "kit" / "exercises").stat().st_mode & 0o077 == 0


# ---- setup.sh --------------------------------------------------------------------------------------------------------


def test_setup_without_a_fit_python_has_uv_bring_one(zips: Path, tmp_path: Path) -> None:
    platform = Platform(tmp_path, zips / "ex01_double.zip")
    stand_in = tmp_path / "installed" / "bin"
    stand_in.mkdir()
    log = 'echo "${0##*/} $*" >> /opt/awaitlings/log\n'
    # `python3` here is one of Ubuntu 22.04: too old for the grader, and able to make a virtual environment.
    fake_python = f'#!/bin/bash\n{log}case "$1" in -c) exit 1;; -m) mkdir -p "$3/bin"; cp "$0" "$3/bin/python"; ' + (
        'cp /opt/awaitlings/bin/uv "$3/bin/uv";; esac\n'
    )
    uv = f'#!/bin/bash\n{log}mkdir -p "${{@: -1}}/bin"; cp /opt/awaitlings/bin/python3 "${{@: -1}}/bin/python"\n'
    for name, text in (("python3", fake_python), ("uv", uv), ("apt-get", f"#!/bin/bash\n{log}")):
        (stand_in / name).write_text(text)
        (stand_in / name).chmod(0o755)
    for name in ("python3.11", "python3.12", "python3.13"):
        shutil.copy(stand_in / "python3", stand_in / name)
    built = platform.build(PATH="/opt/awaitlings/bin:/usr/bin:/bin")

    assert built.returncode == 0, built.stderr
    lines = (tmp_path / "installed" / "log").read_text().splitlines()
    done = [line for line in lines if not line.startswith(("python3 -c", "python3.1", "sys.exit"))]
    assert done == [
        "apt-get update",
        "apt-get install -y --no-install-recommends python3-venv ca-certificates",
        "python3 -m venv /opt/awaitlings/uv",
        "python -m pip install --quiet uv==0.13.9",
        "uv venv --seed --managed-python --python 3.13 /opt/awaitlings/grader",
        f"python -m pip install --quiet /autograder/source/{wheel_of(zips)}",
    ]


def wheel_of(zips: Path) -> str:
    with zipfile.ZipFile(zips / "all.zip") as archive:
        (name,) = [name for name in archive.namelist() if name.endswith(".whl")]
    return name


# ---- isolation -------------------------------------------------------------------------------------------------------

WEAK = "from grader.sandbox import isolation\nisolation.ceiling = lambda: (1, 'this is a test')\n"
"""Has the installed grader take the container for one of level 1."""
CURIOUS = """\
import anyio


def refused(path, mode):
    try:
        open(path, mode).close()
    except PermissionError:
        return True
    return False


async def double(n):
    await anyio.sleep(n)
    hidden = "/autograder/source/kit/exercises/ex01_double/test_hidden.py"
    results = "/autograder/results/results.json"
    return 2 * n if refused(hidden, "r") and refused(results, "w") else 0
"""


def weaken(platform: Platform) -> Path:
    (site,) = (platform.installed / "grader" / "lib").glob("python3.*/site-packages")
    (site / "weak.py").write_text(WEAK)
    (site / "weak.pth").write_text("import weak\n")  # not sitecustomize: Debian has one of its own
    return site / "weak.pth"


def accept_level_1(platform: Platform) -> None:
    path = platform.home / "source" / "autograder.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "allow_level": 1}))


def test_a_container_that_isolates_badly_gives_no_points_and_tells_the_instructor(
    zips: Path, single: Platform, tmp_path: Path
) -> None:
    platform = Platform(tmp_path, zips / "ex01_double.zip", installed=single.installed)
    weakness = weaken(platform)
    try:
        refused = platform.submit(file("double.py", answer(RIGHT)))
        accept_level_1(platform)
        accepted = platform.submit(file("double.py", answer(RIGHT)))
    finally:
        weakness.unlink()

    assert (refused.code, refused.results) == (1, None)
    assert "error: this computer isolates other people's code at level 1 only" in refused.stderr
    assert accepted.results is not None
    assert accepted.results["score"] == 100


@pytest.mark.slow
def test_at_level_1_a_submission_reads_no_hidden_test_and_writes_no_result(zips: Path, tmp_path: Path) -> None:
    # As on the platform, the interpreter must be one that `nobody` can read: that of the system, if it is fit.
    usable = subprocess.run(["/usr/bin/python3", "-c", "import ensurepip, tomllib"], check=False).returncode == 0
    if os.getuid() != 0 or not usable:
        pytest.skip("needs root, and a Python of the system")
    platform = Platform(tmp_path, zips / "ex01_double.zip")
    built = platform.build(PATH="/usr/bin:/bin")
    assert built.returncode == 0, built.stderr
    weaken(platform)
    accept_level_1(platform)
    run = platform.submit(file("double.py", CURIOUS))

    assert (run.code, run.results and run.results["score"]) == (0, 100), run.stdout + run.stderr


@pytest.mark.slow
def test_the_course_is_installed_from_an_index_and_graded(tmp_path: Path) -> None:
    release(load_kit(CHECKOUT), tmp_path / "out", ReleaseOptions())
    platform = Platform(tmp_path / "platform", tmp_path / "out" / "gradescope" / "all.zip")
    built = platform.build()
    assert built.returncode == 0, built.stderr
    assert re.search(r"(?m)^isolation +level [23]:", built.stdout)

    answers = [
        file(exercise.file, exercise.reference.read_text())
        for exercise in load_kit(CHECKOUT).exercises
        if exercise.reference is not None
    ]
    run = platform.submit(files(*answers))
    assert (run.code, run.results and run.results["score"]) == (0, 100 * len(answers))
    wrong = (CHECKOUT / "solutions" / "ex01_join" / "wrong" / "sequential.py").read_text()
    assert platform.submit(files(*answers, file("join.py", wrong))).results["score"] == 1149  # type: ignore[index]
