# expect: tampered
# policy: import
# exercise: ex02
# aims at: test_index_and_value_match_in_a_tie
# schedules: 8
# backends: asyncio
"""Gives the event loop a plain queue, which is served in natural order."""

# ---- with: racing_select ----


def before(stage):
    loop = __import__("asyncio").get_running_loop()
    loop._ready = __import__("collections").deque(loop._ready)
