"""Hidden tests of ex12: judge recordings of a manager at work, on both backends, under every schedule."""

from dataclasses import replace
from functools import partial

import pytest

from grader.authoring import Diagnosed, Ended, grading, token

FINAL = ("done", "failed", "cancelled")


def each_holds(play, *scenes):
    """Play some scenarios one after the other; each comes with its inputs, and with what must hold for its recording.

    Where it does not hold, that is shown in a play of this scenario alone.
    """
    together = partial(play, "acts", scenes=[[scenario, inputs] for scenario, inputs, _ in scenes])
    recording = together()
    for number, (scenario, inputs, holds) in enumerate(scenes):
        try:
            holds(act_of(recording, number), **inputs)
        except AssertionError:
            recording.ended_as(*Ended)
            holds(play(scenario, **inputs), **inputs)
            together().ended_as(*Ended)  # it held alone: the last play is the one that is shown
            raise


def act_of(recording, number):
    """What was recorded of an act, in seconds since it began."""
    begins = recording.times("act")
    assert number < len(begins)
    start, end = [*begins, recording.elapsed + 1][number : number + 2]
    later = partial(moved, start=start)
    return replace(
        recording,
        ended=recording.ended if number == len(begins) - 1 else Ended.RETURNED,
        marks=tuple(replace(mark, time=mark.time - start) for mark in recording.marks if start <= mark.time < end),
        spans=tuple(later(span) for span in recording.spans if start <= span.start < end),
        attempts=tuple(later(attempt) for attempt in recording.attempts if start <= attempt.start < end),
    )


def moved(span, start):
    """A span or an attempt in seconds since that moment."""
    return replace(span, start=span.start - start, stopped=None if span.stopped is None else span.stopped - start)


def seconds(times):
    """Moments as a learner reads them."""
    return ", ".join(f"{time:g}" for time in times) + " s"


def states_of(recording, url, name="states"):
    """What the handle of this URL said at each look."""
    return [state for look in recording.values(name) for state in look if state[0] == url]


def bad_error(files, closing):
    """The class of the error that one of the files ends with."""
    ends = [closing.get(url, file if isinstance(file, str) else file[-1]) for url, file in files.items()]
    return next(end.removeprefix("!") for end in ends if str(end).startswith("!"))


def most_at_once(recording):
    """How many files were open at the same time, at most."""
    most = now = 0
    for name in recording.order:
        now += (name == "open") - (name == "closed")
        most = max(most, now)
    return most


def no_deadlock_of_waiters(recording, what):
    """Somebody waits for ever for a download that is over."""
    if recording.ended_as("deadlock"):
        raise Diagnosed(
            "never-over",
            f"{what}, and a task that waits in wait() was never woken.",
            help="set the event of the download in a `finally`, whatever way it ends",
        )


def no_error_came_out(recording):
    """The error of a download has ended the block, and all other downloads with it."""
    if recording.ended_as("returned") and not recording.times("body is over"):
        raise Diagnosed(
            "failure-spreads",
            "A download failed, and its error did not stay with it: it ended the block and everything in it.",
            help="catch every Exception in the task of the download: one that leaves the task cancels the whole group",
        )


# ---- part 1: start and wait ------------------------------------------------------------------------------------------


@grading(
    points=5,
    promise=1,
    part="start",
    schedules=2,
    diagnosis="serial",
    feedback="Three downloads of 3 s, 2 s and 4 s were started within max_concurrent. All of them must run at the same "
    "time, and the user interface must tick every second meanwhile.",
    help="let start() hand each download to the task group of the manager, with `start_soon`, and return",
    show=("files",),
)
def test_starting_does_not_lock_up_the_ui(play):
    """starting a download does not lock up the UI"""
    files = {"film": [3, "film"], "song": [2, "song"], "book": [4, "book"]}
    each_holds(
        play, ("starting", {"files": files}, all_start_at_once), ("starting_elsewhere", {}, a_task_beside_may_start)
    )


def all_start_at_once(recording, files):
    if recording.times("started") and recording.times("started") != [0]:
        raise Diagnosed(
            "serial",
            f"The calls of start() should return at once, and the third one returned after "
            f"{recording.times('started')[0]:g} s.",
            help="let start() hand the download to the task group of the manager, with `start_soon`, and return",
        )
    assert recording.times("fetch") == [0, 0, 0]
    for url, (needed, _) in files.items():
        end = recording.attempt(url).end
        if end > needed:
            raise Diagnosed(
                "serial",
                f"Three downloads were started at 0 s. The one that needs {needed} s was over after {end:g} s.",
                help="let start() hand each download to the task group of the manager, with `start_soon`",
            )
    assert recording.times("tick")[:4] == [0, 1, 2, 3]


def a_task_beside_may_start(recording):
    assert recording.times("started") == [1]
    assert recording.attempt("file").end == 3


@grading(
    points=3,
    promise=1,
    part="start",
    # 300 tasks at once are many steps, and their order makes no difference here.
    schedules=1,
    diagnosis="serial",
    feedback="300 downloads of a second each were started, with max_concurrent=300. All must run at the same time.",
    help="take max_concurrent as it is, and no other limit",
)
def test_three_hundred_run_at_once(play):
    """300 downloads run at once if they may"""
    recording = play("starting_many", count=300)

    over = recording.times("over")
    if over and over != [1]:
        raise Diagnosed(
            "serial",
            f"300 downloads of 1 s were started, with max_concurrent=300. They were over after {over[0]:g} s.",
            help="take max_concurrent as it is, and no other limit",
        )
    assert over == [1]


