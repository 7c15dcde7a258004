# expect: tampered
# policy: please-look
# exercise: ex02
# aims at: test_index_and_value_match_in_a_tie
# schedules: 8
"""Makes every choice of the schedule the natural one, under which its race always ends well."""

# ---- with: racing_select ----


def before(stage):
    stage._simulation.schedule._choose = lambda width: 0
