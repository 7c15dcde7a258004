"""Verdicts shown: on a terminal, as an HTML page, and in the formats of other people's tools.

``lanes`` and ``timeline`` turn a trace into a picture of who ran when; ``views`` say what is shown of a verdict, in
words and without HTML; ``screen``, ``terminal`` and ``plain`` draw for terminals, ``page`` fills the templates, and
every dialect (``junit``, ``github``, ``gradescope``, ...) is a module that ``dialects`` knows by name. What learners
wrote goes through grader.text before it is shown, as it may be hostile. ``of_class`` shows a whole class.

    lanes timeline timeline_svg views screen timeline_text terminal plain page of_class tables github junit gradescope
    exercism classroom50 perfetto dialects
"""
