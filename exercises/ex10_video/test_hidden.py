"""Hidden tests of ex10: judge recordings of exports, on both backends, under every schedule."""

from grader.authoring import Diagnosed, grading

UNEVEN = [1, 4, 1, 1, 2, 3, 1, 5, 1, 1, 2, 1]
"""How long twelve frames take: in shares or in batches of equal size, some workers have nothing to do."""

EXPORTED = (
    {"film 1": ([5, 1, 3, 2], 3), "film 2": ([1, 2, 3], 8)},
    {"film 3": ([5, 1, 3, 2], 1), "film 4": ([1, 2, 1], None)},
    {"film 5": ([1], 1), "film 6": ([1], 3)},
    {"film 7": (UNEVEN, 3), "film 8": (UNEVEN, 2)},
)
"""How long each frame of a film takes, and the number of workers. Films of one play are exported one after the other.

An answer that encodes films of one frame, or with one worker, in the event loop ends their play, and no other one.
"""

REPORTED = (
    {"film 1": (UNEVEN, 3), "film 2": (UNEVEN, 1)},
    {"film 3": ([1] * 12, 12), "film 4": ([6, 1.37, 2, 3], 4)},
)
"""The same of films that report their progress."""

FAILING = (
    {
        "film 1": (4, 2, [1], "ValueError"),
        "film 2": (4, 2, [2], "ValueError"),
        "film 3": (4, 2, [4], "ValueError"),
        "film 4": (4, 2, [2], "ErrorOfTheEncoder"),
        "film 5": (4, 2, [2], "OSError"),
        "film 6": (4, 2, [1, 2], "ValueError"),
        "film 7": (4, 2, [2], "ExceptionGroup"),
    },
    {
        "film 1": (4, 2, [2], "IndexError"),
        "film 2": (4, 2, [2], "KeyError"),
        "film 3": (4, 2, [2], "TimeoutError"),
        "film 4": (4, 2, [2], "EndOfStream"),
        "film 5": (4, 2, [2], "ClosedResourceError"),
        "film 6": (4, 2, [2], "WouldBlock"),
        "film 7": (4, 2, [4], "IndexError"),
    },
)
"""Films of which some frames cannot be encoded: how many frames and workers, which calls fail, and with what."""


def exported(play, *names):
    """Each of these films with its seconds, its workers and the play in which it was exported."""
    for films in EXPORTED:
        for film in [name for name in names if name in films]:
            recording = play("exporting", films=films)
            assert not recording.attempt(film).raised
            yield film, *films[film], recording


def reported(play, *names):
    """Each of these films with its seconds, its workers and the play in which it reported its progress."""
    for films in REPORTED:
        for film in [name for name in names if name in films]:
            recording = play("reporting", films=films)
            assert not recording.attempt(film).raised
            yield film, *films[film], recording


def frames(recording, film=""):
    return [span for span in recording.spans if span.name.startswith(f"{film} frame ".lstrip())]


def marks(recording, film, name):
    """The marks of that name from the beginning of the film to that of the next one."""
    begun, found = None, []
    for mark in recording.marks:
        if mark.name == "film":
            begun = mark.value
        elif begun == film and mark.name == name:
            found.append(mark)
    return found


def values(recording, film, name):
    return [mark.value for mark in marks(recording, film, name)]


def any_frame(encoded):
    if not encoded:
        raise Diagnosed("nothing-done", "export_video() came back, and had encoded no frame.")


def at_once(spans, time):
    return sum(span.start <= time < span.end for span in spans)


def idle(spans, workers):
    """The first moment at which workers were idle with frames left, how many worked, and how many should have."""
    for time in sorted({moment for span in spans for moment in (span.start, span.end)}):
        left = sum(span.end > time for span in spans)
        if at_once(spans, time) < min(workers, left):
            return time, at_once(spans, time), min(workers, left)
    return None


