"""Expected and got -> Verdict.

Before: tutor.py and check.py ran something and hold what came of it.
Here:   comparisons, all of them pure.
After:  repl/panels.py shows the Verdict, check.py makes a finding of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

VerdictKind = Literal["pass", "different", "almost", "mistake", "error", "regressed", "not yet"]


@dataclass(frozen=True, slots=True)
class Goal:
    """One line of the Expected panel.

    `was_met` is what it was before the input. `message` says why it is not met, with the value that
    was found filled in; `left` is that value's repr. `checked` is False when nothing could be asked
    yet (or the engine does not tell): the panel then says "not checked".
    """

    text: str
    met: bool = False
    was_met: bool = False
    message: str = ""
    left: str = ""
    checked: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an input came to: one sentence, and the lines that prove it.

    `not yet` is silent unless the learner asks with `:check`. `message` may hold Markdown of the
    lesson's author (a mistake's text); `details` are lines for the console.
    """

    kind: VerdictKind
    message: str = ""
    details: tuple[str, ...] = ()

    @property
    def is_pass(self) -> bool:
        """Whether the step is done."""
        return self.kind in ("pass", "different")
