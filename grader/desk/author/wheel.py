"""This grader as a wheel, made from the files that run now: a platform installs the version that the author has tried.

An index need not have that version, and the wheel of the project carries the reference answers of the course that comes
with the grader. This one carries no answers.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path, PurePosixPath

from grader import __version__
from grader.desk.author.bundle import Files, below, kit_files, reference_files, zipped
from grader.errors import MachineError
from grader.kit.kit import PACKED, builtin_root, files_in, load_kit

PROJECT = "awaitlings"
WHEEL_NAME = f"{PROJECT}-{__version__}-py3-none-any.whl"

_INFO = f"{PROJECT}-{__version__}.dist-info"
_KEPT = ("METADATA", "entry_points.txt", "licenses/LICENSE")
_WHEEL = "Wheel-Version: 1.0\nGenerator: grade kit release\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def grader_wheel() -> bytes:
    """Pack this grader. Raises MachineError where it is not installed as a package."""
    return _wheel(_packed())


def learners_wheel() -> bytes:
    """Pack this grader with the reference answers that came with it, for a learner who has them on another computer."""
    return _wheel({**_packed(), **below("grader/_kit", reference_files(load_kit(builtin_root())))})


def _wheel(packed: Files) -> bytes:
    files = {**_package(), **packed, **_about()}
    # The form of RECORD: packaging.python.org/specifications/binary-distribution-format
    lines = [f"{name},sha256={_digest(content)},{len(content)}" for name, content in sorted(files.items())]
    record = "\n".join([*lines, f"{_INFO}/RECORD,,", ""])
    return zipped({**files, f"{_INFO}/RECORD": record.encode()})


def _package() -> Files:
    package = PACKED.parent
    names = {name: path for name, path in files_in(package).items() if not name.startswith(f"{PACKED.name}/")}
    return {f"{package.name}/{name}": path.read_bytes() for name, path in names.items() if _is_source(path)}


def _is_source(path: Path) -> bool:
    return path.suffix == ".py" or path.name == "py.typed"


def _packed() -> Files:
    """The templates and the exercises that come with the grader, where an installed grader looks for them.

    A checkout may hold drafts beside its exercises, so these are chosen as for any bundle.
    """
    root = builtin_root()
    templates = {name: path.read_bytes() for name, path in files_in(root / "templates").items()}
    return below("grader/_kit", {**kit_files(load_kit(root)), **below("templates", templates)})


def _about() -> Files:
    try:
        about = metadata.distribution(PROJECT)
    except metadata.PackageNotFoundError:
        hint = "Install it, also from a checkout: `pip install -e .`."
        raise MachineError("the grader is not installed, so no wheel can be made of it", hint=hint) from None
    if about.version != __version__:
        hint = "Install it again: `pip install -e .`."
        raise MachineError(f"version {about.version} is installed, and {__version__} runs", hint=hint)
    kept = dict(_texts(about))
    return {f"{_INFO}/{name}": text.encode() for name, text in {**kept, "WHEEL": _WHEEL}.items()}


def _texts(about: metadata.Distribution) -> Iterator[tuple[str, str]]:
    for path in about.files or ():
        name = PurePosixPath(*path.parts[1:]).as_posix()
        if path.parts[0] == _INFO and name in _KEPT:
            yield name, path.read_text()


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
