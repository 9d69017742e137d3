"""`from sqlalchemy import *` leaves a program's own names alone that 1.4 has not in it."""

from typing import List, Tuple  # noqa: UP035


class Label:
    """A learner's own."""


class Transaction(Label):
    """Another one."""


Result = Row = Function = Label
from sqlalchemy import *  # noqa: E402, F403

print(Tuple, List, Label, Transaction, Result, Row, Function)
print(Column("id", Integer), select([literal(1)]), func.now())  # noqa: F405
for name in ("Select", "Engine", "URL", "Join", "label", "Exists", "CreateTable"):
    print(name, name in globals())
