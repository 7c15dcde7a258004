"""A kit whose folder is as untidy as an author's, and the bundles that are made of it."""

from __future__ import annotations

import io
import re
import sysconfig
import zipfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from grader.desk.author.bundle import zipped
from tests.kit_samples import make_kit

SECRET = "unlike_any_other_line"
"""Part of a line in every answer of the untidy kit."""
PICTURE = "<svg xmlns='http://www.w3.org/2000/svg'/>\n"

OF_EXERCISE = ("README.md", "exercise.toml", "scenarios.py", "test_hidden.py")


def make_untidy_kit(root: Path) -> Path:
    """The tiny kit with a picture and a `roots.toml`, among notes, drafts, caches and an editor's leavings."""
    make_kit(root)
    for path in (root / "solutions").rglob("*.py"):
        path.write_text(f"{path.read_text()}\n\n{SECRET} = {path.stem!r}\n")
    folder = root / "exercises" / "ex01_double"
    (folder / "roots.toml").write_text("")
    (folder / "figures").mkdir()
    (folder / "figures" / "lanes.svg").write_text(PICTURE)
    solved = (root / "solutions" / "ex01_double" / "double.py").read_text()
    for name in ("double_solved.py", "notes.txt", ".double.py.swp", "double.py.bak"):
        (folder / name).write_text(solved)
    for name in ("__pycache__", ".cache"):
        (folder / name).mkdir()
        (folder / name / "double.cpython-311.pyc").write_text(solved)
    draft = root / "exercises" / "ex09_draft"
    draft.mkdir()
    (draft / "draft.py").write_text(solved)
    (root / "notes.md").write_text(solved)
    return root


LEFT_OUT = (
    "exercises/ex01_double/double.py.bak",
    "exercises/ex01_double/double_solved.py",
    "exercises/ex01_double/notes.txt",
    "exercises/ex09_draft/",
)


def files_of(folder: Path) -> set[str]:
    """Every file below a folder, hidden ones too."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}


def contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file below a folder with its bytes, and what is in zips and wheels, and in those that are in them."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield from _unpacked(path.relative_to(folder).as_posix(), path.read_bytes())


def _unpacked(name: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    yield name, content
    if name.endswith((".zip", ".whl")):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for inner in archive.namelist():
                yield from _unpacked(f"{name}/{inner}", archive.read(inner))


def lines_of(texts: Iterator[bytes]) -> set[bytes]:
    """The lines of some texts without their indentation, but for those that are too short to be of anybody."""
    return {line for text in texts for each in text.splitlines() if len(line := each.strip()) > 12}


LIBRARIES = sysconfig.get_path("purelib")
"""Where the Python that runs the tests has its libraries."""


def make_wheelhouse(folder: Path) -> dict[str, str]:
    """Make wheels of all that the grader needs; returns the options with which pip takes them, and no others.

    They are empty but for one, which lends whoever installs it the libraries of the Python that runs the tests.
    """
    folder.mkdir()
    for number, requirement in enumerate(metadata.requires("awaitlings") or ()):
        name = re.split(r"[<>=; ]", requirement)[0].replace("-", "_")
        if "extra ==" in requirement:
            continue
        version = metadata.version(name)
        info = f"{name}-{version}.dist-info"
        files = {
            f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
            f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            f"{info}/RECORD": "",
            **({"lent.pth": f"{LIBRARIES}\n"} if number == 0 else {}),
        }
        content = zipped({path: text.encode() for path, text in files.items()})
        (folder / f"{name}-{version}-py3-none-any.whl").write_bytes(content)
    return {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(folder)}
