"""Hidden tests of ex04: one decision, and nothing changes it."""

from grader.judge import grading


@grading(points=25, diagnosis="check-then-act", feedback="Another one was named than the one that was home first.")
def test_the_first_one_home_wins(play):
    """the first one home wins, be it by one step"""
    recording = play("together", contestants=3)

    assert recording.result[0] == recording.values("home")[0]


@grading(points=25, diagnosis="check-then-act", feedback="The index is that of one, and the value that of another.")
def test_index_and_value_belong_together(play):
    """index and value belong to the same function"""
    index, value = play("together", contestants=3).result

    assert value == f"value {index}"


@grading(points=25, diagnosis="late-news", feedback="One that came home after the winner was named in its place.")
def test_a_late_finisher_changes_nothing(play):
    """one that is home later changes nothing"""
    recording = play("a_step_apart", contestants=3)

    assert recording.result == [0, "value 0"]
    assert recording.values("home")[0] == 0


@grading(points=25, diagnosis="late-news", feedback="There was a winner, and the error of a loser came out instead.")
def test_a_late_error_changes_nothing(play):
    """an error after the decision changes nothing"""
    recording = play("a_late_error")

    assert not recording.raised
    assert recording.result == [0, "value 0"]
