"""Judge: which goals of a step are met, and the verdict on what was typed.

Before: tutor.py ran an input and has the turns of the step.
Here:   the kernel answers the checks, or a challenge is tried out in a separate kernel; study.py
        knows what the lesson's own answer and its mistakes do.
After:  course/checking.py decides; the Turn carries goals and verdict.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ormtutor.course.checking import (
    Evidence,
    Goal,
    Traffic,
    Vector,
    Verdict,
    all_met,
    decide,
    recognise,
    vector,
    without_history,
)
from ormtutor.course.effects import Effects
from ormtutor.course.lesson import Lesson, Step
from ormtutor.course.statements import SentSQL
from ormtutor.reference import (
    Trial,
    challenge_goals,
    failure_of,
    goals_at,
    judge_challenge,
    judged_by,
    look,
    sent_of,
    shown_of,
    subject_of,
    traffic_of,
)
from ormtutor.replay import Entry, Kernels, Replica
from ormtutor.study import Study
from ormtutor.turn import Turn


class Judge:
    """Judges one step, from its beginning on."""

    def __init__(
        self,
        kernels: Kernels,
        lesson: Lesson,
        step: Step,
        start: Sequence[Entry],
        study: Study,
    ) -> None:
        self._kernels = kernels
        self._lesson = lesson
        self._step = step
        self._start = start
        self._study = study
        self._subject = subject_of(step)
        self._goals: tuple[Goal, ...] = ()
        self._trials: tuple[Trial, ...] = ()
        self._on_trial: Replica | None = None
        # The text of the mistake that was shown last, and the attempt that made it.
        self._told: tuple[str, Vector | None] = ("", None)

    @property
    def goals(self) -> tuple[Goal, ...]:
        """The goals, as after the last input; without checks, known once the reference has run."""
        if not self._goals:
            reference = self._study.reference_now()
            if reference is not None and self._subject is None:
                start = reference.start
                found = goals_at(self._step, reference, start.effects, start.answers)
                self._goals = without_history(found)
        return self._goals

    @property
    def trial(self) -> Trial | None:
        """The last run of a challenge's expression on the seen data, or None."""
        return self._trials[0] if self._trials else None

    def begin(self, replica: Replica) -> None:
        """Find the goals before anything is typed."""
        self._told, self._trials = ("", None), ()
        if self._subject is not None:
            self._goals = challenge_goals(self._step, self._subject, (), ())
        elif self._step.checks:
            self._goals = without_history(self._asked(replica, ()))
        else:
            self._goals = ()

    def look_again(self, replica: Replica, typed: Sequence[Turn]) -> None:
        """Find the goals after a replay, which neither meets nor loses any."""
        self.begin(replica)
        if typed:
            self._find_goals(replica, typed, asked=True)
            self._goals = without_history(self._goals)

    def judge(
        self, replica: Replica, typed: Sequence[Turn], *, asked: bool = False, passed: bool = False
    ) -> Verdict | None:
        """Find the goals after the last of these turns; return the verdict.

        None: the step was `passed` before, or the last input was interrupted, since what was
        stopped is no mistake. `asked`: the learner typed `:check`, and gets a verdict always.

        Raises: KernelError: the kernel died meanwhile.
        """
        if typed and typed[-1].status == "interrupted" and not asked:
            if self._step.checks and self._subject is None:
                self._goals = self._asked(replica, typed)
            return None
        if passed and not asked and self._subject is not None:
            return None  # trying the function takes time, and nothing depends on it any more
        is_whole = self._find_goals(replica, typed, asked=asked)
        return None if passed and not asked else self._decide(typed, is_whole, asked=asked)

    def interrupt(self) -> Replica | None:
        """Stop waiting; return the replica in which a challenge is being tried out, or None."""
        self._study.hurry()
        return self._on_trial

    # --- goals ------------------------------------------------------------------------------------

    def _find_goals(self, replica: Replica, typed: Sequence[Turn], *, asked: bool) -> bool:
        """Find the goals; return whether the last turn is a complete attempt at a challenge."""
        if self._subject is not None:
            return self._try_out(typed, asked=asked)
        self._goals = self._asked(replica, typed)
        return False

    def _asked(self, replica: Replica, typed: Sequence[Turn]) -> tuple[Goal, ...]:
        """Return the goals by the answers to the checks; without checks, by the reference."""
        sent = [item for turn in typed for item in sent_of(turn.replies)]
        if self._step.checks:
            answers = replica.kernel.ask([check.expression for check in self._step.checks])
            return goals_at(self._step, None, Effects(), answers, sent, self._goals)
        effects = look(replica, [shown_of(turn.replies) for turn in typed])
        return goals_at(self._step, self._study.reference(), effects, (), sent, self._goals)

    def _try_out(self, typed: Sequence[Turn], *, asked: bool) -> bool:
        """Run the judged expression of a challenge, if the learner has changed what it needs.

        Returns whether that makes a complete attempt.
        """
        subject = self._subject
        assert subject is not None
        # An input that raised may have defined something first.
        sources = [turn.source for turn in typed if not turn.is_lost]
        found = judged_by(subject, sources)
        reference = self._study.reference()
        if found is None or reference is None:
            self._trials = ()
            self._goals = challenge_goals(self._step, subject, (), (), self._goals)
            return False
        is_new = asked or not self._trials or judged_by(subject, sources[-1:]) is not None
        if is_new:
            inputs, expression = found
            self._trials = judge_challenge(
                self._kernels,
                self._lesson,
                self._step,
                self._start,
                inputs,
                expression,
                self._watch,
            )
            self._kernels.prepare()
        self._goals = challenge_goals(
            self._step, subject, reference.trials, self._trials, self._goals
        )
        return is_new and bool(subject.names)

    def _watch(self, replica: Replica | None) -> None:
        self._on_trial = replica

    # --- the verdict ------------------------------------------------------------------------------

    def _decide(self, typed: Sequence[Turn], is_whole: bool, *, asked: bool) -> Verdict:
        failure = failure_of(typed[-1].replies) if typed else ""
        on_trial = next((trial.failure for trial in self._trials if trial.failure), "")
        if asked and self._subject is not None:
            attempt = vector(self._goals, on_trial, self._sent(typed))  # `:check` is about the try
        else:
            attempt = vector(self._goals, failure or on_trial, self._sent(typed))
        # The lesson's statements are only compared after a pass.
        done = all_met(self._goals)
        reference = self._study.reference() if done else None
        mistake, is_on_path = "", False
        if not done or failure:
            mistake, is_on_path = self._recognise(attempt, asked=asked)
        if not asked and self._was_told(mistake, attempt):
            mistake = ""
        verdict = decide(
            Evidence(
                goals=self._goals,
                failure=failure,
                failure_is_asked=self._is_asked_failure(failure),
                mistake=mistake,
                is_on_path=is_on_path,
                asked=asked,
                is_whole=is_whole,
                yours=self._traffic(typed),
                theirs=reference.traffic_to_goal if reference is not None else None,
            )
        )
        if verdict.kind == "mistake":
            self._told = (mistake, attempt)
        return verdict

    def _was_told(self, mistake: str, attempt: Vector) -> bool:
        """Whether this mistake was shown last, and nothing that matters has changed since."""
        text, place = self._told
        return place is not None and (text, place.goals, place.lefts, place.failure) == (
            mistake,
            attempt.goals,
            attempt.lefts,
            attempt.failure,
        )

    def _sent(self, typed: Sequence[Turn]) -> tuple[SentSQL, ...]:
        if self._subject is not None:
            return self._trials[0].sent if self._trials else ()
        return tuple(item for turn in typed for item in sent_of(turn.replies))

    def _traffic(self, typed: Sequence[Turn]) -> tuple[Traffic, ...]:
        if self._subject is not None:
            return self._trials[0].traffic if self._trials else ()
        return traffic_of(reply for turn in typed for reply in turn.replies)

    def _recognise(self, attempt: Vector, *, asked: bool) -> tuple[str, bool]:
        """Return the mistake's text or empty, and whether a right answer passes through here."""
        if not asked and self._study.is_on_path(attempt):
            return "", True  # known early: no need to wait for the mistakes
        if not self._step.mistakes:
            return "", False
        vectors = self._study.vectors()
        found = recognise(attempt, vectors.mistakes)
        text = self._step.mistakes[found].message if found is not None else ""
        return text, vectors.is_on_path(attempt)

    def _is_asked_failure(self, failure: str) -> bool:
        """Whether the step shows an exception of this kind on purpose."""
        kind = re.escape(failure.partition(":")[0])
        return bool(failure) and any(
            example.want.startswith("Traceback ")
            and re.search(rf"^{kind}\b", example.want, re.MULTILINE) is not None
            for example in self._step.reference
        )