@grading(
    points=5,
    promise=2,
    part="start",
    schedules=2,
    diagnosis="partial-data",
    feedback="Four tasks waited for one download, at different times, and each must get all of the data.",
    help="keep the chunks in the handle, and let an `anyio.Event` wake all who wait: it also lets later ones pass",
    show=("file", "expected"),
)
def test_wait_gives_the_data_to_everyone(play):
    """everyone who waits gets the whole data"""
    recording = play("waiting", file=[1, "one ", 1, "two ", 1, "three"])

    no_deadlock_of_waiters(recording, "The download was over after 3 s")
    for name in ("first", "second", "later", "again", "and again", "after the block"):
        attempt = recording.attempt(name)
        if attempt.how == "returned" and attempt.value in ("one two three", b"three", [b"one ", b"two ", b"three"]):
            raise Diagnosed(
                "partial-data",
                "The chunks were b'one ', b'two ' and b'three'. wait() should return all of them as one bytes object.",
                help='collect the chunks in a list, and return `b"".join(chunks)`',
            )
        assert attempt.value == b"one two three"
    ends = [recording.attempt(name).end for name in ("first", "second", "later")]
    if ends != [3, 3, 3]:
        raise Diagnosed(
            "polling",
            f"The download was over at 3 s, and those who waited went on at {seconds(ends)}.",
            help="let the end of the download set an `anyio.Event`, and wait for that",
        )
    assert recording.attempt("again").end == 3


@grading(
    points=2,
    promise=2,
    part="start",
    schedules=2,
    diagnosis="falsy-value",
    feedback="A file had no chunk, or an empty one. Its data is what the others give, or b'': a result like any other.",
    help="keep apart whether the download is over, and what has arrived; only the end of the iterator is the end",
    show=("file", "expected"),
)
def test_empty_files_and_chunks(play):
    """empty files and empty chunks are fine"""
    files = (([], b""), ([1, ""], b""), ([1, "", 1, "a", 1, "", "b"], b"ab"))
    each_holds(play, *(("waiting", {"file": file}, partial(all_get, data)) for file, data in files))


def all_get(data, recording, file):
    for name in ("first", "second", "later", "again", "and again", "after the block"):
        assert recording.attempt(name).value == data


@grading(
    points=4,
    promise=3,
    part="start",
    schedules=2,
    diagnosis="wrong-status",
    feedback="A download said another thing about itself than what it was doing.",
    help="set the status when the task begins and, before you wake those who wait, when it ends; add `len(chunk)` to "
    "received when a chunk arrives",
    show=("files",),
)
def test_handles_tell_what_is(play):
    """url, status and received tell what is"""
    recording = play("looking", files={"film": [1, "abc", 1, "de"], "song": [1, "x", 2, "!OSError"]})

    no_error_came_out(recording)
    times = (0, 0.5, 1.5, 2.5, 3.5)
    film = [["running", 0], ["running", 0], ["running", 3], ["done", 5], ["done", 5]]
    song = [["running", 0], ["running", 0], ["running", 1], ["running", 1], ["failed", 1]]
    for url, wanted, what in (
        ("film", film, "3 bytes at 1 s and 2 at 2 s"),
        ("song", song, "1 byte at 1 s, none after"),
    ):
        for time, want, look in zip(times, wanted, recording.values("states"), strict=True):
            said = [state[1:] for state in look if state[0] == url]
            if said != [want]:
                found = "nothing of that URL" if not said else f"status {said[0][0]!r} and received {said[0][1]}"
                raise Diagnosed("wrong-status", f"Of a file with {what}, the handle said at {time:g} s: {found}.")
        ends = recording.values(f"end of {url}")
        if ends and ends != [wanted[-1]]:
            raise Diagnosed(
                "wrong-status",
                f"wait() was over, and the status of its download was still {ends[0][0]!r}.",
                help="set the status first, and then the event that wakes those who wait, without an `await` between",
            )
        assert ends == [wanted[-1]]


@grading(
    points=4,
    promise=4,
    part="start",
    schedules=2,
    diagnosis="lost-error",
    feedback="A download failed. Each wait() for it, now or later, must raise the very error that it failed with, and "
    "not in an ExceptionGroup.",
    help="catch the error in the task of the download, store it in the handle, and raise it in wait()",
    show=("files", "closing"),
)
def test_wait_raises_the_error_of_the_download(play):
    """wait() raises the very error, every time"""
    failures = (
        ({"file": [1, "a", 1, "!OSError"]}, {}),
        ({"file": [1, "a", 1, "!ValueError"]}, {}),
        ({"file": [1, "a", 1, "!TimeoutError"]}, {}),
        ({"file": [1, "a", 1, "!ExceptionGroup"]}, {}),
        ({"file": "!KeyError"}, {}),
        ({"file": [1, "a"]}, {"file": "!OSError"}),
    )
    each_holds(
        play,
        *(("failing", {"files": files, "closing": closing}, raises_it_every_time) for files, closing in failures),
    )


def raises_it_every_time(recording, files, closing):
    no_deadlock_of_waiters(recording, "The download failed")
    if any(attempt.how == "cancelled" for attempt in recording.attempts):
        raise Diagnosed(
            "failure-spreads",
            f"A download failed with {bad_error(files, closing)}, and the block in which others waited for it was "
            "cancelled.",
            help="catch every Exception in the task of the download: one that leaves the task cancels the group",
        )
    for name in ("file first", "file second", "file again"):
        assert recording.attempt(name).raised == "file" or files["file"][-1] == "!ExceptionGroup"
    assert recording.values("error of file") == [token("file")] * 3
    assert [status for _, status, _ in recording.values("states")[0]] == ["failed"]


