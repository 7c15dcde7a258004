"""Says which kit the author means, and whether a folder is one."""

from __future__ import annotations

from pathlib import Path

from grader.desk.learner import Desk


def root_of(desk: Desk) -> Path:
    """The folder of the kit named on the command line, else this folder if it is a kit, else the one learners have.

    The path is as the author would type it, so that a place in it can be opened from where the command was typed.
    """
    if desk.kit_given is None and has_kit(desk.directory):
        return desk.directory
    return desk.kit_root


def has_kit(folder: Path) -> bool:
    """Whether there is a kit in this folder, be it right or wrong."""
    return (folder / "exercises" / "kit.toml").is_file()
