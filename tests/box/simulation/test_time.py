"""Virtual time: it moves by jumps to the next timer and by blocking calls, and never otherwise."""

from __future__ import annotations

import pytest

from grader.box.simulation.wall_clocks import EPOCH
from grader.kit.exercise import Limits
from grader.sandbox.box import Box
from grader.wire.recording import Ended
from tests.plays_samples import RUN_MAIN_WITH_STAGE, line_of, on_both_backends, played

DAY = 86_400


@on_both_backends
def test_a_sleep_of_days_ends_at_the_exact_instant(box: Box, backend: str) -> None:
    recording = played(box, backend, f"import anyio\nasync def main(): await anyio.sleep({3 * DAY + 0.1})")

    assert recording.ended is Ended.RETURNED
    assert recording.elapsed == 3 * DAY + 0.1


@on_both_backends
def test_sleeps_in_a_row_add_up_like_floats(box: Box, backend: str) -> None:
    source = """
    import anyio
    async def main():
        for seconds in (0.1, 0.2, 0.3, 1e-9, 7e5):
            await anyio.sleep(seconds)
    """
    assert played(box, backend, source).elapsed == 0.1 + 0.2 + 0.3 + 1e-9 + 7e5


@on_both_backends
def test_sleeps_side_by_side_take_as_long_as_the_longest(box: Box, backend: str) -> None:
    source = """
    import anyio
    async def nap(stage, days):
        await anyio.sleep(days * 86400)
        stage.mark("awake", days)
    async def main(stage):
        async with anyio.create_task_group() as tg:
            for days in (3, 1, 2):
                tg.start_soon(nap, stage, days)
    """
    recording = played(box, backend, source, RUN_MAIN_WITH_STAGE)

    assert recording.values("awake") == [1, 2, 3]
    assert recording.times("awake") == [DAY, 2 * DAY, 3 * DAY]
    assert recording.elapsed == 3 * DAY


@on_both_backends
def test_a_deadline_cancels_at_its_very_instant(box: Box, backend: str) -> None:
    source = """
    import anyio
    async def main():
        with anyio.move_on_after(0.3) as scope:
            await anyio.sleep_forever()
        return scope.cancelled_caught
    """
    recording = played(box, backend, source)

    assert recording.result == True  # noqa: E712 - a value of the wire equals values of its own type only
    assert recording.elapsed == 0.3


@on_both_backends
def test_a_timer_set_in_the_past_or_for_now_moves_no_time(box: Box, backend: str) -> None:
    source = """
    import anyio
    async def main():
        await anyio.sleep(0)
        with anyio.move_on_after(-1):
            await anyio.sleep(9)
        with anyio.move_on_after(0):
            await anyio.sleep(9)
        await anyio.sleep(0)
    """
    recording = played(box, backend, source)

    assert recording.ended is Ended.RETURNED
    assert recording.elapsed == 0


@on_both_backends
def test_waiting_until_all_tasks_are_blocked_moves_no_time_and_misses_none(box: Box, backend: str) -> None:
    source = """
    import anyio
    from anyio.lowlevel import checkpoint
    async def busy(stage):
        for _ in range(30):
            await checkpoint()
        stage.mark("busy")
        await anyio.sleep(5)
        stage.mark("late")
    async def main(stage):
        async with anyio.create_task_group() as tg:
            tg.start_soon(busy, stage)
            await stage.settle()
            stage.mark("settled")
    """
    recording = played(box, backend, source, RUN_MAIN_WITH_STAGE)

    assert recording.order == ["busy", "settled", "late"]
    assert recording.times("settled") == [0]


@on_both_backends
def test_everybody_who_waits_until_all_tasks_are_blocked_is_served(box: Box, backend: str) -> None:
    source = """
    import anyio
    async def waiter(stage):
        await stage.settle()
        stage.mark("settled")
    async def main(stage):
        async with anyio.create_task_group() as tg:
            for _ in range(3):
                tg.start_soon(waiter, stage)
    """
    assert played(box, backend, source, RUN_MAIN_WITH_STAGE).times("settled") == [0, 0, 0]


@on_both_backends
def test_an_exercise_may_have_a_horizon_of_decades(box: Box, backend: str) -> None:
    source = """
    import anyio
    async def main():
        await anyio.sleep(10**9)
        await anyio.sleep(1)
    """
    recording = played(box, backend, source, limits=Limits(horizon_seconds=2 * 10**9))

    assert (recording.ended, recording.elapsed) == (Ended.RETURNED, 10**9 + 1)


# ---- the clocks of the time module -----------------------------------------------------------------------------------


