"""The grader as a wheel: all of the package, no answers, and a RECORD that pip can check."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import zipfile
from email.parser import Parser

import pytest

from grader import __version__
from grader.desk.author.wheel import WHEEL_NAME, grader_wheel
from grader.kit.kit import load_kit
from tests.processes import CHECKOUT

INFO = f"awaitlings-{__version__}.dist-info"


@pytest.fixture(scope="module")
def wheel() -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(grader_wheel()))


def test_it_has_every_module_every_template_and_the_exercises_but_no_answers(wheel: zipfile.ZipFile) -> None:
    sources = {f"grader/{path.relative_to(CHECKOUT / 'grader')}" for path in (CHECKOUT / "grader").rglob("*.py")}
    templates = {path for path in (CHECKOUT / "templates").rglob("*") if path.is_file()}
    packed = {name for name in wheel.namelist() if name.startswith("grader/_kit/")}

    assert {name for name in wheel.namelist() if name.endswith(".py") and name not in packed} == sources
    assert "grader/py.typed" in wheel.namelist()
    assert {
        f"grader/_kit/{path.relative_to(CHECKOUT)}" for path in templates if "__pycache__" not in path.parts
    } < packed
    for exercise in load_kit(CHECKOUT).exercises:
        assert f"grader/_kit/exercises/{exercise.folder.name}/test_hidden.py" in packed
    # What `grade kit new` makes kits from has answers, to an exercise of its own.
    assert [name for name in packed if "solutions" in name and "/templates/kit/" not in name] == []


def test_its_record_lists_every_file_with_its_digest_and_size(wheel: zipfile.ZipFile) -> None:
    rows = {
        name: (digest, size) for name, digest, size in csv.reader(wheel.read(f"{INFO}/RECORD").decode().splitlines())
    }

    assert rows.keys() == set(wheel.namelist())
    assert rows.pop(f"{INFO}/RECORD") == ("", "")
    for name, (digest, size) in rows.items():
        content = wheel.read(name)
        expected = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
        assert (digest, size) == (f"sha256={expected}", str(len(content)))


def test_it_is_the_version_that_runs_and_brings_the_command(wheel: zipfile.ZipFile) -> None:
    about = Parser().parsestr(wheel.read(f"{INFO}/METADATA").decode())

    assert (about["Name"], about["Version"]) == ("awaitlings", __version__)
    assert "grade = grader.__main__:main" in wheel.read(f"{INFO}/entry_points.txt").decode()
    assert f"{INFO}/licenses/LICENSE" in wheel.namelist()
    assert f"awaitlings-{__version__}-py3-none-any.whl" == WHEEL_NAME


def test_it_is_the_same_every_time() -> None:
    assert grader_wheel() == grader_wheel()
