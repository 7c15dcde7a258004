"""Hidden tests of ex03: one load, every task served, nothing stale."""

from grader.judge import grading


@grading(points=25, diagnosis="check-then-act", feedback="A second load was begun while the first was under way.")
def test_one_load_for_all(play):
    """however many ask, one of them loads"""
    recording = play("asking", askers=4)

    assert recording.result == 1
    assert recording.values("got") == [1, 1, 1, 1]


@grading(points=25, diagnosis="lost-wakeup", feedback="The value is there, and somebody who asked for it waits on.")
def test_asking_as_it_lands(play):
    """asking in the instant of landing is in time"""
    recording = play("asked_as_it_lands")

    assert recording.values("early") == recording.values("late") == [1]


@grading(points=25, diagnosis="late-news", feedback="A value that was forgotten while it was loaded came back.")
def test_nothing_forgotten_comes_back(play):
    """a value that was forgotten does not come back"""
    assert play("forgotten_as_it_lands").result == 2


@grading(points=25, diagnosis="lost-wakeup", feedback="The task that loaded was cancelled, and a task waits for it.")
def test_a_cancelled_leader_is_replaced(play):
    """a cancelled leader leaves nobody waiting"""
    assert play("cancelled_as_it_lands").values("got") in ([1], [2])
