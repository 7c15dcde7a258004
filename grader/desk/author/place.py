"""Says which kit the author means."""

from __future__ import annotations

from pathlib import Path

from grader.desk.learner import Desk
from grader.errors import KitError
from grader.kit.kit import above, is_kit


def root_of(desk: Desk) -> Path:
    """The folder of the kit named on the command line, else that of the kit in which this folder lies.

    The path is as the author would type it, so that a place in it can be opened from where the command was typed.
    In a learner's folder it is their kit. Raises KitError if there is none: that which comes with the grader is not the
    author's.
    """
    if desk.kit_given is not None:
        return desk.kit_given
    root = desk.directory
    for _ in root.resolve().parts:
        if is_kit(root):
            return root
        root = above(root)
    if desk.workspace is None:
        hint = "Go there, or give its folder with `--kit DIR`; `grade kit new DIR` makes one."
        raise KitError("neither this folder nor one above it holds a kit", hint=hint)
    return desk.kit_root