def numbered(count):
    return [b"<%d>" % number for number in range(1, count + 1)]


# ---- the event loop --------------------------------------------------------------------------------------------------


@grading(
    points=8,
    promise=2,
    schedules=1,
    diagnosis="blocked-loop",
    feedback="encode() was called in the thread of the event loop: the user interface freezes for a whole frame. A "
    "checkpoint between two frames does not help.",
    help="call it in a worker thread: `await to_thread.run_sync(encode, frame, limiter=limiter)`",
    show=("seconds", "workers"),
)
def test_encode_never_runs_in_the_loop_thread(play):
    """encode() never runs in the loop's thread"""
    for film, seconds, workers, recording in exported(play, "film 1", "film 3", "film 5", "film 6"):
        count, threads = len(seconds), values(recording, film, "thread")
        if inside := threads.count("loop"):
            raise Diagnosed(
                "blocked-loop",
                f"With workers={workers}, {inside} of {count} frames {'was' if inside == 1 else 'were'} encoded in the "
                "thread of the event loop: the user interface freezes meanwhile.",
                help="call it in a worker thread: `await to_thread.run_sync(encode, frame, limiter=limiter)`",
            )
        assert threads == ["worker"] * count


@grading(
    points=7,
    promise=2,
    schedules=2,
    diagnosis="blocked-loop",
    feedback="Frames of 5.5 s were encoded, and a clock beside them should tick five times meanwhile. It did not: the "
    "event loop stood still.",
    help="call it in a worker thread: `await to_thread.run_sync(encode, frame, limiter=limiter)`",
)
def test_the_user_interface_keeps_ticking(play):
    """the user interface keeps ticking meanwhile"""
    films = {"film 1": ([5.5, 5.5], 1), "film 2": ([5.5, 5.5], 2)}
    recording = play("ticking", films=films)
    assert not recording.raised
    for film in films:
        assert len(values(recording, film, "tick")) >= 5


# ---- results ---------------------------------------------------------------------------------------------------------


@grading(
    points=7,
    promise=1,
    schedules=3,
    diagnosis="completion-order",
    feedback="Four frames took 5 s, 1 s, 3 s and 2 s. The results must stand in the order of the frames, and not in "
    "the order in which they were done.",
    help="store each result by the position of its frame: `results[index] = ...`, with `enumerate(frames)`",
    show=("seconds", "workers", "expected"),
)
def test_results_in_frame_order(play):
    """results come in frame order"""
    for film, seconds, workers, recording in exported(play, "film 1", "film 3", "film 7"):
        count, results = len(seconds), recording.attempt(film).value
        if results != numbered(count):
            raise Diagnosed(
                "completion-order",
                f"With workers={workers}, the results of frames 1 to {count} are {results}. They must stand in the "
                "order of the frames.",
            )


@grading(
    points=4,
    promise=1,
    schedules=3,
    diagnosis="overwritten-result",
    feedback="Some frames are equal, false, or cannot be keys of a dict, and some become no bytes at all. Each frame "
    "is encoded once, and each result counts.",
    help="store each result by the position of its frame, and never ask whether a frame or a result is true",
)
def test_every_frame_is_encoded_once(play):
    """each frame is encoded once, whatever it is"""
    recording = play("odd_frames")

    once = ["None", "0", "[1]", "[1]", "''", "False", "'x'", "'x'"]
    assert not recording.raised
    assert sorted(recording.values("encoded")) == sorted([*once, *once, "'f'", "'i'", "'l'", "'m'"])
    assert recording.values("unchanged") == [True, True]
    for results in recording.result[:2]:
        assert [result.partition(b" ")[0] for result in results] == [b"", b"", b"[1]", b"[1]", b"", b"", b"'x'", b"'x'"]
        # Equal frames have become different bytes, whichever of them began first.
        assert {results[2], results[3]} == {b"[1] 1", b"[1] 2"}
        assert {results[6], results[7]} == {b"'x' 1", b"'x' 2"}
    assert recording.result[2] == [b"'f' 1", b"'i' 1", b"'l' 1", b"'m' 1"]


