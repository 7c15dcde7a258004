# expect: fails
# policy: nothing
# exercise: ex04
# aims at: test_in_time_returns_the_value test_errors_arrive_unchanged test_slow_operation_is_stopped test_outer_cancellation_is_not_elapsed
"""Says that the time is up, without having begun."""


class Elapsed(TimeoutError):
    def __init__(self, seconds):
        self.seconds = seconds


async def timeout(fn, seconds):
    raise Elapsed(seconds)
