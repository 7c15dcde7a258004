"""Boxes in which the grader's own code fails: from its first step in a child on, or in every play."""

from __future__ import annotations

import pytest

from grader.sandbox import zygote

_BOOT = zygote._BOOT
PLAYER = "from grader.box import player; player.Performance.message = None"
"""Breaks what says how a play went. It fails after the learner's code has run."""
SET_UP = "from grader.box import player; player.prepare_process = None"
"""Breaks what a child does before anything of the learner's runs in it."""


def break_boxes(monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    """Have every box that starts from now on run this first."""
    before, main = _BOOT.split("from grader.box.main")
    monkeypatch.setattr(zygote, "_BOOT", f"{before}{how}; from grader.box.main{main}")
