# expect: tampered
# policy: please-look
# exercise: ex02
# aims at: test_index_and_value_match_in_a_tie
# schedules: 8
"""Puts a schedule of its own, which is always natural, in place of the one under which it is played."""

# ---- with: racing_select ----


def before(stage):
    class Natural:
        fair = True
        choices = []
        pick = staticmethod(lambda width: 0)
        stays = staticmethod(lambda: False)

    stage._simulation.schedule = Natural()
