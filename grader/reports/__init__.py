"""Verdicts shown: on a terminal, as an HTML page, and in the formats of other people's tools.

Verdicts come in, with the traces of failed plays; texts go out; of these modules only ``dialects`` writes them to
files. Text of a learner goes through ``grader.text`` before it is shown, as it may be hostile.

To change how a failure, a remark or a next command is worded everywhere, begin in ``views``; for plain-text reports, in
``plain``. The words of a diagnosis itself stand in ``grader.kit.diagnosis`` and in the kit's ``kit.toml``. The screens
are in ``terminal``, those that run nothing in ``overview`` with what ``progress`` says, one finding of them in
``finding_text``, their glyphs, colours and widths in ``screen``, the line that says how far the grading is in ``live``.
What ``grade watch`` shows is in ``watched``, its screen in ``painted``, and ``changes`` says which tests have come out
better or worse. A learner's page is in ``page`` and ``templates/``, which ``rendering`` fills in for all pages:
``cards`` are its findings, ``history`` is what was tried before, ``marked`` is what an instructor's gradebook holds,
and ``excerpts`` are lines of the learner's file. A picture of who ran when is computed in ``lanes``, ``timeline`` and
``comparison``, and drawn in ``timeline_text`` and ``timeline_svg``, from ``strokes``; ``figure`` draws one that stands
alone in a lesson. ``lesson`` renders a lesson, ``explained`` a diagnosis, ``course`` the pages of all lessons, and
``answers`` the answers to a completed exercise and the last page. A failing play that can be stepped through is taken
apart in ``replay``, worded in ``frames`` and cut in ``steps``; ``listing`` chooses the lines of the file that stand
beside it. Each report dialect is a module of its own (``csv`` and ``jsonl`` are in ``tables``), and ``dialects`` lists
them all. ``of_class`` shows a whole class. What authors of kits see is in ``checked`` and ``kit_table``.

    strokes progress lanes timeline comparison timeline_svg replay listing frames steps excerpts views screen live
    timeline_text finding_text overview terminal changes watched painted checked kit_table plain rendering figure
    history lesson cards marked exercise_rows page answers explained course of_class tables github junit gradescope
    exercism classroom50 github_classroom perfetto dolos dialects
"""
