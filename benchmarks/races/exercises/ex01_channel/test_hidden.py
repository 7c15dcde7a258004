"""Hidden tests of ex01: what is sent is received, in whatever order the tasks run."""

from grader.judge import grading


@grading(points=20, diagnosis="lost-wakeup", feedback="There was an item for everybody who waited, and one waits on.")
def test_a_burst_serves_all_who_wait(play):
    """three items serve three who wait"""
    assert play("burst", items=3).result == [0, 1, 2]


@grading(points=20, diagnosis="check-then-act", feedback="Somebody was woken, and another one had taken the item.")
def test_a_newcomer_may_be_faster(play):
    """a newcomer may take the item first"""
    assert play("newcomer").result == ["first", "second"]


@grading(points=20, diagnosis="check-then-act", feedback="More items went in than the channel holds.")
def test_no_more_than_the_capacity(play):
    """no more than the capacity goes in"""
    assert play("crowd", senders=4, capacity=2).order == ["sent", "sent"]


@grading(points=20, diagnosis="lost-wakeup", feedback="An item is there, a task waits for one, and nothing happens.")
def test_a_cancelled_receiver_takes_no_wakeup_along(play):
    """a cancelled receiver takes no wake-up along"""
    assert play("cancelled_as_an_item_comes").result == ["item"]


@grading(points=20, diagnosis="lost-item", feedback="What was sent before close() did not come out any more.")
def test_the_last_item_survives_close(play):
    """the last item survives close()"""
    recording = play("closed_after_the_last", items=3)

    assert recording.result == [0, 1, 2]
    assert recording.order == ["end"]
