# expect: tampered
# policy: please-look
# exercise: ex02
# aims at: test_index_and_value_match_in_a_tie
# schedules: 8
"""Takes the chance out of the schedule under which it is played."""

# ---- with: racing_select ----


def before(stage):
    stage._simulation.schedule._random = lambda: 0.0