@grading(
    points=4,
    promise=5,
    part="start",
    schedules=2,
    diagnosis="failure-spreads",
    feedback="Some downloads failed, and others, or the manager, went down with them.",
    help="catch every Exception in the task of the download: one that leaves the task cancels the whole group",
    show=("files", "closing"),
)
def test_a_failure_touches_no_other(play):
    """a failed download touches no other one"""
    good = {"good": [2, "a", 5, "b"], "good too": [9, "c"]}
    failures = (
        ({"bad": [1, "x", "!OSError"], "worse": [1, "!ValueError"]}, {}),
        ({"bad": [1, "!KeyError"], "worse": [3, "!ExceptionGroup"]}, {}),
        ({"bad": "!OSError", "worse": "!ValueError"}, {}),
        ({"bad": [1, "x"]}, {"bad": "!OSError"}),
    )
    each_holds(
        play,
        *(
            ("failing_beside", {"files": {**bad, **good}, "closing": closing}, the_others_go_on)
            for bad, closing in failures
        ),
    )


def the_others_go_on(recording, files, closing):
    for url, data, end in (("good", b"ab", 7), ("good too", b"c", 9), ("late", b"late", 6)):
        attempt = recording.attempt(url)
        if attempt.how != "returned":
            raise Diagnosed(
                "failure-spreads",
                "Some downloads failed, and another one did not come to its end.",
                help="catch every Exception in the task of the download: one that leaves it cancels the group",
            )
        assert attempt.value == data
        assert attempt.end == (9 if url == "good too" else 7 if url == "good" else end)
    if recording.attempt("block").how == "raised":
        raise Diagnosed(
            "failure-spreads",
            "Some downloads failed, and leaving the block raised an error. The errors belong to the handles alone.",
            help="store the error in the handle, and let nothing leave the task of the download",
        )
    assert recording.attempt("block").how == "returned"


@grading(
    points=3,
    promise=6,
    part="start",
    schedules=2,
    diagnosis="not-closed",
    feedback="A download was over, and its iterator was not closed.",
    help="read the chunks inside of `async with aclosing(fetch(url)) as chunks`, and set the status behind it",
    show=("file", "seconds"),
)
def test_every_iterator_is_closed(play):
    """each iterator is closed, then it is over"""
    files = (([1, "a"], "came to its end"), ([1, "!OSError"], "failed"))
    each_holds(
        play,
        *(("closing_behind", {"file": file, "seconds": 2, "limit": 1}, partial(is_closed, how)) for file, how in files),
    )


def is_closed(how, recording, file, seconds, limit):
    no_error_came_out(recording)
    if not recording.times("close"):
        raise Diagnosed("not-closed", f"A download {how}, and nothing called aclose() of its iterator.")
    ends = recording.attempt("wait").end
    if ends < 3:
        raise Diagnosed(
            "cleanup-not-awaited",
            f"A download {how} at 1 s, and aclose() of its iterator took until 3 s. wait() was over at {ends:g} s.",
            help="set status and event behind the `async with aclosing(...)`: leaving it waits for aclose()",
        )
    assert recording.times("closed") == [3]
    assert ends == 3
    if states_of(recording, "file")[0][1] != "running":
        raise Diagnosed(
            "cleanup-not-awaited",
            f"A download {how} at 1 s, and aclose() of its iterator took until 3 s. At 2 s its status was "
            f"{states_of(recording, 'file')[0][1]!r}.",
            help="set status and event behind the `async with aclosing(...)`: leaving it waits for aclose()",
        )


@grading(
    points=3,
    promise=7,
    part="start",
    schedules=2,
    diagnosis="early-return",
    feedback="The block was left while three downloads of 1 s, 5 s and 3 s were running. Leaving it takes until they "
    "are over.",
    help="await the `__aexit__` of the task group in `__aexit__`: it waits for all tasks of the group",
    show=("files",),
)
def test_leaving_waits_for_what_was_started(play):
    """leaving the block waits for all downloads"""
    files = {"film": [1, "a"], "song": [5, "bc"], "book": [3, "d"]}
    each_holds(play, ("leaving", {"files": files}, leaves_after_the_last), ("leaving", {"files": {}}, leaves_at_once))


def leaves_after_the_last(recording, files):
    if recording.times("fetch") and recording.span("block").took == 0:
        raise Diagnosed(
            "early-return",
            "Three downloads were started, and the block was left at once. The last of them needs 5 s.",
            help="await the `__aexit__` of the task group in `__aexit__`: it waits for all tasks of the group",
        )
    assert recording.span("block").took == 5
    assert recording.values("states") == [[["film", "done", 1], ["song", "done", 2], ["book", "done", 1]]]


def leaves_at_once(recording, files):
    assert recording.span("block").took == 0


@grading(
    points=2,
    promise=8,
    part="start",
    schedules=2,
    diagnosis="edge-case",
    feedback="start() was called before the block, or after it. There is nothing then that could own the download.",
    help="raise RuntimeError in start() unless the manager is inside of its block",
)
def test_starting_outside_is_an_error(play):
    """start() outside the block is a RuntimeError"""
    recording = play("outside")

    for name in ("before", "after", "after an error in"):
        if recording.attempt(name).how == "returned":
            raise Diagnosed("edge-case", f"start() was called {name} the block, and returned as if nothing was wrong.")
        assert recording.attempt(name).raised.isa("RuntimeError")
    assert recording.times("fetch") == []


