"""Our end of the box: how it is built and started, how it is asked, and how little its answers are trusted.

A job comes in, ``Recording`` objects go out. ``isolation`` says what each level promises, ``grants`` which files a box
may read, ``enclosure`` builds its command line and its orders; ``zygote`` starts its process and ends it with all below
it, ``child`` waits for the lines of one child, ``box`` runs jobs in children and starts again when it dies. ``play`` is
what is asked of a child and ``answers`` what it says, or whose fault it is if it cannot; ``reading`` turns a message
into a recording or distrusts it. ``cell`` plays one submission within its ``budget`` and keeps the recordings.

To let a box read a file, add a line to the table in ``grants``; to change a namespace or a mount, see ``enclosure``;
to change which level an exercise needs, see ``isolation``. System calls and limits stand on the other side, in
``box.seccomp`` and ``box.fence``; what crosses to it is typed in ``wire.orders``.

    isolation grants enclosure zygote budget child box play answers reading cell
"""
