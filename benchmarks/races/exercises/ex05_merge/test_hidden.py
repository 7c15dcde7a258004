"""Hidden tests of ex05: every item comes through, and the end is the end."""

from grader.judge import grading


@grading(points=50, diagnosis="lost-item", feedback="merge() is over, and an item has not been delivered.")
def test_two_at_once_lose_nothing(play):
    """when two arrive at once, both come through"""
    assert sorted(play("arriving", sources=3, apart=1, sink_steps=0).values("item")) == [0, 1, 2]


@grading(points=50, diagnosis="lost-item", feedback="What arrived while the sink was busy has not been delivered.")
def test_what_comes_while_the_sink_is_busy(play):
    """what arrives while the sink is busy waits"""
    assert sorted(play("arriving", sources=3, apart=2, sink_steps=1).values("item")) == [0, 1, 2]
