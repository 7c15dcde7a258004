"""How platforms and people lay out what a class handed in; one module per layout says whose each file is.

One-way: ``claims``, then ``canvas moodle gradescope folders flat``, then ``recognise``.
"""