@grading(
    points=2,
    promise=1,
    schedules=1,
    diagnosis="edge-case",
    feedback="There were no frames. The result is [], and on_progress() has nothing to report.",
    show=("workers", "expected"),
)
def test_no_frames(play):
    """no frames: an empty list"""
    counts = (1, 5)
    recording = play("no_frames", workers=counts)
    for workers in counts:
        assert recording.attempt(f"{workers} workers").value == [[], [], []]
    assert recording.values("report") == []


# ---- how many at once ------------------------------------------------------------------------------------------------


@grading(
    points=7,
    promise=3,
    schedules=1,
    diagnosis="serial",
    feedback="Workers stood idle although there were frames left.",
    show=("seconds", "workers"),
)
def test_workers_work_at_the_same_time(play):
    """as many run at once as there are workers"""
    for film, seconds, workers, recording in exported(play, "film 1", "film 2", "film 7", "film 8"):
        spans = frames(recording, film)
        assert len(spans) == len(seconds)
        if max(at_once(spans, span.start) for span in spans) == 1:
            raise Diagnosed(
                "serial",
                f"With workers={workers} the frames were encoded one after the other.",
                help="start `workers` tasks in a task group: each takes one frame after the other",
            )
        if found := idle(spans, workers):
            time, working, wanted = found
            after = time - recording.attempt(film).start
            raise Diagnosed(
                "idle-workers",
                f"With workers={workers}, {working} of them worked at {after:g} s, and there were frames left for "
                f"{wanted}.",
            )


@grading(
    points=4,
    promise=3,
    schedules=1,
    diagnosis="default-limiter",
    feedback="150 frames, 150 workers: all of them are encoded at once.",
    help="make a limiter in the function, `limiter = CapacityLimiter(workers)`, and pass it on: `limiter=limiter`",
    show=("workers",),
)
def test_a_hundred_and_fifty_workers(play):
    """150 workers are 150 workers"""
    spans = frames(play("exporting", films={"film 1": ([1] * 150, 150)}), "film 1")

    assert len(spans) == 150
    most = max(at_once(spans, moment) for moment in {span.start for span in spans})
    if most == 1:
        raise Diagnosed("serial", "With workers=150 the frames were encoded one after the other.")
    if most < 150:
        raise Diagnosed("default-limiter", f"With workers=150, no more than {most} frames were encoded at once.")


@grading(
    points=7,
    promise=4,
    schedules=1,
    diagnosis="too-many-at-once",
    feedback="More frames were encoded at once than there are workers.",
    help="make a limiter in the function, `limiter = CapacityLimiter(workers)`, and pass it on: `limiter=limiter`",
    show=("workers",),
)
def test_never_more_than_workers(play):
    """never more at once than there are workers"""
    for film, seconds, workers, recording in exported(play, "film 3", "film 4", "film 7", "film 8"):
        (most,) = values(recording, film, "most")
        if most > (workers or 1):
            how = f"With workers={workers}" if workers else "Where `workers` is left out"
            raise Diagnosed("too-many-at-once", f"{how}, {most} frames were encoded at once.")
        assert len(frames(recording, film)) == len(seconds)


