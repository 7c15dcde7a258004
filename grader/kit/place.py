"""Where a kit lies: the one that comes with the grader, and whether a folder is one."""

from __future__ import annotations

from pathlib import Path

PACKED = Path(__file__).resolve().parents[1] / "_kit"
"""The kit inside an installed package. A checkout has none: there the kit lies beside the package."""


def builtin_root() -> Path:
    """Return the root of the kit that comes with the grader: inside an installed package, or the checkout."""
    return PACKED if PACKED.is_dir() else PACKED.parents[1]


def is_kit(folder: Path) -> bool:
    """Whether a folder holds a kit."""
    return (folder / "exercises" / "kit.toml").is_file()