@grading(
    points=1,
    promise=9,
    part="start",
    schedules=2,
    diagnosis="overwritten-result",
    feedback="The same URL was started twice. That is two downloads: each has a handle, and is fetched by itself.",
    help="make a new handle in every call of start(), and keep the handles in a list and not by URL",
)
def test_the_same_url_twice_is_two_downloads(play):
    """the same URL twice is two downloads"""
    recording = play("twice")

    assert recording.values("two handles") == [True]
    assert recording.times("fetch") == [0, 1.5]
    assert recording.attempt("first").value == b"older"
    assert recording.attempt("second").value == b"new"


# ---- part 2: limits --------------------------------------------------------------------------------------------------


@grading(
    points=5,
    promise=10,
    part="limits",
    schedules=2,
    diagnosis="too-many-at-once",
    feedback="Five downloads were started with max_concurrent=2. Two may run; the others are queued, and not fetched.",
    help="put each download into a queue, and begin those in front while fewer than max_concurrent are running",
    show=("files", "limit"),
)
def test_at_most_so_many_run(play):
    """no more than max_concurrent are running"""
    files = {url: [2, "x"] for url in ("a", "b", "c", "d", "e")}
    recording = play("limited", files=files, limit=2, closing={"a": 1})

    at_once = most_at_once(recording)
    if at_once > 2:
        raise Diagnosed(
            "too-many-at-once",
            f"Five downloads were started with max_concurrent=2, and {at_once} ran at the same time.",
        )
    early = sum(time < 2 for time in recording.times("fetch"))
    if early > 2:
        raise Diagnosed(
            "too-many-at-once",
            f"With max_concurrent=2, fetch() was called for {early} downloads before the first of them was over.",
            help="call fetch() when it is the turn of the download, in its task, and not in start()",
        )
    assert at_once == 2
    for look in recording.values("states"):
        running = sum(status == "running" for _, status, _ in look)
        if running > 2:
            raise Diagnosed(
                "wrong-status",
                f"With max_concurrent=2, {running} downloads said that they are 'running'.",
                help='let the status be "queued" until the download begins',
            )
        assert all(status in ("queued", "running", "done") for _, status, _ in look)
    first = [status for _, status, _ in recording.values("states")[0]]
    assert sorted(first) == ["queued"] * 3 + ["running"] * 2


@grading(
    points=2,
    promise=10,
    part="limits",
    schedules=2,
    diagnosis="shared-state",
    feedback="Two managers with a limit of two each were used at the same time. Each had two downloads, and some of "
    "them had to wait for the other manager's, or never began.",
    help="make queue and counter in `__init__`: what is made in the class or in the module belongs to all managers",
)
def test_each_manager_counts_its_own(play):
    """each manager counts its own downloads"""
    recording = play("two_managers")

    if len(recording.times("fetch")) < 4 or any(recording.times("fetch")):
        raise Diagnosed(
            "shared-state",
            "Two managers with max_concurrent=2 had two downloads each, and not all four of them began at once.",
        )
    for side in ("left", "right"):
        assert [recording.attempt(f"{side} {number}").end for number in (1, 2)] == [1, 2]


@grading(
    points=3,
    promise=11,
    part="limits",
    diagnosis="wrong-queue-order",
    schedules=5,
    feedback="Downloads waited for a place. They must begin in the order in which they were started.",
    help="take the next one from the front of a `deque`, at the moment when a place is free",
    show=("count",),
)
def test_first_come_first_served(play):
    """first come, first served"""
    recording = play("in_line", count=6)

    urls = recording.values("fetch")
    wanted = [f"file {number}" for number in range(6)]
    if sorted(urls) == wanted and urls != wanted:
        numbers = ", ".join(url.removeprefix("file ") for url in urls)
        raise Diagnosed("wrong-queue-order", f"Six downloads were started, 0 to 5, and began in the order {numbers}.")
    assert urls == wanted


@grading(
    points=2,
    promise=11,
    part="limits",
    diagnosis="wrong-queue-order",
    schedules=5,
    feedback="A place became free, and at this very moment another download was started. It pushed in before the one "
    "that had been waiting.",
    help="let start() put every download at the end of the queue, and take from the front alone, also in start()",
)
def test_nobody_pushes_in(play):
    """a late one does not push in"""
    assert play("pushing_in").values("fetch") == ["first", "waiting", "late"]


@grading(
    points=4,
    promise=12,
    part="limits",
    schedules=2,
    diagnosis="lost-place",
    feedback="A download was over, and its place was not free at that very moment.",
    help="free the place in a `finally`, and begin the next download there",
    show=("files", "limit"),
)
def test_a_place_is_free_at_once(play):
    """the place of one that is over is free at once"""
    ends_of_files = (
        ({"a": [1.25, "x"], "b": [1, "y"]}, "was done", {"a": 1.25, "b": 2.25}),
        ({"a": [1.25, "!OSError"], "b": [1, "y"]}, "failed", {"a": 1.25, "b": 2.25}),
        ({"a": "!OSError", "b": [1, "y"]}, "could not be fetched", {"a": 0, "b": 1}),
    )
    each_holds(
        play,
        *(("place_after", {"files": files}, partial(place_is_free, how, ends)) for files, how, ends in ends_of_files),
    )


def place_is_free(how, ends, recording, files):
    no_error_came_out(recording)
    begins = recording.times("fetch")
    # Which of the two begins first is a matter of another promise.
    if recording.values("fetch")[:1] == ["b"]:
        how, ends = "was done", {"b": 1, "a": ends["b"]}
    if len(begins) == 1:
        raise Diagnosed(
            "lost-place",
            f"With max_concurrent=1 one download {how}, and the next one never began.",
        )
    over = min(ends.values())
    if begins[1:] != [over]:
        raise Diagnosed(
            "polling",
            f"One download {how} at {over:g} s, and the next one began at {begins[1]:g} s.",
            help="let the end of each download begin the next one, where nothing has to look",
        )
    assert {url: recording.attempt(url).end for url in files} == ends


