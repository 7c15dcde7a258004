"""From recordings to a verdict, and to the reason for it.

Submissions and an exercise come in, with the options that say what of it is played and under which schedules; verdicts
go out, one for each submission. The way of a submission, and where to change what:

- ``engine`` takes the file in, checks the rules and loops over the submissions; ``options`` are what was asked for.
- ``session`` judges every hidden test on every backend, each as ``rounds`` does; ``collect`` has pytest find them, and
  says which exceptions fail one; ``calling`` calls those that have fixtures or parameters, and ``inputs`` says with
  which input one has failed.
- ``parallel`` grades several exercises at the same time, each in a process of its own.
- ``cells`` plays on all backends at the same time where there are processors for it.
- ``attempt`` makes one such call: what ``play(...)`` does for a hidden test, and what a failed call comes to;
  ``cancelling`` says at which steps ``play.each_step(...)`` cancels.
- ``kitfault`` says where a hidden test raised what is no failed assertion; ``kitnames`` finds names in a kit that do
  not exist; ``reference`` plays the reference answer, which tells a bug of the kit from one of the submission.
- ``progress`` tells an onlooker how far the judging is, and lets Ctrl-C end it and keep what is known.
- ``schedules`` says which schedules a play is tried under, and shortens one that fails.
- ``explain`` says what is wrong: rules from what happened to a diagnosis, the line and the words, and which failure is
  the root of the others; ``results`` makes the results of a verdict, and ``parts`` sums them up where an exercise is
  cut into some. ``tasknames`` names tasks, and ``unwinding`` shows a stopped play as it stood, here and in reports.
- ``verdict`` is what reports get to see, and ``documents`` writes it as JSON and reads it back.
- ``items`` are hidden tests as pytest runs them, and ``subject`` is the submission that they judge; ``exempt`` says
  which answers of a kit may use what is off limits.
- ``kitcheck`` proves a kit by grading the answers that come with it: ``kitanswers`` finds them and reads their first
  lines, ``kitverdicts`` has them graded, ``kitclaims`` holds them against these, ``kitmending`` makes an exercise with
  faults one that can be judged. ``kitstub`` asks for a stub that passes nothing, ``kitpromises`` for a test and a wrong
  answer for each promise of the contract. ``kitroots`` learns from the wrong answers, and ``kittable`` has which of
  them fails which hidden test.
  ``kitthorough`` proves more, in minutes: many schedules, and the faults that ``kitmutants`` makes in the reference.

What authors of kits write against stands in ``grader.authoring``; three names of it are handed on here.

    options verdict calling collect cancelling kitfault kitnames schedules tasknames unwinding explain cells judging
    inputs attempt progress reference rounds session parts results documents exempt engine parallel subject items
    kitanswers kitroots kitmending kitclaims kitpromises kitstub kitverdicts kitcheck kittable kitmutants kitthorough
"""

from __future__ import annotations

from grader.authoring import Diagnosed, grading, token

__all__ = ["Diagnosed", "grading", "token"]