@grading(
    points=6,
    promise=5,
    schedules=2,
    diagnosis="shared-limiter",
    feedback="An export had to wait for threads of another one, or other work in threads had to wait for an export.",
    help="make a limiter in the function, `limiter = CapacityLimiter(workers)`, and pass it on: `limiter=limiter`",
    show=("workers",),
)
def test_exports_have_workers_of_their_own(play):
    """each export has workers of its own"""
    recording = play("two_exports")
    any_frame(recording.times("encoded"))
    spans = recording.spans
    late = max(span.end for span in spans)
    # A little too late is judged elsewhere: one that waits for the other needs about twice as long.
    if late > 9:
        raise Diagnosed(
            "shared-limiter",
            f"Two exports with a worker each began at once. Each needs 6 s, and one of them took {late:g} s: it waited "
            "for the thread of the other.",
        )

    films = {"film 1": ([5] * 2, 2), "film 2": ([5] * 40, 40)}
    recording = play("other_work", films=films)
    assert not recording.raised
    for film, (_, workers) in films.items():
        any_frame(frames(recording, film))
        span = recording.span(f"{film} read a file")
        if span.took > 1:
            raise Diagnosed(
                "shared-limiter",
                f"During an export with workers={workers}, another part of the program read a file in a worker thread. "
                f"That takes 1 s, and took {span.took:g} s: the export had taken the threads that all share.",
            )


@grading(
    points=2,
    promise=6,
    schedules=1,
    diagnosis="edge-case",
    feedback="There were fewer workers than 1. That is a ValueError, and nothing is encoded.",
    help="check it first: `if workers < 1: raise ValueError(...)`",
    show=("frames", "workers"),
)
def test_fewer_workers_than_one(play):
    """fewer workers than 1 are a ValueError"""
    films = {"film 1": (3, 0), "film 2": (3, -1), "film 3": (0, 0), "film 4": (0, -150)}
    recording = play("too_few_workers", films=films)
    for film, (count, workers) in films.items():
        if recording.attempt(film).how == "returned":
            raise Diagnosed("edge-case", f"{count} frames were exported with workers={workers}. That is a ValueError.")
        assert recording.attempt(film).raised.isa("ValueError")
        assert not frames(recording, film)
    assert recording.values("report") == []


# ---- progress --------------------------------------------------------------------------------------------------------


@grading(
    points=6,
    promise=7,
    schedules=1,
    diagnosis="wrong-thread",
    feedback="on_progress() was called in a worker thread. A user interface may be touched in the thread of the event "
    "loop only.",
    help="call it behind `await to_thread.run_sync(...)`: there your task is back in the event loop",
)
def test_progress_is_reported_in_the_loop_thread(play):
    """on_progress() runs in the loop's thread"""
    for film, _, workers, recording in reported(play, "film 1", "film 2"):
        any_frame(frames(recording, film))
        assert "worker" not in values(recording, film, "reported in"), f"with workers={workers}"


@grading(
    points=4,
    promise=7,
    schedules=2,
    diagnosis="miscounted-progress",
    feedback="12 frames were encoded. on_progress() must be called with (1, 12), (2, 12) and so on up to (12, 12).",
    help="count the frames that are done: `done += 1` with `nonlocal done`, and report in the same breath",
    show=("workers",),
)
def test_progress_counts_the_finished_frames(play):
    """progress counts 1, 2, 3, ... total"""
    for film, _, workers, recording in reported(play, "film 1", "film 2", "film 3"):
        reports = values(recording, film, "report")
        if reports != [(done, 12) for done in range(1, 13)]:
            raise Diagnosed(
                "miscounted-progress",
                f"12 frames were encoded with workers={workers}, and on_progress() was called {len(reports)} times"
                + (f"; the first calls were {', '.join(map(str, reports[:3]))}." if reports else "."),
            )


@grading(
    points=6,
    promise=8,
    schedules=1,
    diagnosis="late-report",
    feedback="on_progress() was not called at the moments at which frames were finished.",
    help="report in the task that has waited for the frame, as soon as `await to_thread.run_sync(...)` is over",
    show=("seconds", "workers"),
)
def test_progress_arrives_while_work_goes_on(play):
    """progress is reported when a frame is done"""
    for film, _, workers, recording in reported(play, "film 1", "film 2", "film 4"):
        any_frame(frames(recording, film))
        ends = sorted(span.end for span in frames(recording, film))
        times = [mark.time for mark in marks(recording, film, "report")]
        if len(times) == len(ends) and times != ends:
            start = recording.attempt(film).start
            time, end = next((time, end) for time, end in zip(times, ends, strict=True) if time != end)
            raise Diagnosed(
                "late-report",
                f"With workers={workers}, a frame was finished after {end - start:g} s, and on_progress() was told "
                f"after {time - start:g} s.",
            )
        assert set(times) == set(ends)


