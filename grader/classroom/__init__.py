"""A whole class: what a learning platform exports comes in, marks and files to import back go out.

``grader.desk.class_`` runs a class from end to end: ``intake`` takes the files in, ``run`` has them graded, ``marks``
turns verdicts into points, ``handback`` writes them for the platform. The modules, each importing earlier ones alone:

    people sheet worksheet     names and keys of people; CSV files that keep every byte; the columns of Moodle's
    found member_names zips tars archive  the files in a folder, zip or tar, unpacked without trusting any
    pool batch                 grading on every processor or on a cluster, and what to do when workers die
    gradebook                  verdicts from the moment they are known, and when an earlier one is used again
    history                    how many files a learner has handed in for an exercise, until one had full marks
    groups roster group_notes  who hands in together; who is in the class
    matching                   which exercise a file is for
    misnamed files_by_hand     files that are named like no exercise: guessed by what they define, or said by hand
    layouts                    whose each file is: how a platform names its files, and where one is added
    intake                     which of a learner's files counts within one export
    sections                   the run of some sections of a class alone
    weighing rules marks       ``class.toml``; which hand-in counts between runs, what being late costs, points by hand
    totals remarks             which marks count in the total, and how often; what the instructor says to learners
    handback                   points written into Canvas' or Moodle's own file
    feedback                   to whom learners' pages go, and by which names a platform finds their owners
    run                        grading the files of one intake; verdicts in the gradebook are used again

A new key of ``class.toml`` is read in ``rules`` and applied in ``marks``, or in ``totals`` if it is about the total
alone; the late rule is ``marks._days_late`` and ``marks._deducted``.
"""