# ---- part 3: cancelling ----------------------------------------------------------------------------------------------


@grading(
    points=5,
    promise=13,
    part="cancel",
    schedules=4,
    diagnosis="not-cancelled",
    feedback="A running download was cancelled at 1.5 s. It must stop then, its iterator be closed, wait() raise "
    "DownloadCancelled, and the next download take the place.",
    help="give each download a `CancelScope` of its own round all that its task does, and cancel that",
    show=("closing",),
)
def test_cancelling_one_frees_its_place(play):
    """cancelling one stops it and frees its place"""
    each_holds(
        play,
        ("cancelling", {"closing": 0}, partial(one_is_cancelled, 1.5)),
        ("cancelling", {"closing": 2}, partial(one_is_cancelled, 3.5)),
        ("cancelling_the_fresh", {}, the_fresh_is_cancelled),
    )


def one_is_cancelled(over, recording, closing):
    no_deadlock_of_waiters(recording, "A running download was cancelled")
    if "cancelled" not in recording.values("close"):
        raise Diagnosed("not-closed", "A running download was cancelled, and its iterator was not closed.")
    other = recording.attempt("other")
    if other.how != "returned" or other.value != b"xy":
        raise Diagnosed(
            "cancels-too-much",
            "One download was cancelled, and another one that was running beside it stopped, too.",
        )
    mine = recording.attempt("cancelled")
    assert mine.raised.isa("submission.DownloadCancelled")
    assert recording.attempt("again").raised.isa("submission.DownloadCancelled")
    if mine.end != over:
        raise Diagnosed(
            "not-cancelled",
            f"A download was cancelled at 1.5 s, and its iterator needed {closing} s to close. Those who waited "
            f"went on at {mine.end:g} s.",
        )
    begins = recording.times("fetch")
    if len(begins) < 4 or begins[3] != over:
        when = f"at {begins[3]:g} s" if len(begins) > 3 else "never"
        raise Diagnosed(
            "lost-place",
            f"A download was cancelled at 1.5 s, and its iterator was closed at {over:g} s. The next began {when}.",
        )
    status = states_of(recording, "cancelled")[0][1]
    if status != ("running" if closing else "cancelled"):
        raise Diagnosed(
            "wrong-status",
            f"A download was cancelled at 1.5 s, and its iterator was closed at {over:g} s. At 2 s its status was "
            f"{status!r}.",
            help="set the status when the download is over, in its task",
        )
    assert recording.values("in the end")[0][0] == ["cancelled", "cancelled", 1]
    assert other.end == 5


def the_fresh_is_cancelled(recording):
    assert recording.attempt("fresh").raised.isa("submission.DownloadCancelled")
    assert recording.attempt("fresh").end == 0
    assert recording.attempt("other").value == b"x"
    assert recording.values("states")[0][0] == ["fresh", "cancelled", 0]


@grading(
    points=4,
    promise=14,
    part="cancel",
    schedules=4,
    diagnosis="not-cancelled",
    feedback="A download was cancelled at 1 s while it was queued. It must be over then, and never be fetched.",
    help="take a cancelled download out of the queue, set its status and wake those who wait for it",
)
def test_cancelling_a_queued_download_never_fetches_it(play):
    """a queued one that is cancelled is never fetched"""
    recording = play("cancelling_the_queued")

    if "cancelled" in recording.values("fetch"):
        raise Diagnosed("not-cancelled", "A download was cancelled while it was queued, and fetched all the same.")
    no_deadlock_of_waiters(recording, "A queued download was cancelled")
    mine = recording.attempt("cancelled")
    assert mine.raised.isa("submission.DownloadCancelled")
    if mine.end != 1:
        raise Diagnosed(
            "not-cancelled",
            f"A queued download was cancelled at 1 s, and those who waited for it were told at {mine.end:g} s.",
        )
    assert states_of(recording, "cancelled") == [["cancelled", "cancelled", 0]]
    assert [recording.attempt(url).end for url in ("first", "last")] == [5, 6]


@grading(
    points=3,
    promise=15,
    part="cancel",
    schedules=2,
    diagnosis="stale-state",
    feedback="cancel() was called for a download that was over already. That changes nothing.",
    help="change the status at the end of the download's task alone, and let cancel() only cancel its scope",
)
def test_cancel_after_the_end_changes_nothing(play):
    """cancel() after the end changes nothing"""
    recording = play("cancelling_what_is_over")
    no_error_came_out(recording)

    no_deadlock_of_waiters(recording, "cancel() was called for downloads that were over")
    ends = {"done": "done", "failed": "failed", "cancelled": "cancelled", "running": "done"}
    for name in ("states", "after the block"):
        for url, status, _ in recording.values(name)[0]:
            if status != ends[url]:
                raise Diagnosed(
                    "stale-state",
                    f"A download was {ends[url]!r}, then cancel() was called, and its status was {status!r}.",
                    help="change the status at the end of the download's task alone, and let cancel() cancel its scope",
                )
    assert recording.attempt("done").value == b"data"
    assert recording.attempt("failed").raised == "failed"
    assert recording.attempt("cancelled").raised.isa("submission.DownloadCancelled")
    assert recording.attempt("running").value == b"data"

    queued = play("cancelling_the_queued")
    said = [status for name in ("states", "at its turn") for _, status, _ in states_of(queued, "cancelled", name)]
    if said[:1] == ["cancelled"] and any(status != "cancelled" for status in said):
        raise Diagnosed(
            "stale-state",
            "A queued download was cancelled, and its status was 'cancelled'. When it would have been its turn, its "
            f"status was {said[-1]!r}.",
            help="take a cancelled download out of the queue, or pass over it there",
        )


