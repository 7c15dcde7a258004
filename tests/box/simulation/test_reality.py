"""What plain ``anyio.run`` gives is what a play gives."""

from __future__ import annotations

import pytest

from grader.sandbox.box import Box
from grader.wire.recording import Ended
from tests.box.simulation.reality_samples import SAMPLES, Sample
from tests.plays_samples import RUN_MAIN, cell_of, play_of

SEEDS = (0, 1, 2)

PLAYED = [
    pytest.param(sample, backend, id=f"{sample.name}, {backend}") for sample in SAMPLES for backend in sample.backends
]


@pytest.mark.parametrize(("sample", "backend"), PLAYED)
def test_a_play_gives_what_reality_gives(box: Box, sample: Sample, backend: str) -> None:
    with cell_of(box, sample.source, RUN_MAIN) as cell:
        recordings = [cell.recording(play_of(backend, seed=seed)) for seed in SEEDS]

    assert [(recording.ended, recording.reason, recording.value) for recording in recordings] == [
        (Ended.RETURNED, "", sample.gives)
    ] * len(SEEDS)