# ---- errors and cancellation -----------------------------------------------------------------------------------------


@grading(
    points=6,
    promise=9,
    schedules=2,
    diagnosis="siblings-left-running",
    feedback="After a frame had failed, more frames were begun.",
    help="let the error leave its task: the task group cancels the others, and they begin no further frame",
    show=("workers",),
)
def test_a_failing_frame_stops_the_export(play):
    """after a failure no further frames begin"""
    films = {
        "film 1": (12, 3, [2], "ValueError"),
        "film 2": (6, 1, [1], "ValueError"),
        "film 3": (8, 2, [3], "ValueError"),
    }
    recording = play("failing", films=films, seconds=1.5)
    for film, (_, workers, *_) in films.items():
        assert recording.attempt(film).raised
        failed = min(span.end for span in frames(recording, film) if span.how == "raised")
        if later := [span for span in frames(recording, film) if span.start > failed]:
            after = failed - recording.attempt(film).start
            raise Diagnosed(
                "siblings-left-running",
                f"With workers={workers}, a frame failed after {after:g} s. {len(later)} more were begun after that, "
                f"the first of them {later[0].start - failed:g} s later.",
                help="let the error leave its task: the task group cancels the others, and they begin no further frame",
            )


@grading(
    points=4,
    promise=9,
    schedules=1,
    diagnosis="lost-error",
    feedback="A frame could not be encoded. The very error that encode() raised must come out, and no other.",
    help="let the error leave its task as it is: the task group passes it on",
    show=("kind", "calls"),
)
def test_the_error_comes_out(play):
    """the error of encode() comes out"""
    for films in FAILING:
        recording = play("failing", films=films)
        for film, (_, _, calls, kind) in films.items():
            failed = recording.attempt(film)
            raised = f"Call {' and '.join(map(str, calls))} of encode() raised {kind}"
            if failed.how == "returned":
                raise Diagnosed("lost-error", f"{raised}, and no error came out.")
            assert failed.raised
            # Which frame begins first, and so fails, is up to the answer: errors are named by the number of the call.
            tokens = [f"error {call}" for call in calls]
            for stranger in [leaf for leaf in failed.raised.leaves if leaf.token not in tokens]:
                name = stranger.types[0].removeprefix("submission.")
                raise Diagnosed("lost-error", f"{raised}, and another error came out, of the class {name}.")


@grading(
    points=6,
    promise=10,
    schedules=2,
    diagnosis="swallowed-cancellation",
    feedback="export_video() was cancelled. It must begin no further frame, and the cancellation must go on to its "
    "caller.",
    help="do not shield the waiting, and let the cancellation leave every task",
)
def test_cancelling_begins_nothing_new(play):
    """a cancelled export begins no further frames"""
    for recording in play.each_step("cancelled", seconds=[2, 1, 3, 2], workers=2):
        begins_nothing_new(frames(recording), 4, recording.caller, recording.cancelled_at)

    recording = play("cancelled_after", seconds=[1, 2], workers=1, after=0.5)
    begins_nothing_new(frames(recording), 2, recording.span("export"), 0.5)


def begins_nothing_new(begun, count, export, cancelled_at):
    """An export of so many frames, which was cancelled at that time, has begun these frames."""
    if later := [span for span in begun if span.start > cancelled_at]:
        raise Diagnosed(
            "swallowed-cancellation",
            f"export_video() was cancelled after {cancelled_at:g} s, and {len(later)} more frames were begun after "
            "that.",
        )
    left = count - len(begun)
    if export.how == "raised":
        raise Diagnosed(
            "swallowed-cancellation",
            f"export_video() was cancelled after {cancelled_at:g} s. In the place of the cancellation, an error came "
            "out that encode() has not raised.",
        )
    if export.how != "cancelled" and left:
        raise Diagnosed(
            "swallowed-cancellation",
            f"export_video() was cancelled after {cancelled_at:g} s with {left} of {count} frames still to begin, and "
            "returned as if nothing had happened.",
        )


