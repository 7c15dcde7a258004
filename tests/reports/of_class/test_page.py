"""The class report is one page that loads nothing, shows every learner, and runs nothing that a learner wrote."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.classroom.marks import ClassResults, Standing
from grader.kit.kit import builtin_root
from grader.policy.submission import Fault
from grader.reports.of_class.page import anonymous_class_page, class_page, learner_pages, page_name
from tests.page_samples import Page, contrast, hostile_class
from tests.results_samples import class_of, course, judged, missing, person, results_of
from tests.samples import failed_on_both, failure, verdict

TEMPLATES = builtin_root() / "templates"
KIT = course(2)


def render(results: ClassResults) -> str:
    return class_page(results, templates=TEMPLATES)


def empty() -> ClassResults:
    return results_of(KIT, (), ())


def absent() -> ClassResults:
    people = [person(0), person(1)]
    return results_of(KIT, people, [missing(one, exercise) for one in people for exercise in KIT.exercises])


@cache
def page_of(name: str) -> str:
    made = {"a class": lambda: class_of(12, 2), "hostile": hostile_class, "empty": empty, "absent": absent}
    if name.startswith("anonymous "):
        return anonymous_class_page(made[name.removeprefix("anonymous ")](), templates=TEMPLATES)
    return render(made[name]())


EVERY_PAGE = pytest.mark.parametrize(
    "name", ["a class", "hostile", "empty", "absent", "anonymous a class", "anonymous hostile"]
)


# ---- self-contained --------------------------------------------------------------------------------------------------


@EVERY_PAGE
def test_ids_are_unique_and_every_reference_leads_to_one(name: str) -> None:
    page = Page(page_of(name))
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    inside = [attrs["href"][1:] for _, attrs in page.tags if attrs.get("href", "").startswith("#")]
    labels = [attrs["aria-labelledby"] for _, attrs in page.tags if "aria-labelledby" in attrs]

    assert len(ids) == len(set(ids))
    assert {target for target in inside if "=" not in target} | set(labels) <= set(ids)


def test_every_other_link_leads_to_a_page_that_is_written_beside_it() -> None:
    results = class_of(12, 2)
    links = {attrs["href"] for attrs in Page(render(results)).all("a") if not attrs["href"].startswith("#")}
    written = {f"learners/{name}" for name, _ in learner_pages(results, templates=TEMPLATES)}

    assert links == written


@EVERY_PAGE
def test_nothing_is_loaded_and_nothing_is_inline_but_the_two_blocks(name: str) -> None:
    page = Page(page_of(name))

    assert not {tag for tag, _ in page.tags} & {"link", "img", "iframe", "object", "embed", "base", "audio"}
    assert len(page.all("style")) == len(page.all("script")) == 1
    for _, attrs in page.tags:
        assert not {"src", "srcset", "style", "action", "xlink:href"} & attrs.keys()
        assert not [key for key in attrs if key.startswith("on")]
    assert "@import" not in page.blocks["style"]
    assert re.findall(r"url\(([^)]*)\)", page.blocks["style"]) == ["#hatch"]


@EVERY_PAGE
def test_the_policy_allows_these_two_blocks_and_nothing_else(name: str) -> None:
    page = Page(page_of(name))
    policy = next(meta["content"] for meta in page.all("meta") if meta.get("http-equiv") == "Content-Security-Policy")
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))

    assert rules == {
        "default-src": "'none'",
        "style-src": f"'{sha256_of(page.blocks['style'])}'",
        "script-src": f"'{sha256_of(page.blocks['script'])}'",
        "base-uri": "'none'",
        "form-action": "'none'",
    }


def sha256_of(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def test_controls_that_need_the_script_are_hidden_until_it_runs() -> None:
    page = Page(page_of("a class"))

    shown = [attrs["href"] for attrs in page.all("a") if "hidden" not in attrs]
    hidden = [attrs["href"] for attrs in page.all("a") if "hidden" in attrs]

    assert [attrs["class"] for attrs in page.all("form") if "hidden" in attrs] == ["filters"]
    assert [link for link in shown if link.startswith("#diagnosis=")] == []
    assert [link for link in hidden if link.startswith("#diagnosis=")] == hidden != []
    assert [attrs["class"] for attrs in page.all("fieldset") if "hidden" in attrs] == ["theme"]


# ---- hostile text ----------------------------------------------------------------------------------------------------


@EVERY_PAGE
def test_no_text_of_a_learner_acts(name: str) -> None:
    text = page_of(name)

    assert text.count("<script") == 1, "a learner's is escaped"
    assert text.count("</style") == 1
    assert all(line.isprintable() for line in text.split("\n")), "no control, no bidi, nothing invisible"
    text.encode("utf-8")


def test_hostile_text_is_shown() -> None:
    assert "<script>alert(1)</script><img src=x onerror=alert(2)> {{ 7 * 7 }}" in Page(page_of("hostile")).text


@settings(max_examples=15)
@given(text=st.text(alphabet=st.characters(exclude_categories=())) | st.from_regex(r"[<>&\"'{}%/#-]{1,20}"))
def test_any_text_anywhere_leaves_the_page_whole(text: str) -> None:
    shape = {tag for tag, _ in Page(page_of("hostile")).tags} | {"mark"}
    page = Page(render(hostile_class(text)))

    assert {tag for tag, _ in page.tags} <= shape
    assert len(page.all("script")) == 1


@pytest.mark.parametrize("letter", ["x", "\u202e", "<", "'", "# "])
def test_ten_megabytes_of_anything_are_cut(letter: str) -> None:
    flood = hostile_class(letter * (10_000_000 // len(letter)))

    assert len(render(flood)) < 250_000
    assert len(anonymous_class_page(flood, templates=TEMPLATES)) < 250_000


# ---- what it says ----------------------------------------------------------------------------------------------------


def test_every_learner_is_a_row_and_every_exercise_a_column() -> None:
    results = class_of(12, 2)
    body = page_of("a class").partition('<table class="heat">')[2].partition("</table>")[0]

    assert body.count('<th scope="row">') == 12
    assert body.count("<td") == 12 * (2 + 2)
    for learner in results.intake.learners:
        assert learner.name in body


def test_a_cell_has_a_word_and_points_beside_its_colour() -> None:
    cells = re.findall(r'<td class="(\w+)">(?:<b>(\d+)</b> )?([a-z ]+)(?:<i>[†‡]</i>)?</td>', page_of("a class"))
    words = {"p": "pass", "f": "fail", "c": "fault", "n": "not judged", "m": "missing"}

    assert len(cells) == 12 * 2
    assert all(words[tone[0]] == word for tone, _, word in cells)
    assert all(points for _, points, word in cells if word in ("pass", "fail", "fault"))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("empty", "Nothing was judged; 0 of 0 learners handed something in."),
        ("absent", "Nothing was judged; 0 of 2 learners handed something in."),
        ("hostile", "3 of 3 learners handed something in; 0 of 3 judged files pass every test."),
    ],
)
def test_the_headline_says_how_the_class_stands(name: str, said: str) -> None:
    assert said in Page(page_of(name)).text


def test_the_page_says_what_must_be_the_same_to_get_the_same_results() -> None:
    text = Page(page_of("a class")).text

    assert "grade class submissions.zip --layout canvas --roster roster.csv --schedules 21" in text
    assert "python 3.13.1, anyio 4.16.0, trio 0.35.0" in text
    assert "natural order, then seeds 1 to 20" in text
    assert KIT.digest[:16] in text
    assert "level 3 or better" in text


def test_at_level_2_the_page_says_whose_programs_used_the_network_of_the_computer() -> None:
    results = class_of(3, 2)
    first, *others = results.kit.exercises
    kit = replace(results.kit, exercises=(replace(first, needs=("loopback",)), *others))
    text = Page(render(replace(results, kit=kit, isolation=2))).text

    assert f"level 2 or better; {first.id}: its programs used the network of the computer they ran on" in text


def test_a_file_that_cannot_be_judged_is_listed_with_its_line_and_what_to_look_at_is_marked() -> None:
    one = person(3)
    fault = Fault(
        kind="syntax", error="'(' was never closed", help="x", line=14, column=5, width=4, text="x = open(name"
    )
    results = results_of(course(1), [one], [judged(one, verdict(faults=(fault,), file="drop/join.py"))])
    text = render(results)

    assert "drop/join.py:14" in Page(text).text
    assert "<code>x = <mark>open</mark>(name</code>" in text


def test_a_verdict_of_an_older_kit_is_still_reported() -> None:
    one = person(3)
    old = verdict(failed_on_both(1, "a test that is gone", 100, failure(diagnosis="a-kind-that-is-gone")))

    assert "a-kind-that-is-gone" in render(results_of(course(1), [one], [judged(one, old)]))


def test_an_exercise_that_was_not_judged_costs_nothing_and_says_why() -> None:
    one = person(3)
    lost = verdict(trouble="the box did not start")
    mark = judged(one, lost, standing=Standing.NOT_JUDGED, points=None)
    text = render(results_of(course(1), [one], [mark]))

    assert "the box did not start" in Page(text).text
    assert '<td class="n">not judged</td>' in text


# ---- budgets ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("learners", "most"), [(200, 600_000), (1000, 1_500_000)])
def test_the_page_of_a_class_stays_within_its_budget(learners: int, most: int) -> None:
    results = class_of(learners, 12)
    text = render(results)

    assert text.count('<td class="') > learners * 12
    assert len(text.encode()) < most


def test_learners_pages_say_nothing_about_others_and_stay_below_300_kilobytes() -> None:
    results = class_of(30, 12)
    names = {learner.key: learner.name for learner in results.intake.learners}
    pages = dict(learner_pages(results, templates=TEMPLATES))

    for key, name in names.items():
        text = pages.pop(page_name(key))
        handed_in = any(mark.verdict for mark in results.by_learner[key])
        assert len(text.encode()) < 300_000
        assert [other for other in names if f"{other}_" in text] == ([key] if handed_in else [])
        assert {other for other in names.values() if other in text} == {name}
    assert pages == {}


# ---- colours ---------------------------------------------------------------------------------------------------------


def colours() -> dict[str, tuple[str, str]]:
    style = "".join(Path(TEMPLATES, f"{name}.css").read_text("utf-8") for name in ("learner", "class"))
    found = re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", style)
    return {name: (light, dark) for name, light, dark in found}


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_text_has_enough_contrast_in_both_themes(theme: int) -> None:
    known = colours()
    heat = [name for name in known if name.startswith("heat-") and name != "heat-word"]
    parts = [name for name in known if name.startswith("k-")]
    weak = [
        (ink, ground)
        for ground in heat
        for ink in ("text", "heat-word")
        if contrast(known[ink][theme], known[ground][theme]) < 4.5
    ]

    assert len(heat) == 7
    assert weak == []
    assert [part for part in parts if contrast(known[part][theme], known["card"][theme]) < 3] == []
