# expect: tampered
# policy: please-look
# exercise: ex02
# aims at: test_index_and_value_match_in_a_tie
# schedules: 8
"""Lets it look as if there had never been a choice, when its race is over."""

# ---- with: racing_select ----


def after(stage):
    stage._simulation.widths.clear()
