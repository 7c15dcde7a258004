"""The report is one page that needs nothing, shows everything, and runs nothing of a learner's."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import UndefinedError

from grader.judge.verdict import Root, TestResult, Verdict
from grader.kit.catalogue import BUILTIN
from grader.reports.listing import MAX_LINES
from grader.reports.page import learner_page_with_every_step
from grader.reports.rendering import environment
from tests.page_samples import TEMPLATES, Page, contrast, everything, render
from tests.samples import (
    HOSTILE,
    RACE,
    cancelled_at_step,
    careless,
    deadlock,
    failed_on_both,
    failure,
    hostile,
    in_parts,
    long_play,
    mixed,
    one_after_the_other,
    perfect,
    race,
    span,
    together,
    trace,
    unjudgeable,
    verdict,
)

PAGES = {
    "one that fails": [mixed()],
    "one that passes": [perfect()],
    "a fault": [unjudgeable(error=HOSTILE, text=HOSTILE, help=HOSTILE)],
    "parts": [in_parts()],
    "not judged": [verdict(trouble=HOSTILE)],
    "hostile": [hostile()],
    "everything": everything(),
}
EVERY_PAGE = pytest.mark.parametrize("verdicts", PAGES.values(), ids=list(PAGES))


# ---- self-contained --------------------------------------------------------------------------------------------------


@EVERY_PAGE
def test_ids_are_unique_and_every_reference_leads_to_one(verdicts: Sequence[Verdict]) -> None:
    page = Page(render(*verdicts))
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    targets = [attrs["href"] for _, attrs in page.tags if "href" in attrs]
    labels = [
        attrs[name]
        for name in ("aria-labelledby", "aria-describedby", "for")
        for _, attrs in page.tags
        if name in attrs
    ]

    assert len(ids) == len(set(ids))
    assert all(target.startswith("#") for target in targets), "nothing outside of the page"
    assert {target[1:] for target in targets} | set(labels) <= set(ids)


@EVERY_PAGE
def test_nothing_is_loaded_and_nothing_is_inline_but_the_two_blocks(verdicts: Sequence[Verdict]) -> None:
    text = render(*verdicts)
    page = Page(text)

    assert {tag for tag, _ in page.tags} & {
        "link",
        "img",
        "iframe",
        "object",
        "embed",
        "form",
        "base",
        "audio",
    } == set()
    assert len(page.all("style")) == len(page.all("script")) == 1
    for _, attrs in page.tags:
        assert not {"src", "srcset", "style", "action", "xlink:href"} & attrs.keys()
        assert not [name for name in attrs if name.startswith("on")]
    assert "@import" not in page.blocks["style"]
    assert re.findall(r"url\(([^)]*)\)", page.blocks["style"]) == ["#hatch"]


@EVERY_PAGE
def test_the_policy_allows_these_two_blocks_and_nothing_else(verdicts: Sequence[Verdict]) -> None:
    page = Page(render(*verdicts))
    policy = next(m["content"] for m in page.all("meta") if m.get("http-equiv") == "Content-Security-Policy")
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))

    assert rules.keys() == {"default-src", "style-src", "script-src", "base-uri", "form-action"}
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    assert rules["style-src"] == f"'{sha256_of(page.blocks['style'])}'"
    assert rules["script-src"] == f"'{sha256_of(page.blocks['script'])}'"


def sha256_of(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def test_the_policy_stands_before_what_it_governs() -> None:
    text = render(mixed())
    assert text.index("Content-Security-Policy") < text.index("<style>") < text.index("<script>")


# ---- hostile text ----------------------------------------------------------------------------------------------------


@EVERY_PAGE
def test_nothing_of_a_learners_text_acts(verdicts: Sequence[Verdict]) -> None:
    text = render(*verdicts)
    page = Page(text)

    assert text.count("<script") == 1, "a learner's is escaped"
    assert text.count("</style") == 1
    assert all(line.isprintable() for line in text.split("\n")), "no control, no bidi, nothing invisible"
    text.encode("utf-8")
    if any(repr(HOSTILE)[1:-1] in repr(one) for one in verdicts):
        assert "<script>alert(1)</script><img src=x onerror=alert(2)> {{ 7 * 7 }} {% raw %}" in page.text


@settings(deadline=None, max_examples=40)
@given(text=st.text(alphabet=st.characters(exclude_categories=())) | st.from_regex(r"[<>&\"'{}%/-]{1,20}"))
def test_any_text_anywhere_leaves_the_page_whole(text: str) -> None:
    shape = {tag for tag, _ in Page(render(sample("x"))).tags}
    page = Page(render(sample(text)))

    assert {tag for tag, _ in page.tags} <= shape
    assert len(page.all("script")) == 1


def sample(text: str) -> Verdict:
    """A verdict in which everything that can hold text holds this one."""
    play = trace(span(text, 0, 3, "raised"), elapsed=3)
    why = deadlock(
        error=text,
        help=text,
        got=text,
        expected=text,
        inputs=text,
        exception=text,
        source=text,
        output=text,
        trace=play,
    )
    return verdict(failed_on_both(1, text, 5, why), title=text, file=text, ignored=(text,), trouble=text)


def test_a_million_characters_are_cut() -> None:
    flood = failure(
        error="e" * 10**6,
        help="`h`" * 10**6,
        got="g" * 10**6,
        expected="w" * 10**6,
        exception="x" * 10**6,
        output="o\n" * 10**6,
        source="s" * 10**6,
    )
    bare = len(render(verdict(failed_on_both(1, "x", 5, failure()))))

    assert len(render(verdict(failed_on_both(1, "x", 5, flood)))) < bare + 24_000


def test_templates_mark_nothing_as_safe_and_stop_at_what_is_not_there() -> None:
    source = "".join(path.read_text("utf-8") for path in TEMPLATES.glob("*.html"))
    jinja = environment(TEMPLATES)

    assert "|safe" not in source.replace(" ", "")
    assert "autoescape false" not in source
    assert jinja.autoescape is True
    with pytest.raises(UndefinedError, match="nothing"):
        jinja.from_string("{{ nothing }}").render()
    assert jinja.from_string("{{ text }}").render(text="<\x1b\u202e") == r"&lt;\u001b\u202e"


# ---- what it says ----------------------------------------------------------------------------------------------------


def test_each_test_is_a_row_and_a_failing_one_leads_to_its_diagnosis() -> None:
    text = render(mixed())

    assert "Test 2 on asyncio and trio" in Page(text).text
    assert '<a href="#ex01-2">takes as long as the slowest</a>' in text
    assert '<th scope="row">results come back in argument order</th>' in text


def test_tests_are_grouped_by_part_and_what_is_not_written_has_no_card() -> None:
    text = render(in_parts())

    rows = re.findall(r'<tr class="part">.*?<span>(.*?)</span> (.*?)</th><td class="number (.*?)">(.*?)</td>', text)
    assert rows == [
        ("Part 1", "one: the first part", "not-complete", "20 of 40 points"),
        ("Part 2", "two: the second part", "not-written", "not written yet"),
    ]
    assert '<a href="#ex01-2">' in text
    assert "ex01-3" not in text


def test_outcomes_have_a_word_beside_their_colour() -> None:
    text = render(mixed())
    cells = re.findall(r'<td class="(pass|fail)"><span aria-hidden="true">(.)</span> (\w+)</td>', text)

    assert set(cells) == {("pass", "✓", "pass"), ("fail", "✗", "fail")}
    assert len(cells) == 6


def test_every_drawing_stands_beside_its_numbers() -> None:
    text = render(mixed())
    page = Page(text)

    for words in ("0 s to 3 s", "3 s to 5 s", "starts only when a ends", "… never ends"):
        assert words in page.text
    drawings = page.all("svg")
    assert len(drawings) > 4
    assert [attrs for attrs in drawings if attrs.get("aria-hidden") != "true" and not attrs.get("aria-label")] == []


def test_the_explanation_stands_once_and_the_others_refer_to_it() -> None:
    why = deadlock()
    tests = [failed_on_both(n, f"test {n}", 30, deadlock()) for n in (1, 2, 3)]
    page = Page(render(verdict(*tests)))

    assert page.text.count(BUILTIN[why.diagnosis].explanation) == 1
    assert page.text.count("where it is explained") == 2


# ---- the finding to mend first ---------------------------------------------------------------------------------------


def with_root() -> Verdict:
    """Test 3 is the root; tests 2 and 4 fail for its reason, test 1 fails for another."""
    why = failure(got="returned ['c']", expected="returned ['a']", inputs="seconds = {'a': 3}", last_line=11)
    tests = [failed_on_both(1, "first", 10, deadlock(line=4))]
    tests += [failed_on_both(number, f"test {number}", 30, why) for number in (2, 3, 4)]
    root = Root(test=3, backend="asyncio", same=(2, 4), afterwards=(1,))
    return verdict(*tests, source="".join(f"line_{n} = 0\n" for n in range(1, 21)), root=root)


def card_of(text: str, anchor: str) -> str:
    (card,) = re.findall(rf'<article class="card" id="{anchor}".*?</article>', text, re.DOTALL)
    return card


def test_a_card_quotes_the_promise_that_is_broken_and_nothing_where_promises_have_no_numbers() -> None:
    promise = "7. `join()` returns a <list>."
    quoted = "<strong>What the contract promises</strong> 7. <code>join()</code> returns a &lt;list&gt;."

    assert quoted in render(verdict(failed_on_both(1, "x", 5, failure(promise=promise))))
    assert "What the contract promises" not in render(verdict(failed_on_both(1, "x", 5, failure())))


def test_the_root_comes_first_then_what_has_its_reason_folded_away_then_the_rest() -> None:
    text = render(with_root())
    (folded,) = re.findall(r'<details class="folded">.*?</details>', text, re.DOTALL)

    assert re.findall(r'<article class="card" id="ex01-(\d)"', text) == ["3", "2", "4", "1"]
    assert re.findall(r'<article class="card" id="ex01-(\d)"', folded) == ["2", "4"]
    assert "<summary>2 tests that fail for the same reason</summary>" in folded


def test_the_root_leads_to_the_other_tests_and_they_lead_back() -> None:
    text = render(with_root())

    same = 'These tests fail for the same reason: <a href="#ex01-2">2</a> and <a href="#ex01-4">4</a>.'
    assert same in card_of(text, "ex01-3")
    assert 'Look at this one afterwards: <a href="#ex01-1">1</a>.' in card_of(text, "ex01-3")
    assert 'This test fails for the same reason as test <a href="#ex01-3">3</a>.' in card_of(text, "ex01-4")
    assert 'Look at this one after test <a href="#ex01-3">3</a>.' in card_of(text, "ex01-1")
    assert "where it is explained" not in text, "said already"


def test_without_a_root_nothing_is_folded_away() -> None:
    text = render(replace(with_root(), root=None))

    assert '<details class="folded">' not in text
    assert "for the same reason" not in text


def test_what_went_in_and_came_back_stands_beside_what_was_expected() -> None:
    card = Page(card_of(render(with_root()), "ex01-3")).text
    assert "with seconds = {'a': 3} got returned ['c'] expected returned ['a']" in card
    assert "<dl" not in card_of(render(with_root()), "ex01-1")


def test_an_expression_over_several_lines_is_shown_as_a_whole() -> None:
    card = Page(card_of(render(with_root()), "ex01-3"))
    assert "8 line_8 = 0 9 line_9 = 0 10 line_10 = 0 11 line_11 = 0 12 line_12 = 0" in card.text


def test_what_was_raised_is_not_said_twice() -> None:
    raised = failure(exception="ValueError: boom")
    said = failure(exception="ValueError: boom", got="raised ValueError: boom")

    assert "Raised" in Page(render(verdict(failed_on_both(1, "x", 5, raised)))).text
    assert "Raised" not in Page(render(verdict(failed_on_both(1, "x", 5, said)))).text


def test_tasks_that_wait_alike_are_one_row() -> None:
    why = deadlock()
    card = Page(render(verdict(failed_on_both(1, "x", 5, replace(why, waiting=why.waiting[:1] * 3))))).text
    assert "(3 tasks)" in card


def test_what_stands_in_backticks_is_code() -> None:
    why = failure(error="`fetch` was not awaited", help="put `await` before `fetch()`")
    text = render(verdict(failed_on_both(1, "`join` waits", 5, why)))

    for words in ("<code>fetch</code> was not", "<code>await</code> before <code>fetch()</code>", "<code>join</code>"):
        assert words in text


def test_a_diagnosis_says_how_to_play_it_again() -> None:
    page = Page(render(verdict(failed_on_both(2, "x", 5, failure(schedule=7)))))
    assert "grade ex01 --test 2 --seed 7" in page.text


def test_a_play_shows_what_it_printed_and_raised_and_who_waits() -> None:
    page = Page(
        render(verdict(failed_on_both(2, "x", 5, deadlock(output="hello\n" * 30, exception="ValueError: boom"))))
    )

    assert page.text.count("hello") == 12
    assert "... and 18 lines more" in page.text
    assert "ValueError: boom" in page.text
    assert "MemoryObjectReceiveStream.receive since 0.25 s" in page.text


def test_a_fault_underlines_what_is_wrong() -> None:
    assert "return await <mark>anyio.gather</mark>(*fns)" in render(unjudgeable())


def test_one_exercise_has_no_table_of_exercises() -> None:
    assert "<nav" not in render(mixed())
    assert render(mixed(), replace(perfect(), exercise="ex02")).count("<nav") == 1


@pytest.mark.parametrize(
    ("verdicts", "title"),
    [
        ([mixed()], "join is not complete yet"),
        ([perfect()], "join is complete"),
        ([replace(perfect(), complete_run=False)], "join passes what was asked for"),
        ([unjudgeable()], "join cannot be judged as it is"),
        ([mixed(), replace(perfect(), exercise="ex02")], "1 of 2 exercises complete"),
    ],
)
def test_the_heading_says_how_it_stands(verdicts: Sequence[Verdict], title: str) -> None:
    assert f"<h1>{title}</h1>" in render(*verdicts)


def test_a_page_on_which_everything_fails_stays_below_300_kilobytes() -> None:
    names = {f"download {number}": number + 1.0 for number in range(16)}
    pages = []
    for exercise in range(1, 13):
        tests = []
        for number in range(1, 14):
            play = {"trace": one_after_the_other(**names), "reference": together(**names), "output": "x" * 3000}
            why = failure(diagnosis=f"kind-{number % 5}", exception="ValueError: boom", **play)
            tests.append(failed_on_both(number, "a requirement in the learner's words, a line long", 8, why))
        pages.append(verdict(*tests, exercise=f"ex{exercise:02}"))

    text = render(*pages)
    assert len(text.encode()) < 300_000
    assert 'class="lane"' in text


# ---- steps -----------------------------------------------------------------------------------------------------------


def raced(number: int = 1, **changes: object) -> TestResult:
    return failed_on_both(number, "in any order", 50, failure(**({"trace": race(), "reference": None} | changes)))


def steppers_of(text: str) -> list[str]:
    return re.findall(r'<fieldset class="steps">.*?</fieldset>', text, re.DOTALL)


def test_the_play_of_the_failure_to_mend_first_can_be_stepped_through() -> None:
    tests = raced(1), raced(2), raced(3)
    first = render(verdict(*tests, source=RACE))
    second = render(verdict(*tests, source=RACE, root=Root(test=2, backend="trio")))

    assert [re.findall(r'name="(.*?)"', one)[0] for one in steppers_of(first)] == ["ex01-1-s"]
    assert [re.findall(r'name="(.*?)"', one)[0] for one in steppers_of(second)] == ["ex01-2-s"]


def radios_of(page: str) -> list[dict[str, str]]:
    """The steps of all plays; the list of keys has a field of another kind."""
    return [attrs for attrs in Page(page).all("input") if attrs["type"] == "radio"]


def test_on_request_every_play_can_be_stepped_through() -> None:
    page = learner_page_with_every_step(
        [verdict(raced(1), raced(2), raced(3), source=RACE)],
        kit_title="x",
        diagnoses=BUILTIN,
        made_at="",
        templates=TEMPLATES,
    )

    assert len(steppers_of(page)) == 3
    assert len(radios_of(page)) == 3 * 6


def test_steps_are_radio_buttons_of_one_group_that_their_frames_name_and_describe() -> None:
    text = render(verdict(raced(), source=RACE))
    page = Page(text)
    ids = {attrs["id"] for _, attrs in page.tags if "id" in attrs}
    radios = radios_of(text)

    assert {radio["name"] for radio in radios} == {"ex01-1-s"}
    assert [radio["id"] for radio in radios if "checked" in radio] == ["ex01-1-s1"]
    assert [radio["aria-label"] for radio in radios][3:] == ["Step 4 of 5 · 2 s", "Step 5 of 5 · 2 s", "The end · 2 s"]
    assert {radio["aria-describedby"] for radio in radios} <= ids
    assert {attrs["for"] for attrs in page.all("label") if "for" in attrs} <= {radio["id"] for radio in radios}
    for words in ("A step is what one task does between two waits.", "Step 4 of 5 · 2 s", "step 4: b goes on before a"):
        assert words in page.text


def test_each_step_lights_lines_that_the_style_can_light() -> None:
    source = "async def long():\n" + "    await step()\n" * 100
    play = replace(long_play(60), events=tuple(replace(e, line=n) for n, e in enumerate(long_play(60).events)))
    text = render(verdict(raced(trace=play), source=source))
    style = Page(text).blocks["style"]
    lit = {word for radio in radios_of(text) for word in radio.get("class", "").split()}
    lines = re.findall(r'<span class="n(\d+)">', text)

    assert len(lines) == MAX_LINES
    assert {word.split("-")[0] for word in lit} == {"at", "to"}
    for kind in ("at", "to"):
        rules = re.findall(rf"\.steps:has\(\.{kind}-(\d+):checked\) \.n(\d+)\b", style)
        assert rules == [(number, number) for number in lines]


LARGE = {
    "long": {"trace": long_play(5000 // 3), "reference": long_play(60)},
    "many tasks": {"trace": long_play(600, tasks=60), "reference": None},
    "signs": {"trace": long_play(600, tasks=30, name="<&\"'>" * 9, output="<&\"'>" * 99 + "\n"), "reference": None},
    "no letter": {
        "trace": long_play(600, tasks=30, name="\U000e0001" * 99, output="\u65e5" * 99 + "\n"),
        "reference": None,
    },
    "hostile": {"trace": long_play(600, tasks=30, name=HOSTILE, output=HOSTILE), "reference": None},
}


@pytest.mark.parametrize("play", LARGE.values(), ids=list(LARGE))
def test_a_play_takes_less_than_40_kilobytes_however_long_and_hostile_it_is(play: dict[str, object]) -> None:
    source = "\n".join(f"async def f{n}(): {HOSTILE.encode('ascii', 'ignore').decode()!r}" * 5 for n in range(90))
    (stepper,) = steppers_of(render(verdict(raced(**play), source=source)))

    assert 10_000 < len(stepper.encode()) < 40_000
    assert "of them are left out here" in stepper
    assert re.search(r"\d+ steps left out before this one", stepper)


def test_steps_never_make_a_page_larger_than_300_kilobytes() -> None:
    names = {f"download {number}": number + 1.0 for number in range(16)}
    play = {"trace": long_play(600, tasks=16), "reference": together(**names)}
    text = render(*(verdict(raced(**play), exercise=f"ex{n:02}") for n in range(1, 13)))

    assert len(steppers_of(text)) == 12
    assert 200_000 < len(text.encode()) < 300_000


# ---- colours ---------------------------------------------------------------------------------------------------------

PAIRS = [
    (ink, ground) for ink in ("text", "quiet", "accent", "pass", "fail", "skip") for ground in ("page", "card")
] + [
    ("text", "sunk"),
    ("quiet", "sunk"),
    ("accent", "accent-ground"),
    ("text", "accent-ground"),
    ("fail", "fail-ground"),
]
DRAWN = ["work", "wait", "blocked", "pass"]


def colours() -> dict[str, tuple[str, str]]:
    style = (TEMPLATES / "learner.css").read_text("utf-8")
    found = re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", style)
    return {name: (light, dark) for name, light, dark in found}


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_text_has_enough_contrast_in_both_themes(theme: int) -> None:
    known = colours()
    weak = [(ink, ground) for ink, ground in PAIRS if contrast(known[ink][theme], known[ground][theme]) < 4.5]
    faint = [ink for ink in DRAWN if contrast(known[ink][theme], known["card"][theme]) < 3]

    assert weak == []
    assert faint == []


def test_what_was_noticed_in_tests_that_passed_is_shown_with_its_explanation() -> None:
    page = render(careless())

    assert "something is still open (tests 1 and 2; it costs no points)" in page
    assert BUILTIN["unclosed"].explanation[:40] in page


def test_the_step_at_which_the_caller_was_cancelled_stands_beside_what_came_of_it() -> None:
    page = render(verdict(failed_on_both(1, "x", 8, cancelled_at_step())))

    assert "the caller was cancelled at its step 4 of 9, after 2 s" in page
    assert "cancelled here" in page
