"""What reaches the database, as lines of text to be compared whole."""

from typing import Any

from ormtutor.miniorm import event
from ormtutor.miniorm.engine.base import Engine


class SQLLog(list[str]):
    """Statements with their parameters, BEGIN, COMMIT and ROLLBACK, in order.

    An executemany stands as one line with all its parameter sets in brackets. causes: those of the
    statements, as words.
    """

    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self.causes: list[str] = []
        self.objects: list[tuple[str, ...]] = []
        event.listen(engine, "before_cursor_execute", self._note)
        for name in ("begin", "commit", "rollback"):
            event.listen(engine, name, self._transaction_listener(name.upper()))

    def _note(
        self,
        connection: Any,
        cursor: Any,
        statement: str,
        parameters: Any,
        context: Any,
        executemany: bool,
    ) -> None:
        shown = list(parameters) if executemany else parameters
        self.append(f"{' '.join(statement.split())} {shown!r}")
        self.causes.append(str(context.cause))
        self.objects.append(context.cause.objects)

    def _transaction_listener(self, word: str) -> Any:
        return lambda connection: self.append(word)

    def restart(self) -> None:
        """Forget what was sent so far."""
        self.clear()
        self.causes.clear()
        self.objects.clear()

    @property
    def writes(self) -> list[str]:
        """Only the INSERTs, UPDATEs and DELETEs."""
        return [line for line in self if line.startswith(("INSERT", "UPDATE", "DELETE"))]
