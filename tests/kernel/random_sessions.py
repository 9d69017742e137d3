"""Random sessions for the kernel's models: valid calls in any order, on a few named objects.

Before: a seed.
Here:   lines of a program on `a`, `b`, `c` (members) and `x`, `y` (loans); what SQLAlchemy
        refuses is skipped, so that each program runs to its end.
After:  test_asking.py and test_forecast.py run it in a real kernel.
"""

from __future__ import annotations

import random

SETUP = "a = b = c = x = y = None"
_MEMBERS, _LOANS = "abc", "xy"


def program(seed: int, length: int = 14, *, nested: bool = False) -> list[str]:
    """Return the lines of a random session."""
    choose = random.Random(seed)
    lines = [SETUP]
    for number in range(length):
        member, loan = choose.choice(_MEMBERS), choose.choice(_LOANS)
        name = choose.choice([member, loan])
        lines.append(
            choose.choice(
                [
                    f"{member} = Member(name='m{number}')",
                    f"{member} = Member(name='m{number}'); session.add({member})",
                    f"{loan} = Loan(tool='t{number}', member={member}); session.add({loan})",
                    f"session.add({name})",
                    f"{member}.name = 'n{number}'",
                    f"{loan}.member = {member}",
                    f"{member}.name",
                    f"len({member}.loans)",
                    f"session.delete({name})",
                    f"session.expunge({name})",
                    f"session.expire({name})",
                    f"{member} = session.query(Member).order_by(Member.id).first() or {member}",
                    "session.flush()",
                    "session.flush()",
                    "session.commit()",
                    "session.rollback()",
                    "session.expunge_all()",
                    "session.close()" if not nested else "session.begin_nested()",
                ]
            )
        )
    return lines


def source_of(lines: list[str]) -> str:
    """Return the program as one input, which no line's error ends."""
    return "\n".join(
        line if line == SETUP else f"try:\n    {line}\nexcept Exception: pass" for line in lines
    )
