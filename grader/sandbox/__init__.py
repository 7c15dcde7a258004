"""Our end of the box: how it is built and started, how it is asked, and how little its answers are trusted.

A job comes in, ``Recording`` objects go out. ``isolation`` says what each level promises, ``enclosure`` builds the
command line and the orders of a box, ``zygote`` starts its process and sweeps up after it, ``box`` runs jobs in it,
``reading`` turns a line into a recording or distrusts it, and ``cell`` plays one submission and caches its recordings.
What a box may read or call is decided in ``enclosure``; the filter itself stands on the other side, in ``box.kernel``.

    isolation grants enclosure zygote child box reading cell
"""
