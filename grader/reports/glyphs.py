"""The characters of a text report: one table for terminals that speak UTF-8, one in pure ASCII."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from grader.timeline_bars import Kind
from grader.timeline_lives import How


@dataclass(frozen=True, slots=True, kw_only=True)
class Glyphs:
    """What the renderers of text draw with; each glyph is one cell wide, prefixes are as long as they are."""

    encoding: str
    passed: str
    failed: str
    skipped: str
    here: str
    gutter: str
    caret: str
    pointer: str
    filled: str
    empty: str
    bars: Mapping[Kind, str]
    ends: Mapping[How, str]
    absent: str

    def text(self, text: str) -> str:
        """Write what the terminal cannot show as escapes."""
        return text.encode(self.encoding, "backslashreplace").decode(self.encoding)


UNICODE = Glyphs(
    encoding="utf-8",
    passed="✓ ",
    failed="✗ ",
    skipped="– ",
    here="▸ ",
    gutter="│",
    caret="^",
    pointer="↑",
    filled="█",
    empty="░",
    bars={Kind.WORK: "█", Kind.WAIT: "─", Kind.BLOCKED: "▓"},
    ends={How.RETURNED: "│", How.RAISED: "✗", How.CANCELLED: "┤", How.OPEN: "▸"},
    absent="·",
)

ASCII = Glyphs(
    encoding="ascii",
    passed="",
    failed="",
    skipped="",
    here="> ",
    gutter="|",
    caret="^",
    pointer="^",
    filled="#",
    empty=".",
    bars={Kind.WORK: "#", Kind.WAIT: "-", Kind.BLOCKED: "!"},
    ends={How.RETURNED: "|", How.RAISED: "x", How.CANCELLED: "]", How.OPEN: ">"},
    absent=".",
)
