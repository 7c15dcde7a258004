"""A class shown on one page and on the terminal: how it did, what fails and why, and what to say about it.

Marks and verdicts come in. ``figures`` counts, ``failures`` and ``clusters`` group what went wrong, ``lists`` says what
could not be graded, ``anonymous`` takes out every name; ``page`` writes ``class.html`` and the learners' pages,
``screen`` the terminal's summary. To add a column to the heat map or a figure, begin in ``figures``.

    figures anonymous failures clusters lists page screen
"""
