"""Hidden tests of ex02: never more inside than permits, and no permit is lost."""

from grader.judge import grading


@grading(points=25, diagnosis="check-then-act", feedback="More tasks were inside than there are permits.")
def test_no_more_than_permits(play):
    """no more are inside than there are permits"""
    assert play("arriving", count=2, visitors=4).result == 2


@grading(points=25, diagnosis="check-then-act", feedback="Two tasks had the one permit: it was passed on and taken.")
def test_a_permit_passed_on_is_not_free(play):
    """a permit that is passed on is not free"""
    assert play("passing_on").result == 1


@grading(points=25, diagnosis="lost-wakeup", feedback="A permit went to a task that was being cancelled, and was gone.")
def test_no_permit_dies_with_its_waiter(play):
    """no permit dies with a cancelled waiter"""
    recording = play("cancelled", before=0)
    assert recording.order.count("patient") == 2
    assert recording.result == 1


@grading(points=25, diagnosis="late-news", feedback="A cancelled acquire() gave a permit back that it never had.")
def test_a_cancelled_waiter_has_nothing_to_give_back(play):
    """a cancelled waiter has nothing to give back"""
    assert play("cancelled", before=1).result == 1
