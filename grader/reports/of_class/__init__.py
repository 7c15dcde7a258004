"""A class shown on one page and on the terminal: how it did, what fails and why, and what to say about it.

Marks with their verdicts come in (``ClassResults``). ``page`` makes ``class.html`` and the learners' pages of them, and
``screen`` shows the progress and the summary on the terminal.

A column of the heat map, of the table of exercises, or a figure at the top is made in ``figures`` and shown in
``templates/class_heat.html``, ``class_summary.html`` or ``class.html``; a column of the terminal's table is made in
``screen``. ``failures`` counts the hidden tests that fail; ``misconceptions`` counts the mistakes that make them fail,
one for each answer; ``clusters`` groups plays that look alike; ``lists`` gathers what an instructor has to see to, and
``learner_marks`` what a learner's page says of marks. A field that may say who a learner is must be taken out in
``anonymous``, before any of the others sees it.

    figures anonymous failures misconceptions clusters lists learner_marks page screen
"""
