# expect: tampered
# policy: import
# exercise: ex02
# aims at: test_index_and_value_match_in_a_tie
# schedules: 8
# backends: asyncio
"""Has the queue of ready tasks ask something else than the schedule."""

# ---- with: racing_select ----


def before(stage):
    class Natural:
        fair = True
        pick = staticmethod(lambda width: 0)

    loop = __import__("asyncio").get_running_loop()
    loop._ready._schedule = Natural()