CLOCKS = """
import time
from time import monotonic, perf_counter, time as wall
import anyio

def readings():
    return [wall(), time.monotonic(), monotonic(), perf_counter(), time.time_ns(), time.monotonic_ns(),
            time.perf_counter_ns()]

async def main():
    before = readings()
    await anyio.sleep(64)
    return [before, readings()]
"""


@on_both_backends
def test_every_clock_of_the_time_module_is_virtual_for_the_student(box: Box, backend: str) -> None:
    before, after = played(box, backend, CLOCKS).result  # type: ignore[misc]

    assert before == [EPOCH, 0.0, 0.0, 0.0, int(EPOCH) * 10**9, 0, 0]
    assert after == [EPOCH + 64, 64.0, 64.0, 64.0, (int(EPOCH) + 64) * 10**9, 64 * 10**9, 64 * 10**9]


@on_both_backends
def test_the_clocks_of_scenarios_are_virtual_too(box: Box, backend: str) -> None:
    scenarios = """
    import time
    async def scenario(stage):
        before = [time.monotonic(), time.time(), time.perf_counter(), time.monotonic_ns() / 1e9]
        await stage.submission.main()
        after = [time.monotonic(), time.time(), time.perf_counter(), time.monotonic_ns() / 1e9]
        return [late - early for early, late in zip(before, after)]
    """
    recording = played(box, backend, "import anyio\nasync def main(): await anyio.sleep(500_000)", scenarios)

    assert recording.result == [500_000.0] * 4


READERS = {
    "the default of a field": """
@dataclasses.dataclass
class At:
    at: float = dataclasses.field(default_factory=time.monotonic)
def read():
    return At().at
""",
    "a partial": "read = functools.partial(time.time)",
    "taken from its module": "from time import perf_counter as read",
    "by number": "read = lambda: time.clock_gettime(time.CLOCK_MONOTONIC)",
    "by number, raw": "read = lambda: time.clock_gettime(time.CLOCK_MONOTONIC_RAW)",
    "by number, with the time of suspends": "read = lambda: time.clock_gettime(time.CLOCK_BOOTTIME)",
    "by number, without leap seconds": "read = lambda: time.clock_gettime(time.CLOCK_TAI)",
    "nanoseconds by number": "read = lambda: time.clock_gettime_ns(time.CLOCK_REALTIME) / 1e9",
    "now": "read = lambda: datetime.datetime.now().timestamp()",
    "now in a zone": "read = lambda: datetime.datetime.now(datetime.UTC).timestamp()",
    "today": "read = lambda: datetime.datetime.today().timestamp()",
    "utcnow": "read = lambda: (datetime.datetime.utcnow() - datetime.datetime(1970, 1, 1)).total_seconds()",
    "the day": "read = lambda: datetime.date.today().toordinal() * 86400",
    "broken down": "read = lambda: calendar.timegm(time.gmtime())",
    "local": "read = lambda: time.mktime(time.localtime())",
    "as text": "read = lambda: time.mktime(time.strptime(time.ctime()))",
    "as text of today": "read = lambda: time.mktime(time.strptime(time.asctime()))",
    "formatted": "read = lambda: time.mktime(time.strptime(time.strftime('%X %x'), '%X %x'))",
}


@on_both_backends
@pytest.mark.parametrize("reader", READERS.values(), ids=READERS.keys())
@pytest.mark.parametrize("where", ["read()", "await anyio.to_thread.run_sync(read)"])
def test_every_clock_is_virtual_however_it_is_reached(box: Box, backend: str, reader: str, where: str) -> None:
    main = f"""
async def main():
    before = {where}
    await anyio.sleep(10 * 86400)
    return round({where} - before)
"""
    source = f"import calendar, dataclasses, datetime, functools, time, anyio\n{reader}\n{main}"
    assert played(box, backend, source).result == 10 * 86400


@on_both_backends
def test_dates_are_the_usual_ones(box: Box, backend: str) -> None:
    source = """
    import datetime, pickle
    class Own(datetime.datetime): pass
    async def main():
        now, parsed = datetime.datetime.now(), datetime.datetime.fromisoformat("2020-01-02T03:04:05")
        return [
            isinstance(now, datetime.date), isinstance(parsed, datetime.datetime), isinstance(now, Own),
            isinstance(now.date(), datetime.date), issubclass(Own, datetime.datetime), repr(parsed), str(parsed),
            pickle.loads(pickle.dumps(parsed)) == parsed, (now + datetime.timedelta(1) - now).days,
            isinstance(datetime.date.today(), datetime.datetime), type(now).__name__,
        ]
    """
    expected = [True, True, False, True, True, "datetime.datetime(2020, 1, 2, 3, 4, 5)", "2020-01-02 03:04:05"]
    assert played(box, backend, source).result == [*expected, True, 1, False, "datetime"]


