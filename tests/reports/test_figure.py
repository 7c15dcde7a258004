"""A play as a picture that stands alone: valid, deterministic, readable by eye, by ear and in letters."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from grader.kit.kit import builtin_root
from grader.reports.figure import WIDTH, figure_svg, figure_text, picture_of
from grader.reports.timeline import Timeline
from grader.wire.recording import Trace
from tests.samples import HOSTILE, event, span, together, trace, turns

TEMPLATES = builtin_root() / "templates"
SVG = "{http://www.w3.org/2000/svg}"
FAILS = trace(span("bad", 0, 1, "raised", task=1), span("left", 0, 1, "cancelled", task=2), elapsed=1)


def laid_out(play: Trace, until: float | None = None, *lanes: str) -> Timeline:
    return picture_of(play, (), until=until, lanes=lanes)


def drawn(picture: Timeline, caption: str = "All wait.") -> str:
    return figure_svg(
        picture, name="one", title="ex01 join: one", caption=caption, played_with="anyio 4.16.0", templates=TEMPLATES
    )


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_a_picture_says_in_words_who_ran_from_when_to_when() -> None:
    root = ElementTree.fromstring(drawn(laid_out(together(a=3, b=2))))

    title, text = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None
    assert text is not None
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == f"{title.get('id')} {text.get('id')}"
    assert title.text == "ex01 join: one"
    assert text.text == "All wait. Who ran when (virtual time): a 0 s to 3 s; b 0 s to 2 s."


def test_an_ending_and_a_held_loop_are_said_too() -> None:
    held = trace(span("a", 0, 4), elapsed=4, events=[event(0, "start", 0), event(1, "block", 0, "2")])

    assert "bad 0 s to 1 s, raised; left 0 s to 1 s, cancelled." in drawn(laid_out(FAILS))
    assert "a 0 s to 4 s, holding up every task for a time." in drawn(laid_out(held))


def test_a_picture_shows_caption_scale_names_and_endings() -> None:
    shown = texts(
        drawn(laid_out(FAILS, 2), caption="One of the two fails after one second, and the other is cancelled.")
    )

    assert shown[:2] == ["One of the two fails after one second, and the other is", "cancelled."]
    assert {"0s", "1s", "2s", "bad", "left", "raised", "cancelled"} <= set(shown)


def test_the_same_play_gives_the_same_text() -> None:
    assert drawn(laid_out(together(a=3, b=2))) == drawn(laid_out(together(a=3, b=2)))


def test_a_picture_loads_nothing_and_has_a_ground_of_its_own() -> None:
    svg = drawn(laid_out(FAILS))

    assert re.findall(r"https?://[^\"]+", svg) == ["http://www.w3.org/2000/svg"]
    assert "<script" not in svg
    assert "<image" not in svg
    assert f'<rect class="ground" x="0.5" y="0.5" width="{WIDTH - 1}"' in svg
    assert ".ground { fill: var(--card)" in svg


def test_its_colours_are_those_of_the_reports_for_light_and_for_dark_pages() -> None:
    report = dict(re.findall(r"--([a-z]+): light-dark\(([^)]+)\)", (TEMPLATES / "learner.css").read_text()))
    light, dark = (
        dict(re.findall(r"--([a-z]+): (#\w+)", line))
        for line in drawn(laid_out(FAILS)).splitlines()
        if "--card: #" in line
    )

    assert light.keys() == dark.keys()
    assert {name: f"{light[name]}, {dark[name]}" for name in light} == {name: report[name] for name in light}


def test_all_of_a_picture_lies_inside_of_it() -> None:
    names = {"a" * 40: 3.0, "b": 2.0}
    root = ElementTree.fromstring(drawn(laid_out(together(**names)), caption="word " * 40))

    height = int(root.get("height", "0"))
    plots = [(int(e.get("x", "0")), int(e.get("width", "0"))) for e in root.iter(f"{SVG}svg") if e is not root]
    assert plots
    assert all(x > 0 and width > 100 and x + width < WIDTH for x, width in plots)
    assert all(int(e.get("y", "0")) < height for e in root.iter(f"{SVG}text"))


def test_a_legend_is_there_only_where_more_than_work_is_drawn() -> None:
    waits = trace(
        span("a", 0, 2),
        elapsed=2,
        tasks=((0, "main", None), (1, "timer", None)),
        events=[event(0, "start", 1), event(0, "suspend", 1), event(2, "resume", 1), event(2, "finish", 1, "returned")],
    )

    assert "waits" not in texts(drawn(laid_out(together(a=3, b=2))))
    assert texts(drawn(laid_out(waits)))[-2:] == ["at work", "waits"]


def test_the_scale_may_end_before_the_play_does_or_after_it() -> None:
    assert laid_out(together(a=3, b=2), 10).end == 10
    assert [lane.end for lane in laid_out(together(a=3, b=2), 2.5).lanes] == [2.5, 2]


def test_the_lanes_that_are_named_are_drawn_alone_and_in_that_order() -> None:
    picture = laid_out(together(a=3, b=2, c=1), None, "c", "a")

    assert [(lane.label, lane.depth) for lane in picture.lanes] == [("c", 0), ("a", 0)]
    with pytest.raises(KeyError, match="d"):
        laid_out(together(a=3, b=2), None, "d")


def test_a_play_in_which_no_time_passes_is_drawn_in_steps() -> None:
    assert "(steps: one task at a time, from one wait to the next)" in drawn(laid_out(turns(0, 1, 0)))


def test_no_text_of_a_play_breaks_a_picture() -> None:
    svg = drawn(laid_out(trace(span(HOSTILE, 0, 1), elapsed=1)), caption=HOSTILE)

    assert ElementTree.fromstring(svg).find(f".//{SVG}script") is None
    assert "\x1b" not in svg


# ---- in letters ------------------------------------------------------------------------------------------------------


def test_the_same_in_letters() -> None:
    assert figure_text(laid_out(together(a=2, b=1))).splitlines() == [
        "     0s            0.5s         1s           1.5s         2s",
        "  a  ######################################################|",
        "  b  ###########################|",
    ]
    assert [line.split()[-1] for line in figure_text(laid_out(FAILS)).splitlines()][-3:] == [
        "raised",
        "cancelled",
        "waits",
    ]


def test_letters_are_ascii_and_fit_a_block_of_code() -> None:
    lines = figure_text(laid_out(trace(span(HOSTILE, 0, 1), elapsed=1))).splitlines()

    assert all(line.isascii() and len(line) <= 60 and line == line.rstrip() for line in lines)
