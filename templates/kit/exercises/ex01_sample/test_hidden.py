"""Hidden tests: each plays scenarios and judges what they recorded.

They run outside of the box, on asyncio and on trio, under many schedules. The first line of a test's docstring is the
requirement in the learner's words; `points` of all tests make 100 together; `promise` is the number of the sentence of
the stub that the test proves; `diagnosis` is one of kit.toml or of `grade explain`, and `feedback` is what a learner
reads when the test fails. `show` names inputs that may be shown then.
Change all of it, and keep every test failed by at least one answer in solutions/ex01_sample/wrong/.
"""

from grader.authoring import grading, token


@grading(
    points=30,
    promise=1,
    diagnosis="called-again",
    feedback="Three tasks called at the same moment, and the function was called more than once.",
    show=("callers", "seconds"),
)
def test_called_once(play):
    """the function is called once for all callers that come while it runs"""
    recording = play("calls_at_once", callers=["a", "b", "c"], seconds=2)

    assert len(recording.times("called")) == 1


@grading(
    points=20,
    promise=2,
    diagnosis="nothing-returned",
    feedback="Three tasks called at the same moment. At least one of them did not get what the function returned.",
    help="let every call end with the same `return`, whether it has done the work or waited for it",
    show=("callers", "seconds"),
)
def test_every_caller_gets_the_result(play):
    """every caller gets the result"""
    recording = play("calls_at_once", callers=["a", "b", "c"], seconds=2)

    assert recording.result == [token("settings")] * 3


@grading(
    points=20,
    promise=3,
    diagnosis="polling",
    feedback="The function was done after 1.7 s, and a caller that waited for it was done later than that.",
    show=("callers", "seconds"),
)
def test_all_are_done_at_the_same_moment(play):
    """all callers are done at the moment the function is"""
    recording = play("calls_at_once", callers=["a", "b"], seconds=1.7)

    assert recording.span("a").end == recording.span("b").end == 1.7


@grading(
    points=15,
    promise=4,
    diagnosis="called-again",
    feedback="The function returned None, 0 or False. That is its result, and the second call must not call it again.",
    help="keep apart whether there is a result, and what it is",
    show=("value",),
)
def test_none_is_a_result(play):
    """None, 0 and False are results"""
    for value in (None, 0, False):
        recording = play("calls_in_turn", value=value)

        assert recording.result == [value, value]
        assert len(recording.times("called")) == 1


@grading(
    points=15,
    promise=5,
    diagnosis="error-kept",
    feedback="The function failed at its first call. The caller must get that error, and the next call must try again.",
)
def test_an_error_is_not_kept(play):
    """after an error the next call tries again"""
    recording = play("fails_at_first")

    assert recording.attempt("first").raised == "boom"
    assert not recording.attempt("second").raised
    assert recording.attempt("second").value == "loaded"
