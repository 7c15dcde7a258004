"""Finds the answers among the files that somebody handed in, and has ``grade`` check them.

This file is part of an autograder that ``grade kit release`` made. It needs Python's standard library alone.
``autograder.json`` beside it names the exercises and the files that belong to them.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

JUDGED = (0, 1, 3)
"""Exit codes of ``grade`` after which there are points: passed, failed, and a file that cannot be judged."""
LOOKED_AT = 10_000
"""Files of a submission that are looked at; an uploaded zip may hold a million."""
MENTIONED = 10
LEFT_BEHIND = ("__MACOSX", "__pycache__", "node_modules", "site-packages")
WORKSPACE = 'kit = "built-in"\n'
"""The marker of a folder with answers. The kit is always named on the command line."""


def grade_handed_in(python: str, bundle: Path, submission: Path, report: str) -> tuple[int, dict[str, str]]:
    """Grade a submission and write ``report`` (DIALECT=PATH, an absolute path).

    ``python`` has the grader installed. Returns the exit code of ``grade``, and for every exercise whose file is not
    there, or there more than once, the words for the learner. ``grade`` counts such a file as missing.
    """
    settings = json.loads((bundle / "autograder.json").read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory(prefix="handed-in-") as folder:
        work = Path(folder)
        (work / "grade.toml").write_text(WORKSPACE, encoding="utf-8")
        words = lay_out(submission, work, settings["exercises"])
        for text in words.values():
            # In ASCII: the platform decides how its log is encoded.
            print(text.encode("ascii", "backslashreplace").decode(), flush=True)
        exercises = [exercise["id"] for exercise in settings["exercises"]]
        # -P: without it Python looks for modules in the working folder first.
        command = [python, "-P", "-m", "grader", "run", *exercises, "--kit", str(bundle / "kit"), "-C", str(work)]
        command += ["--plain", "--allow-level", str(settings["allow_level"]), "--report", report]
        return subprocess.run(command, check=False).returncode, words


def lay_out(submission: Path, work: Path, exercises: list[Mapping[str, str]]) -> dict[str, str]:
    """Copy each exercise's file to where ``grade`` expects it; returns the words for those that cannot be."""
    found = list(islice(files_below(submission), LOOKED_AT))
    words = {}
    for exercise in exercises:
        named = [path for path in found if path.name == exercise["file"]]
        # Whoever hands in a whole workspace, or a whole repository, has the file in the folder of its exercise.
        chosen = [path for path in named if path.parent.name == exercise["folder"]] or named
        problem = copied(chosen[0], work / exercise["folder"]) if len(chosen) == 1 else ""
        if len(chosen) > 1:
            problem = f"There are {len(chosen)} files of this name: {listed(chosen, submission)}. Hand in one of them."
        elif not chosen:
            there = listed(found, submission) or "nothing"
            problem = f"It is not among the files that were handed in ({there}). Hand in a file of exactly this name."
        if problem:
            words[exercise["id"]] = f"{exercise['file']}: {problem}"
    return words


def files_below(folder: Path) -> Iterator[Path]:
    """What is not a folder, without what systems and tools leave behind, in an order that does not vary."""
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name[0] != "." and name not in LEFT_BEHIND)
        if "pyvenv.cfg" in names:
            folders.clear()
            continue
        links = [name for name in folders if Path(place, name).is_symlink()]
        yield from (Path(place, name) for name in sorted([*names, *links]) if name[0] != ".")


def copied(path: Path, folder: Path) -> str:
    """Copy a file into a folder; returns why it cannot be copied, and nothing if it was."""
    try:
        # A link could lead to the hidden tests, and a pipe would never end.
        if not stat.S_ISREG(path.lstat().st_mode):
            return "This is not an ordinary file. Hand in the file itself, not a link to it."
        folder.mkdir(exist_ok=True)
        shutil.copyfile(path, folder / path.name, follow_symlinks=False)
    except OSError as error:
        return f"This file cannot be read ({error.strerror}). Hand it in again."
    return ""


def listed(paths: list[Path], folder: Path) -> str:
    """The names of some files, as they can be shown anywhere."""
    names = [str(path.relative_to(folder)) for path in paths[:MENTIONED]]
    shown = ["".join(char if char.isprintable() else "?" for char in name)[:100] for name in names]
    return ", ".join([*shown, *(["..."] if len(paths) > MENTIONED else [])])
