from __future__ import annotations

import re

import pytest

from grader.kit.catalogue import BUILTIN
from grader.kit.diagnosis import HINT_STAGES, Diagnosis
from grader.wire.recording import LEFT_BEHIND, Ended


def test_every_bad_ending_of_a_play_has_a_diagnosis() -> None:
    endings = {str(ended) for ended in Ended} - {"returned"}

    assert endings <= BUILTIN.keys()


def test_what_a_play_leaves_behind_has_a_diagnosis() -> None:
    assert set(LEFT_BEHIND) <= BUILTIN.keys()


@pytest.mark.parametrize("diagnosis", BUILTIN.values(), ids=BUILTIN.keys())
def test_the_words_fit_the_places_where_they_are_shown(diagnosis: Diagnosis) -> None:
    assert len(diagnosis.hints) == HINT_STAGES
    assert diagnosis.sentence[0].islower()
    assert not diagnosis.sentence.endswith(".")
    assert diagnosis.help[0].islower()
    assert not diagnosis.help.endswith(".")
    assert "\n" not in diagnosis.help
    assert len(diagnosis.sentence) <= 90
    assert len(diagnosis.help) <= 120
    assert all(text[0].isupper() or text[0] == "`" for text in (diagnosis.explanation, *diagnosis.hints))


@pytest.mark.parametrize("diagnosis", BUILTIN.values(), ids=BUILTIN.keys())
def test_no_word_makes_the_reader_feel_small(diagnosis: Diagnosis) -> None:
    text = " ".join((diagnosis.sentence, diagnosis.explanation, diagnosis.help, *diagnosis.hints))

    assert not re.search(r"\b(just|simply|obvious(ly)?|of course|trivial(ly)?|easy|easily)\b", text, re.IGNORECASE)


def test_the_catalogue_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        BUILTIN["deadlock"] = BUILTIN["late"]  # type: ignore[index]
