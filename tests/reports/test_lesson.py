"""A lesson as HTML: what GitHub shows of the Markdown, with nothing in it that acts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from grader.reports.lesson import code_as_html, lesson_as_html

SAME = "".join(f"```python run=same-{name}\nimport {name}\n```\n\n" for name in ("anyio", "asyncio", "trio"))


def html(text: str, folder: Path = Path()) -> str:
    return str(lesson_as_html(text, folder=folder))


def test_the_title_is_left_to_the_page() -> None:
    assert html("# ex01 · join\n\nSome *words*.\n") == "<p>Some <em>words</em>.</p>\n"


def test_a_table_and_a_link_are_as_on_github() -> None:
    assert "<td>1</td>" in html("| a |\n|---|\n| 1 |\n")
    assert html("[x](https://anyio.readthedocs.io)") == (
        '<p><a href="https://anyio.readthedocs.io" rel="noreferrer">x</a></p>\n'
    )


def test_a_link_to_another_lesson_leads_to_its_page() -> None:
    assert 'href="ex01.html"' in html("[join](../ex01_join/README.md)")
    assert 'href="ex12.html"' in html("[all](../ex12_manager/)")


@pytest.mark.parametrize("link", ["javascript:alert(1)", "data:text/html,x", "vbscript:x"])
def test_a_link_that_would_run_something_is_none(link: str) -> None:
    assert "href" not in html(f"[x]({link})")


@pytest.mark.parametrize("tag", ["<script>x()</script>", "<img src=x onerror=y>", "<details onclick=x>", "<b>"])
def test_raw_html_is_shown_and_does_not_act(tag: str) -> None:
    for text in (f"{tag}\n", f"some {tag} words\n", f"<details><summary>{tag}</summary>\n\nx\n"):
        said = html(text)
        assert not re.search(r"<(script|img|b)\b|<details ", said)
        assert tag.replace("<", "&lt;").replace(">", "&gt;") in said


def test_what_is_folded_away_stays_folded() -> None:
    said = html("<details><summary>In letters</summary>\n\n```text figure=one\na #\n```\n\n</details>\n")

    assert said.startswith("<details><summary>In letters</summary>")
    assert said.rstrip().endswith("</details>")
    assert "a #" in said


def test_a_picture_is_part_of_the_page(tmp_path: Path) -> None:
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "one.svg").write_text("<svg/>")

    said = html('![Three <tasks> "run"](figures/one.svg)', tmp_path)

    assert 'src="data:image/svg+xml;base64,PHN2Zy8+"' in said
    assert 'alt="Three &lt;tasks&gt; &#34;run&#34;"' in said


@pytest.mark.parametrize("path", ["figures/none.svg", "../secret.svg", "https://example.org/x.svg", "figures/x.png"])
def test_another_picture_is_its_words(tmp_path: Path, path: str) -> None:
    (tmp_path / "lesson" / "figures").mkdir(parents=True)
    (tmp_path / "secret.svg").write_text("<svg/>")
    (tmp_path / "lesson" / "figures" / "x.png").write_text("x")

    assert html(f"![words]({path})", tmp_path / "lesson") == "<p><em>words</em></p>\n"


def test_code_is_coloured_and_escaped() -> None:
    said = code_as_html("async def f():  # <b>\n    return 1\n")

    assert '<span class="k">async</span>' in said
    assert "&lt;b&gt;" in said


def test_a_block_says_what_it_is() -> None:
    said = html(
        "```python run=two\nx\n```\n\n```text output=two\n1\n```\n\n```text output=two backend=trio\n2\n```\n\n"
        "```text screen=wrong/a.py\nFAIL\n```\n\n```python\nawait f()\n```\n"
    )

    assert re.findall("<figcaption>(.*?)</figcaption>", said) == [
        "two.py",
        "two.py prints",
        "two.py prints on trio",
        "what grade says of wrong/a.py",
    ]


def test_programs_that_do_the_same_stand_side_by_side() -> None:
    said = html(f"{SAME}```text output=same\n1\n```\n")
    (beside,) = re.findall('<div class="side-by-side">(.*?)</div>', said, re.DOTALL)

    assert re.findall("<figcaption>(.*?)</figcaption>", beside) == ["anyio", "asyncio", "trio"]
    assert "all three print" in said.partition("</div>")[2]
