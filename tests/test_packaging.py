"""What is in the source distribution and in the wheel that is built from it."""

from __future__ import annotations

import compileall
import os
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

from grader import __version__
from grader.kit.kit import load_kit

CHECKOUT = Path(__file__).parent.parent
INFO = f"awaitlings-{__version__}.dist-info/"


def files(folder: Path) -> set[str]:
    """The files below a folder that belong to the project, as paths from the checkout."""
    found = (path.relative_to(CHECKOUT) for path in folder.rglob("*") if path.is_file())
    return {
        path.as_posix() for path in found if not any(part[0] == "." or part == "__pycache__" for part in path.parts)
    }


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with both distributions, the wheel made from the source distribution as `pip` would."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(CHECKOUT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    (path,) = built.glob("*.whl")
    return path


def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_the_source_distribution_has_everything_a_build_and_a_test_need(built: Path) -> None:
    (path,) = built.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}

    for folder in ("grader", "exercises", "solutions", "templates", "tests"):
        assert files(CHECKOUT / folder) <= held
    assert {"pyproject.toml", "README.md", "LICENSE", "PKG-INFO"} <= held
    leavings = {"__pycache__", ".ruff_cache", ".mypy_cache", ".pytest_cache", ".hypothesis"}
    assert [name for name in held if leavings.intersection(name.split("/"))] == []


def test_the_wheel_has_the_package_the_exercises_the_templates_the_answers_and_nothing_else(wheel: Path) -> None:
    course = load_kit(CHECKOUT)
    answers = {f"solutions/{exercise.folder.name}/{exercise.file}" for exercise in course.exercises}
    for exercise in course.exercises:  # which `grade solution --others` shows
        answers |= files(CHECKOUT / "solutions" / exercise.folder.name / "right")
    packed = files(CHECKOUT / "exercises") | files(CHECKOUT / "templates") | answers
    about = {INFO + name for name in ("METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE")}

    assert "grader/py.typed" in names(wheel)
    assert names(wheel) == files(CHECKOUT / "grader") | {f"grader/_kit/{name}" for name in packed} | about


def test_the_wheel_carries_wrong_answers_only_of_the_kit_that_authors_begin_with(wheel: Path) -> None:
    answers = [name for name in names(wheel) if "/wrong/" in name]

    assert answers
    assert [name for name in answers if not name.startswith("grader/_kit/templates/kit/")] == []


def test_the_wheel_runs_by_itself_with_its_own_kit(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    env = {"PATH": os.defpath, "PYTHONPATH": str(tmp_path / "site")}

    def grade(*args: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-P", "-m", "grader", *args]
        return subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)

    assert grade("init", "mine").returncode == 0
    stub = (CHECKOUT / "exercises" / "ex01_join" / "join.py").read_text()
    assert (tmp_path / "mine" / "ex01_join" / "join.py").read_text() == stub
    answer = tmp_path / "site" / "grader" / "_kit" / "solutions" / "ex01_join" / "join.py"
    (tmp_path / "mine" / "ex01_join" / "join.py").write_text(answer.read_text())
    done = grade("-C", "mine", "ex01", "-q")
    assert (done.returncode, done.stderr) == (0, "")
    assert grade("-C", "mine", "report").returncode == 0
    assert (tmp_path / "mine" / "grade-report.html").is_file()


def test_the_wheel_makes_a_kit(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    # As pip does after it has unpacked a wheel: what it compiles is no part of a kit.
    assert compileall.compile_dir(tmp_path / "site" / "grader" / "_kit", quiet=1)
    env = {"PATH": os.defpath, "PYTHONPATH": str(tmp_path / "site")}
    command = [sys.executable, "-P", "-m", "grader", "kit", "new", "mine"]
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "mine" / ".gitignore").is_file()
    assert [path for path in (tmp_path / "mine").rglob("*") if "__pycache__" in path.parts] == []


def test_the_command_and_its_needs_are_declared(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        entry = archive.read(INFO + "entry_points.txt").decode()
        metadata = archive.read(INFO + "METADATA").decode()
    declared = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]

    assert "grade = grader.__main__:main" in entry
    for needed in declared["dependencies"]:
        name = needed.partition(">")[0]
        assert f"Requires-Dist: {name}" in metadata
