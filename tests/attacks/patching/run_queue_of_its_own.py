# expect: tampered
# policy: import
# exercise: ex02
# aims at: test_index_and_value_match_in_a_tie
# schedules: 8
# backends: trio
"""Gives trio a plain queue of ready tasks, which no schedule sees."""

# ---- with: racing_select ----


def before(stage):
    runner = __import__("trio")._core._run.GLOBAL_RUN_CONTEXT.runner
    runner.runq = __import__("collections").deque(runner.runq)
