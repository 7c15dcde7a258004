"""Reads ``docs/authoring.md``: follows its tutorial, and takes the tables and the recipes out of it.

``python -m tests.authoring_page`` follows the tutorial in an empty folder and writes what the commands print into the
page. Run it after a change of any of these outputs, and read the difference.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.wire import BACKENDS, PLAIN

PAGE = Path(__file__).parents[1] / "docs" / "authoring.md"
FOLDER = "/home/you/patience"
"""The empty folder of the tutorial, where a command prints it."""

_BLOCK = re.compile(
    r'^```(?P<language>\w+)(?: title="(?P<title>[^"]+)")?\n(?P<text>.*?)^```$', re.DOTALL | re.MULTILINE
)
_OURS = re.compile(r"ex\d+: plays |play\(|ended as |diagnosis: ")
_MASKS = (
    (re.compile(r"\d+(\.\d+)? s real"), "0.1 s real"),
    (re.compile(r"\bin \d+\.\d+s\b"), "in 0.1s"),
    (re.compile(r"0x[0-9a-f]{6,}"), "0x0"),
)
"""Real seconds and addresses differ from run to run."""
_TIMED = re.compile(r" {2,}(?=0\.1 s real)")


def part(title: str) -> str:
    """The text of one of the three parts of the page, by the first words of its heading."""
    (found,) = (text for text in re.split(r"(?m)^## ", PAGE.read_text()) if text.startswith(title))
    return found


# ---- the tutorial ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file that the reader writes."""

    path: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command that the reader types, and what the page says that it prints."""

    line: str
    prints: str


def steps() -> Iterator[File | Command]:
    """What a reader of the tutorial does, in order."""
    for block in _BLOCK.finditer(part("Tutorial")):
        if block["language"] == "console":
            for typed in re.split(r"^\$ ", block["text"], flags=re.MULTILINE)[1:]:
                line, _, prints = typed.partition("\n")
                yield Command(line=line, prints=prints)
        elif block["title"]:
            yield File(path=block["title"], text=block["text"])


def write(file: File, folder: Path) -> None:
    """Write a file as the reader does, over the one that may be there."""
    path = folder / file.path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(file.text)


def run(command: Command, folder: Path) -> str:
    """What a command prints, on stdout and stderr together, in 80 columns and without colours.

    The folder has the name there that it has on the page.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "GITHUB_", "CI"))}
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    ran = subprocess.run(
        ["bash", "-c", command.line],
        cwd=folder,
        env={**kept, "PATH": path, "COLUMNS": "80", "LC_ALL": "C.UTF-8", "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return ran.stdout.replace(str(folder), FOLDER)


def masked(prints: str) -> str:
    """The same without what differs from run to run, and without spaces at the ends of lines."""
    for pattern, instead in _MASKS:
        prints = pattern.sub(instead, prints)
    prints = _TIMED.sub("  ", prints)
    return "\n".join(line.rstrip() for line in prints.splitlines())


def ours(prints: str) -> list[str]:
    """The lines that the grader adds to what pytest prints; a new release of pytest may word all others anew."""
    return [line for line in masked(prints).splitlines() if _OURS.match(line)]


def refresh() -> None:
    """Follow the tutorial, and write what its commands print into the page."""
    with tempfile.TemporaryDirectory() as name:
        said: list[str] = []
        for step in steps():
            if isinstance(step, File):
                write(step, Path(name))
            else:
                printed = "\n".join(line.rstrip() for line in run(step, Path(name)).splitlines())
                said.append(f"$ {step.line}\n{printed}\n" if printed else f"$ {step.line}\n")
    answers = iter(said)

    def replaced(block: re.Match[str]) -> str:
        commands = len(re.findall(r"^\$ ", block["text"], flags=re.MULTILINE))
        return "```console\n" + "".join(next(answers) for _ in range(commands)) + "```"

    page = PAGE.read_text()
    PAGE.write_text(re.sub(_BLOCK, lambda block: replaced(block) if block["language"] == "console" else block[0], page))


# ---- the reference ---------------------------------------------------------------------------------------------------


def table(heading: str, column: int = 0, number: int = 0) -> list[str]:
    """The cells of one column of the table of that number below a heading, without its first two lines."""
    text = re.split(rf"(?m)^#+ {re.escape(heading)}$", PAGE.read_text())[1]
    text = re.split(r"(?m)^#+ ", text)[0]
    tables = re.findall(r"(?m)(?:^\|.*\n)+", text)
    rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in tables[number].splitlines()[2:]]
    return [row[column].strip() for row in rows]


def names_in(cell: str) -> list[str]:
    """The names that a cell is about: of ```await attempt(name, fn)`` the ``attempt``, of ``a``, ``b`` both."""
    names = []
    for code in re.findall(r"`([^`]+)`", cell):
        words = re.sub(r"^(async with|await|with) ", "", code).partition("(")[0]
        names.append(words.rpartition(".")[2])
    return names


# ---- the recipes -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """One recipe: the text of each of its files by name, and the diagnosis that its wrong answer shows."""

    title: str
    files: Mapping[str, str]
    diagnosis: str

    @property
    def backends(self) -> tuple[str, ...]:
        """What it is played on: its scenarios say whether they need an event loop."""
        return BACKENDS if re.search(r"(?m)^async def \w+\(stage", self.files["scenarios.py"]) else (PLAIN,)


def recipes() -> Iterator[Recipe]:
    """The recipes, in the order of the page."""
    sections = re.split(r"(?m)^### (.*)$", part("Recipes"))[1:]
    for title, text in zip(sections[::2], sections[1::2], strict=True):
        (block,) = _BLOCK.finditer(text)
        yield _recipe(title, block["text"])


_FILE = re.compile(r"(?m)^# (?P<name>\w+\.py)(?P<both>, and wrong\.py)?(?: \((?P<diagnosis>[a-z-]+)\))?.*$")
_INSTEAD = re.compile(r"(?m)^(?P<indent> *)\S.*  # wrong: (?P<line>.*)$")
_TEST_IMPORTS = "from grader.authoring import Diagnosed, grading\n"
_OTHER_IMPORTS = "import anyio\n"
"""What the page leaves out at the top of the files, and says so."""


def _recipe(title: str, block: str) -> Recipe:
    files, diagnosis = {}, ""
    markers = [*_FILE.finditer(block)]
    for marker, after in zip(markers, [*markers[1:], None], strict=True):
        name, diagnosis = marker["name"], marker["diagnosis"] or diagnosis
        text = block[marker.end() : after.start() if after else None].strip()
        files[name] = f"{_TEST_IMPORTS if name == 'test_hidden.py' else _OTHER_IMPORTS}\n{text}\n"
        if marker["both"]:
            files["wrong.py"], lines = _INSTEAD.subn(r"\g<indent>\g<line>", files[name])
            assert lines == 1, f"{title}: {lines} lines of the answer differ, not one"
    return Recipe(title=title, files=files, diagnosis=diagnosis)


if __name__ == "__main__":
    refresh()
