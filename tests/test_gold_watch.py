"""What a learner sees of ``grade watch`` between two saves: the screens were read by a person, and stay as they are."""

from __future__ import annotations

import shutil

import pytest

from tests.gold_watch import GOLD, SIZES, screens


@pytest.mark.skipif(not shutil.which("tmux"), reason="needs tmux")
@pytest.mark.parametrize("size", SIZES)
def test_a_session_in_tmux_shows_the_screens_that_were_read(size: tuple[int, int]) -> None:
    for name, screen in screens(*size):
        assert screen == (GOLD / f"{size[0]}x{size[1]}_{name}.txt").read_text(encoding="utf-8"), name


def test_none_is_higher_or_wider_than_its_terminal() -> None:
    for columns, rows in SIZES:
        kept = [path.read_text(encoding="utf-8").splitlines() for path in GOLD.glob(f"{columns}x{rows}_*.txt")]
        assert len(kept) == 9
        assert all(len(lines) <= rows and max(map(len, lines)) <= columns for lines in kept)
        assert all(lines[-1].endswith(("quit", "result")) for lines in kept)