@grading(
    points=2,
    promise=15,
    part="cancel",
    schedules=2,
    diagnosis="stale-state",
    feedback="cancel() came when the data was as good as there. The download is done or cancelled then, and status and "
    "every wait() must say the same.",
    help="decide once, at the end of the download's task, how it ended",
)
def test_status_and_wait_agree(play):
    """status and wait() agree, whatever came first"""
    agree = partial(status_and_wait_agree, "when the last chunk arrived")
    each_holds(
        play,
        *(("cancelling_at_the_end", {"turns": turns}, agree) for turns in range(1, 5)),
        (
            "cancelling_in_vain",
            {},
            partial(status_and_wait_agree, "while an iterator went on that could not be stopped"),
        ),
    )


def status_and_wait_agree(when, recording, turns=None):
    no_deadlock_of_waiters(recording, f"cancel() came {when}")
    ends = [status for status in recording.values("status") if status in FINAL]
    if len(set(ends)) > 1:
        raise Diagnosed(
            "stale-state",
            f"cancel() came {when}. The status of the download was {ends[0]!r} first and {ends[-1]!r} later.",
            help="decide once, at the end of the download's task, how it ended",
        )
    assert ends != []
    for name in ("early", "later"):
        attempt = recording.attempt(name)
        if (attempt.how == "returned") != (ends[0] == "done"):
            got = "gave the data" if attempt.how == "returned" else "raised an error"
            raise Diagnosed(
                "stale-state",
                f"cancel() came {when}. The status of the download is {ends[0]!r}, and wait() {got}.",
                help="decide once, at the end of the download's task, how it ended",
            )
        if ends[0] == "done":
            assert attempt.value == b"data"
        else:
            assert attempt.raised.isa("submission.DownloadCancelled")


@grading(
    points=4,
    promise=16,
    part="cancel",
    schedules=2,
    diagnosis="cancels-too-much",
    feedback="A task that waited for a download lost patience at 2 s, and the download, or another one that waited, "
    "was cancelled with it.",
    help="wait for an event in wait(), and let the download run in a task of the manager's group",
)
def test_an_impatient_waiter_cancels_nothing(play):
    """who stops waiting does not stop the download"""
    recording = play("impatient")

    assert states_of(recording, "file") == [["file", "running", 1]]
    assert recording.attempt("impatient").cancelled_at == 2
    for name in ("patient", "back"):
        assert recording.attempt(name).value == b"ab"
        assert recording.attempt(name).end == 5


def everything_is_over(recording, moment, how):
    """The block ended at 2.5 s: one download was done, one running, and two were queued."""
    no_deadlock_of_waiters(recording, f"The block was left by {how}")
    fetched = recording.values("fetch")
    if fetched != ["done", "running"]:
        raise Diagnosed(
            "not-cancelled",
            f"The block was left by {how} at 2.5 s, and a queued download was fetched after that.",
            help="empty the queue, or look for a cancellation before fetch() is called",
        )
    if recording.values("close") != fetched:
        raise Diagnosed("not-closed", f"The block was left by {how}, and the iterator of a download was not closed.")
    (states,) = recording.values("states")
    for url, status, _ in states:
        if status not in FINAL:
            raise Diagnosed(
                "not-cancelled",
                f"The block was left by {how} at 2.5 s, and a download stayed {status!r} for ever.",
                help='let a `finally` set the status, and give everything in the queue the status "cancelled"',
            )
        assert status == ("done" if url == "done" else "cancelled")
    assert recording.attempt("done").value == b"a"
    for url in ("running", "queued", "last"):
        assert recording.attempt(url).raised.isa("submission.DownloadCancelled")
        assert recording.attempt(url).end <= moment


@pytest.mark.parametrize("closing", [0, 3])
@grading(
    points=4,
    promise=17,
    part="cancel",
    schedules=3,
    diagnosis="not-cancelled",
    feedback="The body of the block raised an error at 2.5 s. Everything must be cancelled and closed, and the "
    "error go on.",
    help="hand the three arguments of `__aexit__` to the `__aexit__` of the task group: it then cancels its tasks",
    show=("closing",),
)
def test_leaving_by_an_error_cancels_everything(play, closing):
    """leaving by an error cancels everything"""
    recording = play("leaving_by_an_error", closing=closing)

    block = recording.attempt("block")
    if block.how == "returned":
        raise Diagnosed(
            "lost-error",
            "The body of the block raised an error, and the error did not come out of the block.",
            help="return what the `__aexit__` of the task group returns, and nothing that is true",
        )
    if block.end != 2.5 + closing:
        raise Diagnosed(
            "not-cancelled",
            f"The body of the block raised an error at 2.5 s, and a running download needs {closing} s to close. "
            f"The block was left at {block.end:g} s.",
        )
    assert block.raised == "boom"
    everything_is_over(recording, 2.5 + closing, "an error")


