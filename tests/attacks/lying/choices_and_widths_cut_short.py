# expect: tampered
# policy: please-look
# exercise: ex02
# aims at: test_index_and_value_match_in_a_tie
# schedules: 8
"""Cuts choices and widths short, so that its last turns look as if there had been no other."""

# ---- with: racing_select ----


def after(stage):
    del stage._simulation.schedule.choices[:], stage._simulation.widths[1:]
