"""The conductor of a learner's session, without a terminal: submit(source) -> Turn.

Before: repl/ has read an input, or a test made one up.
Here:   the input goes to the kernel, what came of it into a Turn, with a Verdict by judge.py.
After:  course/progress.py remembers, repl/panels.py draws the Turn.

Undo, reset, play, skip, resume and recovery after a crash are one operation: a new kernel and a
replay of the inputs so far (replay.py). Meanwhile other kernels find out what the lesson's own
answer does (study.py, reference.py).
"""

from __future__ import annotations

import contextlib
import difflib
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from ormtutor import files
from ormtutor.course.beside import Half
from ormtutor.course.checking import (
    Goal,
    Verdict,
)
from ormtutor.course.lesson import Example, Hint, Lesson, Predict, Step
from ormtutor.course.library import Library
from ormtutor.course.output import blank_addresses
from ormtutor.course.progress import Progress, StepStatus
from ormtutor.course.statements import SentSQL, spelled_out
from ormtutor.errors import CommandError, KernelError
from ormtutor.judge import Judge
from ormtutor.kernel.client import Kernel
from ormtutor.kernel.messages import (
    Completion,
    Failure,
    Finished,
    Message,
    Statement,
    ViewName,
)
from ormtutor.otherwise import (
    Reloaded,
    Replanned,
    Respelled,
    entry_of,
    reload,
    replan,
    respell,
    targets_of,
)
from ormtutor.records import record, replace
from ormtutor.reference import Moment, Trial, failure_of, sent_of, shown_of
from ormtutor.replay import (
    EngineName,
    Entry,
    Kernels,
    OnInput,
    OnReply,
    ReplayError,
    Replica,
    answering,
    entering,
    entering_lines,
    finished,
    path_to,
    replica_of,
)
from ormtutor.report import report_text, script_text
from ormtutor.study import Study
from ormtutor.turn import Prediction, Turn, TurnKind, compare_prediction

__all__ = ["Prediction", "Turn", "Tutor"]


@record
class _Sandbox:
    """What `play` put aside, for `leave_play` to restore."""

    replica: Replica
    turns: list[Turn]