@grading(
    points=6,
    promise=11,
    schedules=2,
    diagnosis="leaked-thread",
    feedback="Threads were still busy when export_video() was over, or it waited for something else than them.",
    help="leave `abandon_on_cancel` out: then `run_sync` waits for its thread, even when it is cancelled",
)
def test_nothing_is_left_running(play):
    """it waits for the calls that are running"""
    films = {"film 1": (6, 3, [2], "ValueError"), "film 2": (2, 2, [1], "ValueError")}
    recording = play("failing", films=films, seconds=4)
    for film in films:
        assert recording.attempt(film).raised
        (running,) = values(recording, film, "running")
        is_over_with_its_threads("failed", recording.span(f"{film} export"), frames(recording, film), running)

    recording = play("cancelled_after", seconds=[4, 2, 4, 4, 4], workers=3, after=1.5)
    (running,) = recording.values("running")
    is_over_with_its_threads("was cancelled", recording.span("export"), frames(recording), running)


def is_over_with_its_threads(why, export, encoded, running):
    """An export that failed, or was cancelled, was over when the last of these frames was."""
    last = max(span.end for span in encoded)
    if running:
        raise Diagnosed(
            "leaked-thread",
            f"The export {why}, and was over after {export.took:g} s. {running} of its threads were still busy, until "
            f"{last - export.start:g} s.",
        )
    assert export.end == last


# ---- processes -------------------------------------------------------------------------------------------------------


def in_processes(play):
    recording = play("in_processes")
    if recording.ended_as("deadlock"):
        raise Diagnosed(
            "default-limiter",
            "With workers=2, two frames must be encoded in two processes at once, even where there is one processor. "
            "The second one never began.",
            help="make a limiter in the function, `CapacityLimiter(workers)`, for processes as for threads",
        )
    return recording


@grading(
    points=5,
    promise=12,
    schedules=1,
    diagnosis="not-in-processes",
    feedback="With processes=True and workers=2, two frames must be encoded in two other processes at the same time.",
    help="`run_sync = to_process.run_sync if processes else to_thread.run_sync`, and the rest stays as it is",
)
def test_processes(play):
    """processes=True uses other processes"""
    recording = in_processes(play)

    if recording.values("in other processes") == [False]:
        raise Diagnosed(
            "not-in-processes",
            "With processes=True, encode() was called in the process of the event loop.",
            help="`run_sync = to_process.run_sync if processes else to_thread.run_sync`, and the rest stays as it is",
        )
    assert recording.values("how many") == [2]
    assert recording.values("tick") == [None] * 2


@grading(
    points=3,
    promise=12,
    schedules=1,
    diagnosis="lost-error",
    feedback="With processes=True the results come in frame order, progress is reported, and an error of encode() "
    "comes out, as they do with threads.",
)
def test_processes_keep_the_other_promises(play):
    """with processes the other promises hold, too"""
    recording = in_processes(play)

    if recording.values("in other processes") == [True] and recording.values("order") != [[b"0", b"1"]]:
        raise Diagnosed(
            "completion-order", "Of two frames in processes the second was done first, and its result came first."
        )
    if recording.values("report") != [(1, 2), (2, 2)]:
        raise Diagnosed(
            "miscounted-progress",
            "Two frames were encoded in processes, and on_progress() was called with "
            f"{recording.values('report') or 'nothing'}.",
        )
    assert recording.values("error") == [("ErrorOfTheEncoder", "frame one is broken")]
