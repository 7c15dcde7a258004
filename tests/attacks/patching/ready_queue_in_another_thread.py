# expect: fails or tampered
# policy: import
# exercise: ex02
# aims at: test_index_and_value_match_in_a_tie
# schedules: 8
# backends: asyncio
"""Tells the queue of ready tasks that the loop runs in another thread, whose calls the schedule never sees."""

# ---- with: racing_select ----


def before(stage):
    __import__("asyncio").get_running_loop()._ready._loop_thread = None
