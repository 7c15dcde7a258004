# expect: tampered
# policy: please-look
# exercise: ex02
# aims at: test_index_and_value_match_in_a_tie
# schedules: 8
"""Has every schedule of its process pick the first task, and not remember it."""

# ---- with: racing_select ----


def before(stage):
    type(stage._simulation.schedule).pick = staticmethod(lambda width: 0)