@on_both_backends
def test_the_clock_of_anyio_agrees_with_the_clock_of_the_stage(box: Box, backend: str) -> None:
    source = """
    import anyio
    async def main(stage):
        begin = anyio.current_time()
        await anyio.sleep(0.7)
        return [anyio.current_time() - begin, stage.now]
    """
    assert played(box, backend, source, RUN_MAIN_WITH_STAGE).result == [0.7, 0.7]


# ---- time.sleep on the loop ------------------------------------------------------------------------------------------


@on_both_backends
@pytest.mark.parametrize(
    "call",
    ["time.sleep(2.5)", "sleep(2.5)", "partial(sleep, 2.5)()", "list(map(sleep, [2.5]))", "helper()"],
)
def test_a_blocking_sleep_takes_its_virtual_time_and_is_blamed(box: Box, backend: str, call: str) -> None:
    here = "" if call == "helper()" else "  # here"
    there = "  # here" if call == "helper()" else ""
    source = f"""
    import time
    from functools import partial
    from time import sleep
    def helper():
        sleep(2.5){there}
    async def main():
        {call}{here}
        return 7
    """
    recording = played(box, backend, source)

    assert (recording.ended, recording.elapsed, recording.value) == (Ended.BLOCKED_LOOP, 2.5, 7)
    assert (recording.reason, recording.line) == ("time.sleep(2.5)", line_of(source))


@on_both_backends
def test_nobody_else_runs_during_a_blocking_sleep(box: Box, backend: str) -> None:
    source = """
    import time, anyio
    async def block(stage):
        time.sleep(10)
    async def main(stage):
        async with anyio.create_task_group() as tg:
            tg.start_soon(block, stage)
            await anyio.sleep(1)
            stage.mark("awake")
    """
    assert played(box, backend, source, RUN_MAIN_WITH_STAGE).times("awake") == [10]


@on_both_backends
def test_a_sleep_of_no_time_blocks_nobody(box: Box, backend: str) -> None:
    recording = played(box, backend, "import time\nasync def main():\n    time.sleep(0)\n    return 7")

    assert (recording.ended, recording.elapsed, recording.value) == (Ended.RETURNED, 0, 7)


@on_both_backends
def test_a_blocking_sleep_outranks_the_error_that_it_causes(box: Box, backend: str) -> None:
    source = """
    import time, anyio
    async def main():
        try:
            with anyio.fail_after(1):
                time.sleep(3)  # here
                await anyio.sleep(1)
        except TimeoutError:
            raise ValueError("too slow")
    """
    recording = played(box, backend, source)

    assert (recording.ended, recording.line) == (Ended.BLOCKED_LOOP, line_of(source))


@on_both_backends
def test_the_first_of_several_blocking_sleeps_is_blamed(box: Box, backend: str) -> None:
    source = """
    import time
    async def main():
        time.sleep(1)  # here
        time.sleep(100)
    """
    recording = played(box, backend, source)

    assert (recording.line, recording.elapsed) == (line_of(source), 101)


@on_both_backends
@pytest.mark.parametrize("seconds", ["1e300", "float('inf')", "10**9"])
def test_a_blocking_sleep_for_ever_does_not_take_the_play_along(box: Box, backend: str, seconds: str) -> None:
    recording = played(box, backend, f"import time\nasync def main(): time.sleep({seconds})")

    assert (recording.ended, recording.line) == (Ended.BLOCKED_LOOP, 2)


@on_both_backends
@pytest.mark.parametrize(
    ("argument", "error"), [("-1", "ValueError"), ("'1'", "TypeError"), ("float('nan')", "ValueError")]
)
def test_a_sleep_that_python_refuses_is_refused(box: Box, backend: str, argument: str, error: str) -> None:
    source = f"import time\nasync def main(): time.sleep({argument})"
    recording = played(box, backend, source)

    assert recording.ended is Ended.RAISED
    assert recording.raised.isa(error)


@on_both_backends
def test_a_shielded_sleep_for_longer_than_the_horizon_does_not_take_the_play_along(box: Box, backend: str) -> None:
    source = """
    import anyio
    async def main():
        with anyio.CancelScope(shield=True):
            await anyio.sleep(1e300)
    """
    recording = played(box, backend, source)

    assert recording.ended is Ended.LATE
    assert recording.elapsed <= 1e12
