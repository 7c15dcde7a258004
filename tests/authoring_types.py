"""What mypy has to accept: that the real stage and the real ``play`` are what authors write against.

mypy reads this module together with the package; nothing in it is run. The annotated functions below are written as a
careful author would write them.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from grader.authoring import Diagnosed, Play, Recording, Stage, grading, token

if TYPE_CHECKING:
    import grader.box.stage
    import grader.judge.attempt


def the_box_has_a_stage(stage: grader.box.stage.Stage) -> Stage:
    return stage


def the_judge_has_a_play(play: grader.judge.attempt.PlayFixture) -> Play:
    return play


# ---- as an author writes them ----------------------------------------------------------------------------------------


async def meeting(stage: Stage, names: list[str]) -> object:
    arrive = stage.gate(len(names))

    async def meet(name: str) -> str:
        async with stage.span(name):
            await arrive()
        stage.mark("met", stage.now)
        return name

    await stage.settle()
    with stage.caller() as caller:
        await stage.attempt("nothing", stage.submission.join)
    stage.mark("cancelled", caller.cancelled)
    stage.attempt_sync("no coroutine", stage.submission.join)
    return [stage.token("first"), *await stage.submission.join(*(partial(meet, name) for name in names))]


@grading(points=100, diagnosis="serial", feedback="They never met.", show=("names",))
def test_meets(play: Play) -> None:
    """all meet"""
    recording: Recording = play("meeting", within=10, names=["a", "b"])

    if recording.ended_as("deadlock"):
        raise Diagnosed("serial", f"Only {len(recording.order)} came.", help="start them all")
    assert recording.result == [token("first"), "a", "b"]
    assert recording.span("a").took + recording.times("met")[0] < recording.elapsed
    assert not recording.raised
    assert [leaf.message for leaf in recording.surprises] == []
    assert all(recording.stopped_at_once for recording in play.each_step("meeting", names=["a"]))
