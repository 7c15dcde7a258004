# expect: tampered
# policy: please-look
# exercise: ex02
# aims at: test_index_and_value_match_in_a_tie
# schedules: 8
"""Takes every choice to have been the natural one, when its race is over."""

# ---- with: racing_select ----


def after(stage):
    choices = stage._simulation.schedule.choices
    choices[:] = [0] * len(choices)