class Tutor:
    """One learner, one lesson, one step, one kernel.

    Only one thread may use it, except for `interrupt` and `complete`. `on_notice` is called with a
    sentence on what happened besides the learner's own input; `on_late`, from another thread, with
    what threads of earlier inputs print while nothing runs.
    """

    def __init__(
        self,
        library: Library,
        progress: Progress,
        *,
        engine: EngineName = "miniorm",
        path: Sequence[str] = (),
        kernels: Kernels | None = None,
        on_notice: Callable[[str], None] | None = None,
        on_late: OnReply | None = None,
    ) -> None:
        """`kernels`: made earlier by the caller, so that one of them may be starting already."""
        self.library = library
        self.progress = progress
        self._notice = on_notice or _ignore
        self._on_late = on_late
        self._kernels = kernels or Kernels(engine, path=path)
        self.engine = self._kernels.engine
        self._kernels.prepare()  # Python starts while the rest of the console is imported
        self._replica: Replica | None = None
        self._study: Study | None = None
        self._sandbox: _Sandbox | None = None
        self._judge: Judge | None = None
        self._running_twin: Replica | None = None
        self._lesson: Lesson | None = None
        self.index = 0
        self._base: list[Entry] = []
        self._turns: list[Turn] = []
        self._undone: list[str] = []
        self._answered: set[int] = set()
        self._shown_lines = 0
        self.hints_shown = 0
        self.passed = False

    # --- where we are -----------------------------------------------------------------------------

    @property
    def lesson(self) -> Lesson:
        """The lesson that is open. Raises: CommandError: none is."""
        if self._lesson is None:
            raise CommandError("no lesson is open", hint="`:list` shows the lessons.")
        return self._lesson

    @property
    def step(self) -> Step:
        """The step that the learner is in."""
        return self.lesson.steps[self.index]

    @property
    def turns(self) -> tuple[Turn, ...]:
        """The turns of this step: its demo first, then what the learner typed."""
        return tuple(self._turns)

    @property
    def statements(self) -> tuple[Statement, ...]:
        """All statements of this step, numbered as the kernel numbers them."""
        return tuple(statement for turn in self._typed() for statement in turn.statements)

    @property
    def goals(self) -> tuple[Goal, ...]:
        """What the step asks for, met or not, for the panel Expected."""
        return self._judge.goals if self._judge is not None else ()

    @property
    def attempts(self) -> int:
        """How many inputs of this step went wrong; after three the console offers a hint."""
        return self.progress.entry(self.lesson.id, self.step.id).attempts

    @property
    def is_playing(self) -> bool:
        """Whether we are in the sandbox that `play` opened."""
        return self._sandbox is not None

    @property
    def engine_version(self) -> str:
        """The engine's `__version__`."""
        return self._kernels.version

    def _typed(self) -> list[Turn]:
        return [turn for turn in self._turns if turn.kind in ("learner", "play")]

    def _judge_of_step(self) -> Judge:
        assert self._judge is not None  # every step has one, from its beginning on
        return self._judge

    def _kernel(self) -> Replica:
        if self._replica is None:
            raise CommandError("no lesson is open", hint="`:list` shows the lessons.")
        return self._replica

    # --- entering ---------------------------------------------------------------------------------

    def open(self, lesson: Lesson, step_id: str | None = None) -> None:
        """Enter a lesson at a step; by default at the one where the learner left it.

        The steps before it are replayed: with the learner's own inputs that passed, as long as the
        lesson has not changed, else with the lesson's answers.

        Raises: KernelError: no kernel can be started. CommandError: no such step.
        """
        index = self._index_of(lesson, step_id)
        self._leave()
        self._lesson, self.index = lesson, index
        self._enter_by_replay(lambda step: self._stored_inputs(lesson, step))

    def _index_of(self, lesson: Lesson, step_id: str | None) -> int:
        if step_id is None:
            return lesson.index(self.progress.resume_step(lesson))
        try:
            return lesson.index(step_id)
        except KeyError:
            steps = [step.id for step in lesson.steps]
            near = difflib.get_close_matches(step_id, steps, 1)
            guess = f"Did you mean {near[0]}? " if near else ""
            raise CommandError(
                f"the lesson {lesson.id} has no step {step_id!r}",
                hint=f"{guess}`:list` shows all.",
            ) from None

    def _stored_inputs(self, lesson: Lesson, step: Step) -> tuple[str, ...] | None:
        kept = self.progress.entry(lesson.id, step.id)
        usable = kept.inputs and kept.digest == lesson.digest
        return kept.inputs if usable and kept.status in ("done", "different") else None

    def _enter_by_replay(self, inputs_of: Callable[[Step], Sequence[str] | None]) -> None:
        """Start a kernel, replay everything before the step, and begin it."""
        lesson, index = self.lesson, self.index
        before = path_to(lesson, index, inputs_of)
        own = entering(lesson, self.step)
        before = before[: len(before) - len(own)]
        try:
            self._replace_kernel(before)
        except KernelError:
            if not any(inputs_of(step) for step in lesson.steps[:index]):
                raise
            self._notice("your earlier inputs could not be replayed; the lesson's own were run")
            before = path_to(lesson, index)[: -len(own)]
            self._replace_kernel(before)
        self._begin_step(before)

    def _replace_kernel(self, entries: Sequence[Entry]) -> None:
        if self._replica is not None:
            self._replica.stop()
            self._replica = None
        self._replica = replica_of(self._kernels, entries)
        self._replica.kernel.on_late = self._on_late
        self._kernels.prepare()
        if any(entries[place].kind == "setup" for place in self._replica.raised):
            self._notice("the lesson's own setup failed: what follows may fail as well")

    def _begin_step(self, before: list[Entry]) -> None:
        """Run the step's setup and demo in the current kernel; then it is the learner's turn."""
        if self._study is not None:
            self._study.give_up()
        own = entering_lines(self.lesson, self.step)
        self._base = [*before, *(entry for entry, _ in own)]
        self._clear_step()
        self._turns = [turn for line in own if (turn := self._demo(*line)) is not None]
        self._study = Study(self._kernels, self.lesson, self.index, self._base)
        self._judge = Judge(self._kernels, self.lesson, self.step, self._base, self._study)
        self._judge.begin(self._kernel())
        self.progress.enter(self.lesson.id, self.step.id)

    def _clear_step(self) -> None:
        self._turns, self._undone = [], []
        self._answered = set()
        self._shown_lines = self.hints_shown = 0
        self.passed = self.step.is_reading

    def _demo(self, entry: Entry, example: Example | None) -> Turn | None:
        """Run a line of the step's beginning; return a turn if it is to be shown, else None."""
        replies = self._kernel().run(entry, deadline=_PATIENCE)
        if example in self.step.demo:
            return Turn(0, entry.source, entry.first_line, entry.step, replies, kind="demo")
        failure = failure_of(replies)
        if failure and example is not None and not example.want.startswith("Traceback "):
            self._notice(f"the step's own setup failed: {_first_line(failure)}")
        return None

    def study(self) -> None:
        """Find out in the background what the step's answers do; for when nothing is urgent."""
        if self._study is not None:
            self._study.begin()
        self._kernels.prepare()

    def _leave(self) -> None:
        """Leave the sandbox and the step; one that is only text is done by this."""
        if self.is_playing:
            self.leave_play()
        if self._lesson is not None and self.step.is_reading:
            self._remember("done", ())

    # --- an input ---------------------------------------------------------------------------------

    def submit(
        self, source: str, on_reply: OnReply | None = None, on_input: OnInput | None = None
    ) -> Turn:
        """Run one input and return its turn, whatever the learner wrote.

        Raises: KernelError: the kernel has died, and no other can be started.
        """
        self.study()
        turn = self._run(source, on_reply, on_input)
        if turn.status == "incomplete":
            return turn
        self._undone.clear()
        if not self._kernel().alive:
            return self._recover(turn)
        if not self.is_playing and not self.step.is_reading:
            try:
                turn = self._judged(turn)
            except KernelError:
                # A thread that the input left running may kill the kernel after the input.
                if self._kernel().alive:
                    raise
                return self._recover(turn)
        self._turns.append(turn)
        return turn

    def _run(self, source: str, on_reply: OnReply | None, on_input: OnInput | None) -> Turn:
        answers: list[str | None] = []

        def answer(prompt: str) -> str | None:
            text = on_input(prompt) if on_input is not None else None
            answers.append(text)
            return text

        typed = self._typed()
        line = typed[-1].end_line + 1 if typed else 1
        key = self.lesson.key(self.step)
        entry = Entry("learner", source, key, line)
        replies = self._run_entry(entry, on_reply, answer)
        end = finished(replies)
        kind: TurnKind = "play" if self.is_playing else "learner"
        return Turn(
            number=len(typed) + 1,
            source=source,
            first_line=line,
            step=key,
            replies=replies,
            kind=kind,
            answers=tuple(answers),
            is_lost=end is None or end.status == "interrupted",
        )

    def _run_entry(
        self, entry: Entry, on_reply: OnReply | None, on_input: OnInput
    ) -> tuple[Message, ...]:
        try:
            return self._kernel().run(entry, on_reply, on_input)
        except KernelError as error:
            # It died between two inputs, so this one never ran.
            failure = Failure("KernelDied", error.problem, error.problem, error.problem, 0)
            end = Finished(0, "error", None, failure, 0, 0.0)
            if on_reply is not None:
                on_reply(end)
            return (end,)

    def _recover(self, turn: Turn) -> Turn:
        """The input killed the kernel: replay the others in a new one; return the lost turn."""
        how = self._kernel().kernel.exit or "it is gone"
        failure = turn.failure.message if turn.failure is not None else how
        kept = [turn for turn in self._typed() if not turn.is_lost]
        self._rebuild(kept)
        inputs = f"{len(kept)} input{'' if len(kept) == 1 else 's'}"
        self._notice(
            f"the kernel died ({failure}); your names are back by replaying {inputs}, "
            "without the last one"
        )
        lost = replace(
            turn,
            is_lost=True,
            goals=self.goals,
            verdict=None if self.is_playing else Verdict("error", f"The kernel died: {failure}"),
        )
        self._turns.append(lost)
        return lost

    def _rebuild(self, kept: Sequence[Turn]) -> None:
        """Replace the kernel and replay these inputs of the step, or none if that fails."""
        base = self._beginning()
        try:
            self._replace_kernel([*base, *map(entry_of, kept)])
        except ReplayError:
            self._turns = [replace(turn, is_lost=True) for turn in self._turns]
            self._notice("your inputs of this step could not be replayed; it begins anew")
            self._replace_kernel(base)

    def _revive(self) -> Kernel:
        """Return the kernel; if it has died since the last input, replace it first."""
        if not self._kernel().alive:
            self._notice(f"the kernel died ({self._kernel().kernel.exit}); your names are back")
            self._rebuild([turn for turn in self._typed() if not turn.is_lost])
        return self._kernel().kernel

    # --- judging ----------------------------------------------------------------------------------

    def _judged(self, turn: Turn) -> Turn:
        before = self._judge_of_step().goals
        typed = [*self._typed(), turn]
        verdict = self._judge_of_step().judge(self._kernel(), typed, passed=self.passed)
        if verdict is not None:
            self._count(verdict, typed)
        return replace(
            turn, goals=_with_history(self._judge_of_step().goals, before), verdict=verdict
        )

    def check(self) -> Verdict:
        """Judge the step now, and say what is missing. Raises: CommandError: in the sandbox."""
        if self.is_playing:
            raise CommandError("nothing is judged at play", hint="`:return` goes back to the step.")
        if self.step.is_reading:
            return Verdict("pass", "There is nothing to do here but to read.")
        self._revive()
        typed = self._typed()
        verdict = self._judge_of_step().judge(self._kernel(), typed, asked=True)
        assert verdict is not None
        if verdict.is_pass and not self.passed:
            self._count(verdict, typed)
        return verdict

    def _count(self, verdict: Verdict, typed: Sequence[Turn]) -> None:
        if verdict.is_pass:
            self.passed = True
            inputs = [turn.source for turn in typed if not turn.is_lost]
            self._remember("done" if verdict.kind == "pass" else "different", inputs)
            self._test_out()
        elif verdict.kind in ("error", "mistake", "regressed", "almost"):
            self.progress.record(
                self.lesson.id, self.step.id, attempts=self.attempts + 1, save=False
            )

    def _remember(self, status: StepStatus, inputs: Iterable[str]) -> None:
        self.progress.record(
            self.lesson.id,
            self.step.id,
            status=status,
            inputs=tuple(inputs),
            digest=self.lesson.digest,
        )

    def _test_out(self) -> None:
        """After the lesson's final challenge, mark the steps that were not done `tested out`."""
        lesson = self.lesson
        if not self.step.is_challenge or self.index + 1 < len(lesson.steps):
            return
        for step in lesson.steps:
            if not self.progress.status(lesson.id, step.id):
                self.progress.record(lesson.id, step.id, status="tested out", save=False)
        self.progress.save()

    # --- moving -----------------------------------------------------------------------------------

    def next(self) -> None:
        """Enter the next step, in the same kernel.

        Raises: CommandError: this one is not done, or it was the last.
        """
        if not self.passed:
            raise CommandError(
                "this step is not done yet",
                hint="`:check` says what is missing; `:skip` goes on without it.",
            )
        self._leave()
        if self.index + 1 == len(self.lesson.steps):
            raise CommandError("this is the last step of the lesson", hint="`:list` shows all.")
        self._go_on()

    def _go_on(self) -> None:
        kept = [turn for turn in self._typed() if not turn.is_lost]
        before = [*self._base, *map(entry_of, kept)]
        self.index += 1
        if not self._kernel().alive:
            self._replace_kernel(before)
        self._begin_step(before)
        self.study()

    def back(self) -> None:
        """Enter the previous step. Raises: CommandError: this is the first one."""
        if self.index == 0:
            raise CommandError("this is the first step of the lesson")
        self.open(self.lesson, self.lesson.steps[self.index - 1].id)

    def go(self, step_id: str) -> None:
        """Enter any step of this lesson, or `lesson/step` of another one."""
        lesson_id, slash, name = step_id.rpartition("/")
        lesson = self._lesson_of_ours(lesson_id) if slash else self.lesson
        self.open(lesson, name)

    def _lesson_of_ours(self, name: str) -> Lesson:
        """Return a lesson by name. Foreign files need a consent that only the shell asks for.

        Raises: CommandError: such a file. UsageError: no such lesson.
        """
        if name.endswith(".md") or "/" in name:
            known = {str(lesson.path) for lesson in self.library.lessons}
            if name not in known:
                raise CommandError(
                    f"{name} is a file, and files are opened from the shell",
                    hint=f"Leave with `:quit`, and type: ormtutor {name}",
                )
        return self.library.lesson(name)

    def skip(self) -> tuple[Turn, ...]:
        """Run the lesson's own answer from the step's start, mark it skipped, enter the next step.

        Returns the turns of the answer, to be shown. If the answer fails after the learner's own
        earlier inputs, it is run after the lesson's.
        """
        if self.is_playing:
            self.leave_play()
        turns = self._run_reference_here()
        if self._unexpected(turns):
            self._base = path_to(self.lesson, self.index)
            turns = self._run_reference_here()
        if self._unexpected(turns):
            self._notice("the lesson's own answer failed; please `:report` it")
        if not self.progress.status(self.lesson.id, self.step.id):
            self._remember("skipped", ())
        self._turns = [turn for turn in self._turns if turn.kind == "demo"]
        self._turns += [replace(turn, kind="learner") for turn in turns]
        self.passed = True
        if self.index + 1 < len(self.lesson.steps):
            self._go_on()
        return tuple(turns)

    def _run_reference_here(self) -> list[Turn]:
        self._replace_kernel(self._base)
        turns = []
        for number, entry in enumerate(answering(self.lesson, self.step), 1):
            replies = self._kernel().run(entry, deadline=_PATIENCE)
            turns.append(
                Turn(number, entry.source, entry.first_line, entry.step, replies, kind="skip")
            )
            if not self._kernel().alive:
                break
        return turns

    def _unexpected(self, turns: Sequence[Turn]) -> bool:
        wants = [example.want for example in self.step.reference]
        return len(turns) < len(wants) or any(
            turn.failure is not None and not want.startswith("Traceback ")
            for turn, want in zip(turns, wants, strict=True)
        )

    def reset(self) -> None:
        """Begin the step again, after the lesson's earlier answers if the learner's spoil it."""
        if self.is_playing:
            self.leave_play()
        own = len(entering(self.lesson, self.step))
        reference = self._study.reference_now() if self._study is not None else None
        if reference is not None and reference.trouble:
            self._base = path_to(self.lesson, self.index)
            self._notice("the step begins from the lesson's own earlier answers")
        before = self._base[: len(self._base) - own]
        self._replace_kernel(before)
        self._begin_step(before)
        self.progress.record(self.lesson.id, self.step.id, attempts=0, save=False)
        self.study()

    def undo(self, count: int = 1) -> tuple[Turn, ...]:
        """Undo the last inputs, by a new kernel and a replay; return their turns."""
        typed = self._typed()
        taken = typed[len(typed) - min(count, len(typed)) :]
        if not taken:
            return ()
        first = self._turns.index(taken[0])
        self._turns = self._turns[:first]
        self._undone += [turn.source for turn in reversed(taken)]
        self._replay_turns()
        return tuple(taken)

    def redo(self) -> Turn:
        """Run again the input that was undone last. Raises: CommandError: there is none."""
        if not self._undone:
            raise CommandError("there is nothing to redo")
        *rest, source = self._undone
        turn = self.submit(source)
        self._undone = rest
        return turn

    def restart(self) -> None:
        """Replace the kernel and replay the inputs: that ends threads and repairs what is broken.

        An input that left threads running is left out, for it would start them again.
        """
        for place, turn in enumerate(self._turns):
            if turn.kind in ("learner", "play") and turn.threads and not turn.is_lost:
                self._turns[place] = replace(turn, is_lost=True)
                self._notice(f"line {turn.first_line} is left out: it started a thread")
        self._replay_turns()

    def _replay_turns(self) -> None:
        """Replay the turns that are left in a new kernel, and report what came out differently."""
        kept = [turn for turn in self._typed() if not turn.is_lost]
        self._replace_kernel(self._beginning())
        again: dict[int, Turn] = {}
        for turn in kept:
            replies = self._kernel().run(entry_of(turn), deadline=_PATIENCE)
            again[id(turn)] = replace(turn, replies=replies)
            if not self._kernel().alive:
                raise KernelError(f"the kernel died while it replayed line {turn.first_line}")
            if _showed(turn) != _showed(again[id(turn)]):
                self._notice(f"line {turn.first_line} gave something else this time")
        self._turns = [again.get(id(turn), turn) for turn in self._turns]
        if self.is_playing:
            return
        typed = self._typed()
        self.passed = any(t.verdict is not None and t.verdict.is_pass for t in typed)
        self._judge_of_step().look_again(self._kernel(), typed)

    # --- the sandbox ------------------------------------------------------------------------------

    def play(self) -> None:
        """Open a sandbox: `leave_play` drops everything that the learner does there."""
        if self.is_playing:
            raise CommandError("this is the sandbox already", hint="`:return` leaves it.")
        kept = [turn for turn in self._typed() if not turn.is_lost]
        sandbox = replica_of(self._kernels, [*self._base, *map(entry_of, kept)])
        self._sandbox = _Sandbox(self._kernel(), self._turns)
        sandbox.kernel.on_late = self._on_late
        self._replica, self._turns = sandbox, []
        self._kernels.prepare()

    def leave_play(self) -> None:
        """Go back to the step as it was before `play`."""
        if self._sandbox is None:
            raise CommandError("this is no sandbox", hint="`:play` opens one.")
        self._kernel().stop()
        self._replica, self._turns = self._sandbox.replica, self._sandbox.turns
        self._sandbox = None
        if not self._kernel().alive:
            self._replay_turns()

    def _beginning(self) -> list[Entry]:
        """Return what ran before the current turns; in the sandbox, the step's own turns, too."""
        if self._sandbox is None:
            return self._base
        typed = [turn for turn in self._sandbox.turns if turn.kind == "learner"]
        return [*self._base, *(entry_of(turn) for turn in typed if not turn.is_lost)]

    # --- help -------------------------------------------------------------------------------------

    def hint(self) -> Hint | None:
        """Return the next hint; None if there are no more."""
        if self.hints_shown >= len(self.step.hints):
            return None
        self.hints_shown += 1
        hints = max(self.hints_shown, self.progress.entry(self.lesson.id, self.step.id).hints)
        self.progress.record(self.lesson.id, self.step.id, hints=hints)
        return self.step.hints[self.hints_shown - 1]

    def solution(self) -> tuple[str, bool] | None:
        """Return the next line of the lesson's own answer, and whether it continues a statement.

        None: all lines have been shown.
        """
        lines = [
            (line, place > 0)
            for example in self.step.reference
            for place, line in enumerate(example.source.split("\n"))
        ]
        if self._shown_lines >= len(lines):
            return None
        self._shown_lines += 1
        return lines[self._shown_lines - 1]

    def question(self) -> Predict | None:
        """Return the question to ask before the next input, or None."""
        number = len(self._typed()) + 1
        if self.passed or self.is_playing:
            return None
        for index, predict in enumerate(self.step.predictions):
            if predict.after == number and index not in self._answered:
                return predict
        return None

    def predict(self, given: str) -> Prediction:
        """Answer that question. Raises: CommandError: there is none."""
        question = self.question()
        if question is None:
            raise CommandError("no question is open")
        self._answered.add(self.step.predictions.index(question))
        reference = self._study.reference() if self._study is not None else None
        return compare_prediction(question, given, reference)

    def comparison(self) -> tuple[str, ...]:
        """Return the lesson's own answer and its SQL, to be shown beside the learner's."""
        reference = self._study.reference() if self._study is not None else None
        lines = [line for example in self.step.reference for line in example.source.split("\n")]
        sent = reference.traffic if reference is not None else ()
        return (*lines, *(text for item in sent for text in spelled_out(item.sent)))

    def halves(self) -> tuple[Half, Half] | None:
        """Return what the step's own answer did, and what the learner's inputs did.

        In a challenge: the judged expression, on the seen data. None: the answer cannot be run, or
        nothing was tried. Raises: CommandError: this step asks for nothing.
        """
        if self.step.is_reading or self.is_playing:
            where = "the sandbox" if self.is_playing else "a step of text"
            raise CommandError(f"nothing is asked in {where}")
        reference = self._study.reference() if self._study is not None else None
        if reference is None:
            return None
        if reference.trials:
            trial = self._judge_of_step().trial
            return None if trial is None else (_half(reference.trials[:1]), _half([trial]))
        return _half(reference.moments), _half(self._typed())

    # --- what would have come of it ---------------------------------------------------------------

    def reload(self, strategy: str) -> Reloaded:
        """Run the inputs of this step again in a twin kernel, under another loading.

        Raises: CommandError: there is nothing to load otherwise. KernelError: no kernel starts.
        """
        kept = [turn for turn in self._typed() if not turn.is_lost]
        ends = (self.view("schema", 500) or {}).get("relationships", ())
        with self._twin() as twin:
            return reload(twin, self._beginning(), kept, strategy, targets_of(ends))

    def replan(self, relationship: str, cascade: str = "") -> Replanned:
        """Return what a flush would do if a relationship had another cascade.

        Raises: CommandError: there is no such relationship, or it cannot have that cascade.
        """
        kept = [entry_of(turn) for turn in self._typed() if not turn.is_lost]
        with self._twin() as twin:
            return replan(twin, self._beginning(), kept, relationship, cascade)

    def respell(self) -> Respelled:
        """Run the last query in its other spelling, select() for Query and back, in a twin.

        Raises: CommandError: there is none, or it has no other spelling.
        """
        kept = [turn for turn in self._typed() if not turn.is_lost]
        with self._twin() as twin:
            return respell(twin, self._beginning(), kept)

    @contextlib.contextmanager
    def _twin(self) -> Iterator[Replica]:
        """Lend a kernel in which to run the inputs differently; `interrupt` reaches it."""
        self._running_twin = Replica(self._kernels.take())
        try:
            yield self._running_twin
        finally:
            self._running_twin.stop()
            self._running_twin = None
            self._kernels.prepare()

    # --- reports ----------------------------------------------------------------------------------

    def accept(self) -> str:
        """Mark the step disputed and go on; return the path of the report for its author."""
        if self.is_playing:
            self.leave_play()
        path = self.report()
        if not self.passed:
            inputs = [turn.source for turn in self._typed() if not turn.is_lost]
            self._remember("disputed", inputs)
        self.passed = True
        if self.index + 1 < len(self.lesson.steps):
            self._go_on()
        return path

    def report(self) -> str:
        """Write a report of this step, with inputs, versions and goals; return its path.

        Raises: CommandError: the file cannot be written.
        """
        stamp = time.strftime("%Y%m%d-%H%M%S")
        name = f"{self.lesson.id}-{self.step.id}-{stamp}.md".replace(":", "-")
        path = files.report_directory() / name
        engine = f"{self.engine} {self._kernels.version}"
        text = report_text(self.lesson, self.step, engine, self._typed(), self.goals)
        try:
            files.write_text(path, text)
        except OSError as error:
            raise CommandError(f"the report cannot be written: {error}") from error
        return str(path)

    def script(self) -> str:
        """Return what has run so far, the lesson's part included, as a script for SQLAlchemy."""
        key = self.lesson.key(self.step)
        return script_text(key, self._kernel(), len(self._base), self._typed())

    # --- the kernel, for panels -------------------------------------------------------------------

    def complete(self, source: str, cursor: int) -> tuple[Completion, ...]:
        """Return what could stand at the cursor; nothing while an input runs."""
        return self._kernel().kernel.complete(source, cursor)

    def ask(self, expression: str) -> str:
        """Return the value of an expression on the facts, such as `plan()`, as text.

        Raises: CommandError: it cannot be evaluated.
        """
        (answer,) = self._revive().ask([expression])
        if answer.error:
            raise CommandError(answer.error)
        return answer.left

    def view(self, what: ViewName, budget: int = 50, about: str = "") -> Any:
        """Return a view of the kernel, in a shape told in kernel/views.py."""
        return self._kernel().kernel.inspect(what, budget, about)

    def interrupt(self) -> str:
        """Interrupt what is running, from any thread; return what was done, as Kernel.interrupt."""
        judging = self._judge.interrupt() if self._judge is not None else None
        replica = judging or self._running_twin or self._replica
        return replica.kernel.interrupt() if replica is not None else "idle"

    def close(self) -> None:
        """Stop all kernels and write progress; may be called twice."""
        if self._study is not None:
            self._study.give_up()
        self._kernels.close()
        self.progress.save()


_PATIENCE = 30.0
"""Seconds for one input that is replayed, which did end the first time."""


def _ignore(text: str) -> None:
    """Do nothing: nobody listens."""


def _showed(turn: Turn) -> tuple[str, str, str]:
    """Return what an input showed, as far as it should be the same in a replay."""
    return (
        blank_addresses(turn.output),
        blank_addresses(turn.value or ""),
        turn.failure.kind if turn.failure is not None else "",
    )


def _half(runs: Iterable[Turn | Moment | Trial]) -> Half:
    """Return what these runs showed and sent."""
    shown = ""
    sent: list[SentSQL] = []
    for run in runs:
        shown += shown_of(run.replies).text
        failure = failure_of(run.replies)
        shown += f"{failure}\n" if failure else ""
        sent += sent_of(run.replies)
    return Half(shown, tuple(sent))


def _first_line(text: str) -> str:
    return text.partition("\n")[0]


def _with_history(goals: Sequence[Goal], before: Sequence[Goal]) -> tuple[Goal, ...]:
    if len(before) != len(goals):
        return tuple(goals)
    return tuple(replace(goal, was_met=was.met) for goal, was in zip(goals, before, strict=True))