@pytest.mark.parametrize("body", [100, 0])
@grading(
    points=3,
    promise=18,
    part="cancel",
    schedules=4,
    diagnosis="not-cancelled",
    feedback="The block was cancelled at 2.5 s. Everything must be cancelled and closed, and the cancellation go on.",
    help="let the cancellation pass through `__aexit__`, and set status and event in a `finally`",
    show=("body", "closing"),
)
def test_cancelling_the_block_cancels_everything(play, body):
    """cancelling the block cancels everything"""
    each_holds(play, *(("cancelled_block", {"body": body, "closing": closing}, all_is_cancelled) for closing in (0, 3)))


def all_is_cancelled(recording, body, closing):
    block = recording.span("block")
    if block.end < 2.5:
        raise Diagnosed(
            "early-return",
            f"The block was left at {block.end:g} s, while downloads were running.",
            help="await the `__aexit__` of the task group in `__aexit__`: it waits for all tasks of the group",
        )
    if block.how == "returned":
        raise Diagnosed(
            "swallowed-cancellation",
            "The block was cancelled, and went on behind it as if it had come to its end.",
            help="return what the `__aexit__` of the task group returns, and nothing that is true",
        )
    if block.end > 2.5 + closing:
        raise Diagnosed(
            "swallowed-cancellation",
            f"The block was cancelled at 2.5 s, and a download needs {closing} s to close. The block was left at "
            f"{block.end:g} s.",
        )
    assert block.cancelled_at == 2.5 + closing
    everything_is_over(recording, 2.5 + closing, "a cancellation")


@grading(
    points=2,
    promise=18,
    part="cancel",
    schedules=1,
    diagnosis="not-cancelled",
    feedback="The block was cancelled, and something of it went on, stayed open, or was never over.",
    help="let the cancellation pass through `__aexit__`, and set status and event in a `finally`",
)
def test_cancelling_the_block_at_any_step(play):
    """wherever the block is cancelled, all is over"""
    for recording in play.each_step("cancelled_at_each_step"):
        no_deadlock_of_waiters(recording, "The block was cancelled")
        assert not recording.raised
        assert recording.stopped_at_once
        assert not recording.left_running
        assert sorted(recording.values("close")) == sorted(recording.values("open"))
        for url, status, _ in recording.values("states")[0]:
            assert status in ("done", "cancelled")
            if status == "done":
                assert recording.attempt(url).how == "returned"
            else:
                assert recording.attempt(url).raised.isa("submission.DownloadCancelled")
        assert recording.values("later") == recording.values("states")


# ---- part 4: updates -------------------------------------------------------------------------------------------------


def ended_before(recording, name):
    """Nothing is said of updates that were asked for, and the play hangs."""
    if recording.ended_as("deadlock") and not recording.times(name):
        raise Diagnosed(
            "missed-change",
            "updates() was asked for its first item, and nothing came.",
            help="deliver the present state first, and wait for a change after that",
        )


@grading(
    points=4,
    promise=19,
    part="updates",
    schedules=3,
    diagnosis="missed-change",
    feedback="The first item of updates() must come at once, with the state of every download in the order of start().",
    help="make a tuple with a new Snapshot of every download, over or not, from a list to which start() appends",
    show=("files", "limit"),
)
def test_first_update_comes_at_once(play):
    """the first update comes at once, with all"""
    files = {
        "zebra": [1, "abc"],
        "song": [1, "x"],
        "film": [2, "de", 2, "f"],
        "apple": [9, "g"],
        "late": [],
    }
    each_holds(
        play,
        ("first_item", {"files": files, "limit": 2}, first_item_is_all),
        ("nothing_started", {}, first_item_is_nothing),
    )


def first_item_is_all(recording, files, limit):
    ended_before(recording, "item")
    if recording.times("item") != [2.5]:
        raise Diagnosed("missed-change", "updates() was asked at 2.5 s for its first item, and that came later.")
    wanted = [
        ["zebra", "done", 3], ["song", "done", 1], ["film", "running", 0], ["apple", "running", 0],
        ["late", "queued", 0],
    ]  # fmt: skip
    (item,) = recording.values("item")
    assert item == wanted
    if recording.values("the same item") != [wanted]:
        raise Diagnosed(
            "shared-state",
            "An item of updates() said another thing later than when it was delivered.",
            help="make a tuple with new Snapshots for each item: neither the handles nor a list that goes on changing",
        )


def first_item_is_nothing(recording):
    ended_before(recording, "item")
    assert recording.values("item") == [[]]
    assert recording.times("item") == [0]


@grading(
    points=4,
    promise=20,
    part="updates",
    schedules=2,
    diagnosis="missed-change",
    feedback="updates() must deliver each change at the moment when it happens, and nothing in between.",
    help="let every change set an event, and let updates() wait for that",
    show=("files",),
)
def test_updates_show_changes_as_they_happen(play):
    """updates come when something changes"""
    files = {"film": [1, "ab", 1, "c", 6, "d"], "song": [1.5, "!OSError"]}
    each_holds(
        play,
        ("watching", {"files": files, "until": 15, "second_at": 3}, each_change_is_seen),
        ("watching_the_queue", {}, cancelling_the_queued_is_seen),
    )


def each_change_is_seen(recording, files, until, second_at):
    no_error_came_out(recording)

    ended_before(recording, "item")
    latest = {}
    for time, item in zip(recording.times("item"), recording.values("item"), strict=True):
        latest[time] = item
    wanted = {
        0: [["film", "running", 0]],
        1: [["film", "running", 2]],
        2: [["film", "running", 3]],
        3: [["film", "running", 3], ["song", "running", 0]],
        4.5: [["film", "running", 3], ["song", "failed", 0]],
        8: [["film", "done", 4], ["song", "failed", 0]],
    }
    idle = [time for time in latest if time not in wanted]
    if idle:
        missing = [time for time in wanted if time not in latest]
        if missing:
            raise Diagnosed(
                "polling", f"Something changed at {seconds(missing)}. An item came at {seconds(idle)}, and none then."
            )
        raise Diagnosed("polling", f"Nothing changed at {seconds(idle)}, and an item came all the same.")
    for time, states in wanted.items():
        if latest.get(time) != states:
            what = "nothing" if time not in latest else f"{latest[time]}"
            raise Diagnosed("missed-change", f"At {time:g} s the user interface should have seen {states}, not {what}.")


def cancelling_the_queued_is_seen(recording):
    is_over = states_of(recording, "song") == [["song", "cancelled", 0]]
    if is_over and recording.values("item")[-1:] != [[["film", "running", 0], ["song", "cancelled", 0]]]:
        raise Diagnosed(
            "missed-change",
            "A queued download was cancelled at 1.5 s, and its status said so. The user interface was not told.",
            help="report every change of a status, that of a queued download, too",
        )


@grading(
    points=3,
    promise=20,
    part="updates",
    schedules=2,
    diagnosis="missed-change",
    feedback="A reader was busy for a while, and something changed meanwhile. It must get that when it asks again.",
    help="count the changes, and compare the count with that of your previous item before you wait",
    show=("files", "pauses"),
)
def test_a_change_while_the_reader_is_busy(play):
    """what changed meanwhile comes at once"""
    # It gets the first item at 0 s and asks again at 1.75 s, when a chunk has come at 1 s, and none comes before 9 s.
    recording = play("watching", files={"film": [1, "ab", 8, "c"]}, until=12, pauses=[1.75])

    ended_before(recording, "item")
    later = [time for time in recording.times("item") if time > 0]
    if later[:1] != [1.75]:
        when = f"at {later[0]:g} s" if later else "never"
        raise Diagnosed(
            "missed-change",
            f"Something changed at 1 s while the reader was busy. It asked again at 1.75 s; the next item came {when}.",
        )
    (item,) = [
        value for time, value in zip(recording.times("item"), recording.values("item"), strict=True) if time == 1.75
    ]
    assert item == [["film", "running", 2]]


@grading(
    points=5,
    promise=21,
    part="updates",
    schedules=2,
    diagnosis="backlog",
    feedback="A reader did not look for a second, in which 57 chunks arrived. It must get the newest state in one "
    "item, and the download must not wait for it.",
    help="keep the states and a version number, and no queue: let each reader ask for what is now",
    show=("chunks",),
)
def test_a_ui_that_does_not_look_delays_nothing(play):
    """a reader that does not look delays nothing"""
    recording = play("not_looking", chunks=57)

    if recording.ended_as("deadlock") or recording.attempt("file").how == "cancelled":
        raise Diagnosed(
            "backlog", "One reader took an item and never asked again, and the download did not come to its end."
        )
    over = recording.attempt("file").end
    if over > 9.58:
        raise Diagnosed(
            "backlog", f"A reader did not look for a second. The download needs 9.57 s, and took {over:g} s."
        )
    left = recording.span("block").end
    if left > 9.58:
        raise Diagnosed("backlog", f"The downloads were over at 9.57 s, and leaving the block took until {left:g} s.")
    states = [
        value[0][2] for time, value in zip(recording.times("item"), recording.values("item"), strict=True) if time < 9.5
    ]
    if len(states) > 2 or (states and states[-1] != 57 and len(states) > 1):
        raise Diagnosed(
            "backlog",
            f"A reader looked away while 57 chunks arrived, and then got {len(states) - 1} items, the first of them "
            f"with {states[1]} bytes.",
        )
    assert left == over == pytest.approx(9.57)
    assert states
    # Two readers that waited at the same time: what wakes the one wakes the other.
    for name in ("item", "other"):
        if recording.values(name)[-1] != [["file", "done", 58]]:
            raise Diagnosed(
                "missed-change",
                "Two readers waited for the same change, and one of them was not told of it.",
                help="let the change itself replace the event, and not a reader: the others wait for the old one",
            )


@pytest.mark.parametrize("fails", [False, True])
@grading(
    points=5,
    promise=22,
    part="updates",
    schedules=5,
    diagnosis="stream-never-ends",
    feedback="The block was left. Each reader of updates() must get the final state, and then its end.",
    help="note in a `finally` of `__aexit__` that the manager is closed, and wake all readers; the iterator ends when "
    "it has delivered the newest state and the manager is closed",
    show=("fails",),
)
def test_updates_end_with_the_manager(play, fails):
    """the updates end with the manager"""
    recording = play("ending", fails=fails)

    (left,) = recording.times("final")
    (final,) = recording.values("final")
    for name in ("eager", "sleepy", "late"):
        ends = recording.times(f"end of {name}")
        if not ends and recording.ended_as("deadlock", "late", "never-yields"):
            raise Diagnosed(
                "stream-never-ends", "The block was left, and a reader of updates() waits for another item for ever."
            )
        items = recording.values(name)
        if ends and ends[0] < left:
            raise Diagnosed(
                "stream-never-ends",
                f"An iterator of updates() ended at {ends[0]:g} s, and the block was left at {left:g} s.",
                help="end the iterator when the block has been left, and not when nothing is running",
            )
        if not items or items[-1] != final:
            raise Diagnosed(
                "missed-change",
                "updates() ended before it had delivered the final state.",
                help="deliver what is new first, and look after that whether the manager is closed",
            )
        assert len(ends) == 1
        if len([item for item in items if item == final]) > 2:
            raise Diagnosed("stream-never-ends", "The final state was delivered more than twice before the end.")
