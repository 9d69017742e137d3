"""The catalogue: what learners of an ORM stumble over -> what happened, in their own terms.

Before: a turn has ended; its statements have causes, lines and objects; the kernel has sent what
        its observer saw.
Here:   one rule for each struggle: a function that returns a Remark or None. It reads effects
        (statements, states, exceptions, observations) and names the learner's object, line and
        statement; it reads the source only where Python leaves no effect. `ROWS` says which rules
        answer which struggle.
After:  dialog.py shows the text (a surprise once in a session, an error always), `:why` shows more.

A text is Markdown: at most three lines for an error, one for a surprise.
"""

from __future__ import annotations

import ast
import re

from ormtutor.kernel.messages import Observation, Output, Statement, Transaction
from ormtutor.records import record
from ormtutor.repl.advice import decided_by_python
from ormtutor.repl.cells import clip_text
from ormtutor.repl.statements import FOLD_FROM, Entry, count_of, filled, items, verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ormtutor.course.lesson import Step
    from ormtutor.kernel.messages import Failure
    from ormtutor.turn import Turn


@record
class Remark:
    """What a rule has to say: `text` at once, `more` at `:why`.

    A surprise is shown once for each `about` in a session. `source` is the input that the remark is
    about, if that is not the one that has just ended.
    """

    rule: str
    text: str
    more: str
    about: str = ""
    source: str = ""


@record
class Past:
    """The turns of a step up to the one that has just ended."""

    turns: tuple[Turn, ...]

    @property
    def turn(self) -> Turn:
        """The turn that has just ended."""
        return self.turns[-1]

    @property
    def failure(self) -> Failure | None:
        """The exception that ended it, or None."""
        return self.turn.failure

    @property
    def refused(self) -> Statement | None:
        """The last statement of this turn that the database refused, or None."""
        return next((one for one in reversed(self.turn.statements) if one.failed), None)

    def seen(self, *kinds: str) -> list[Observation]:
        """Return the observations of these kinds in this turn."""
        return _seen(self.turn, kinds)

    def added(self, name: str) -> str:
        """Return ` (added on line 2)` for an object; empty if it was not added in this step."""
        lines = [
            change.line
            for turn in self.turns
            for change in turn.transitions
            if (change.name, change.after) == (name, "pending") and change.line > 0
        ]
        return f" (added on line {lines[-1]})" if lines else ""

    def code(self, line: int) -> str:
        """Return the learner's source on a line of the step."""
        for turn in self.turns:
            if turn.first_line <= line <= turn.end_line:
                return turn.source.split("\n")[line - turn.first_line].strip().rstrip(":")
        return ""

    def last_event(self, *names: str, line: int = 0) -> Transaction | None:
        """Return the last such event, COMMIT or ROLLBACK, on any line or on that one, or None."""
        for turn in reversed(self.turns):
            for event in reversed(turn.transactions):
                if event.event.split()[0] in names and event.line > 0 and line in (0, event.line):
                    return event
        return None


def _seen(turn: Turn, kinds: Sequence[str]) -> list[Observation]:
    return [
        reply for reply in turn.replies if isinstance(reply, Observation) and reply.kind in kinds
    ]


def _short(text: str, width: int = 24) -> str:
    return clip_text(text.replace("`", "'"), width)


def _names(names: Sequence[str]) -> str:
    """Return `a`, `b` and 3 more."""
    told = [f"`{_short(name)}`" for name in dict.fromkeys(names)]
    if len(told) <= 2:
        return " and ".join(told)
    return f"{told[0]} and {len(told) - 1} more"


# --- errors ---------------------------------------------------------------------------------------

MEND = "Call `session.rollback()`, mend it, and go on."
MEND_NEW = "Call `session.rollback()`, mend it, and `add` it again."
_CONSTRAINTS = (
    (r"NOT NULL constraint failed: ([\w.]+)", "`{}` is empty"),
    (r"UNIQUE constraint failed: ([\w.]+(?:, [\w.]+)*)", "another row has that `{}`"),
    (r"CHECK constraint failed: (.+)", "the table's check `{}` says no"),
    (r"(FOREIGN KEY) constraint failed", "it points at a row that does not exist"),
    (r"(datatype) mismatch", "its primary key has to be a whole number"),
)


def _reason(message: str) -> str:
    """Return why the database refused, in few words; empty if it was no constraint."""
    for pattern, words in _CONSTRAINTS:
        found = re.search(pattern, message)
        if found:
            return words.replace("{}", found[1].split("\n")[0])
    return ""


def autoflush_failed(past: Past) -> Remark | None:
    """Tell that it was not the query that failed, but the flush before it."""
    failure, refused = past.failure, past.refused
    if failure is None or refused is None or not refused.cause.startswith("autoflush"):
        return None
    reason = _reason(failure.message) or "the database refused it"
    name = refused.names[0] if refused.names else ""
    who = f"`{_short(name)}`{past.added(name)}" if name else "something"
    return Remark(
        "autoflush failed",
        f"Your query on line {failure.line} is fine. Before it the session wrote what was waiting, "
        f"{who}, and *that* failed: {reason}. {MEND_NEW if name and past.added(name) else MEND}",
        "A session sends what is waiting before each query, so that the answer agrees with your "
        f"objects: autoflush. `{filled(refused)}` is what failed. Give the object what it lacks "
        "before you ask, or ask inside `with session.no_autoflush:`.",
    )


def parent_lost(past: Past) -> Remark | None:
    """Tell that a flush emptied a foreign key which may not be empty."""
    failure, refused = past.failure, past.refused
    if failure is None or refused is None or "flush" not in refused.cause:
        return None
    seen = past.seen("unparented")
    if not seen or "NOT NULL constraint failed" not in failure.message:
        return None
    where = ".".join(seen[-1].words)
    who = _names(refused.names) or "A row"
    return Remark(
        "parent lost",
        f"{who} would be left without a parent: the flush set `{where}` to NULL, "
        "which the column forbids. Let the children go with the parent: "
        '`cascade="all, delete-orphan"` on its relationship.',
        "Deleting a parent, or taking a child out of its list, only unlinks the child: its foreign "
        "key becomes NULL. Where the column forbids NULL there are two ways: the cascade, which "
        "deletes the children too, or `session.delete(child)` before. `session.rollback()` first.",
    )


def flush_failed(past: Past) -> Remark | None:
    """Name the object that a flush could not write."""
    failure, refused = past.failure, past.refused
    if failure is None or refused is None or not refused.cause.startswith("flush"):
        return None
    reason = _reason(failure.message)
    if not reason:
        return None
    name = refused.names[0] if refused.names else ""
    who = f"`{_short(name)}`{past.added(name)}" if name else "A row"
    if len(refused.names) > 1:
        who = f"One of {_names(refused.names)}"
    return Remark(
        "flush failed",
        f"{who} could not be written: {reason}. {MEND_NEW if past.added(name) else MEND}",
        f"`{filled(refused)}` is what the database refused. The whole transaction was taken back "
        "with it, so that the session waits for `session.rollback()`. Objects that were waiting "
        "are transient after it: mend them and `add` them again.",
    )


def still_failed(past: Past) -> Remark | None:
    """Point from the second error to the first one."""
    failure = past.failure
    if failure is None or not failure.kind.endswith("PendingRollbackError"):
        return None
    first = next(
        (
            turn.failure
            for turn in reversed(past.turns[:-1])
            if turn.failure is not None and not turn.failure.kind.endswith("PendingRollbackError")
        ),
        None,
    )
    refused = [one for turn in past.turns for one in turn.statements if one.failed]
    line = first.line if first else refused[-1].line if refused else 0
    where = f"The error to mend is that of line {line}" if line else "An earlier flush failed"
    reason = _reason(first.message if first else failure.message)
    code = past.code(line)
    return Remark(
        "still failed",
        f"{where}{f', `{_short(code, 40)}`' if code else ''}{f': {reason}' if reason else ''}. "
        "Nothing is wrong with this line: the session waits for `session.rollback()`.",
        "A flush is all or nothing. When one statement of it fails the database takes all of them "
        "back, and your objects no longer agree with the rows. So the session stops until you say "
        "`session.rollback()`, which empties them all; then mend the first error and do it again.",
    )


def detached(past: Past) -> Remark | None:
    """Tell how an object lost its session, and what the remedies cost."""
    failure = past.failure
    if failure is None or not failure.kind.endswith("DetachedInstanceError"):
        return None
    attribute = re.search(r"load operation of attribute '(\w+)'", failure.message)
    source = failure.frames[-1].source if failure.frames else ""
    gone = [
        change
        for turn in past.turns
        for change in turn.transitions
        if change.after == "detached" and change.before == "persistent"
    ]
    mine = [change for change in gone if re.search(rf"\b{re.escape(change.name)}\b", source)]
    change = next(reversed(mine or gone), None)
    name = f"`{_short(change.name)}`" if mine and change else "The object"
    left = f"left its session on line {change.line}" if change else "has left its session"
    if change and past.code(change.line):
        left += f", `{_short(past.code(change.line), 30)}`"
    commit = past.last_event("COMMIT")
    if attribute:
        what = f"line {failure.line} reads `.{attribute[1]}`, which was never loaded"
        remedies = (
            f"read `.{attribute[1]}` before (1 SELECT an object); load it together with "
            f"`options(selectinload(...))` (1 SELECT for all) or `joinedload(...)` (none more); or "
            "bring the object into a session with `session.add(...)` (1 SELECT at the read)."
        )
    else:
        emptied = f"the commit on line {commit.line}" if commit else "a commit or rollback"
        what = f"its values were emptied by {emptied}, and line {failure.line} reads one"
        remedies = (
            "read it between commit and close (1 SELECT); `sessionmaker(expire_on_commit=False)`, "
            "where values stay (no SELECT); or bring the object into a session with "
            "`session.add(...)` (1 SELECT at the read)."
        )
    return Remark(
        "detached",
        f"{name} {left}; {what}. Without a session nobody can fetch it.",
        f"Three remedies: {remedies}",
    )


# --- surprises ------------------------------------------------------------------------------------


def autoflush(past: Past) -> Remark | None:
    """Tell that a query made the session write first."""
    for one in past.turn.statements if past.failure is None else ():
        if one.cause.startswith("autoflush") and not one.failed and verb(one) != "SELECT":
            who = _names([change.name for change in past.turn.transitions
                          if change.before == "pending"] or one.names)  # fmt: skip
            asked = "query" if "lazy load" not in one.cause else "lazy load"
            return Remark(
                "autoflush",
                f"Autoflush: before the {asked} on line {one.line} the session wrote {who}.",
                f"`{filled(one)}` was sent because of what came after it, the "
                f"{one.cause.removeprefix('autoflush for ')}: the answer would not agree with your "
                "objects otherwise. Nothing is committed by it. `with session.no_autoflush:` holds "
                "it back; `flush` and `commit` write in any case.",
            )
    return None


def refresh(past: Past) -> Remark | None:
    """Tell why reading a plain attribute sent a SELECT."""
    for one in past.turn.statements if past.failure is None else ():
        if one.cause.startswith("refresh of expired") and one.names and not one.failed:
            lines = [int(seen.words[0]) for seen in past.seen("emptied") if seen.line == one.line]
            event = past.last_event("COMMIT", "ROLLBACK", line=lines[0]) if lines else None
            name = f"`{_short(one.names[0])}`"
            emptied = (
                f"the {event.event.split()[0].lower()} on line {event.line} emptied {name}"
                if event
                else f"{name} was expired"
            )
            more = (
                "A rollback takes back what was written, so the session forgets the values that it "
                "has and fetches at the next read what the row holds now."
                if event and event.event.startswith("ROLLBACK")
                else "After a commit others may change the row, so the session forgets the values "
                "it has and fetches them at the next read: one SELECT for each object. "
                "`sessionmaker(expire_on_commit=False)` keeps them, old as they may be."
            )
            return Remark("refresh", f"Refresh: {emptied}; using it sent a SELECT.", more)
    return None


def n_plus_one(past: Past) -> Remark | None:
    """Tell of an attribute that was loaded one object at a time."""
    for item in items(past.turn.replies):
        if isinstance(item, Entry) and item.is_lazy and item.count >= FOLD_FROM:
            named = item.first.cause.removeprefix("lazy load of ")
            return Remark(
                "N+1",
                f"N+1: line {item.first.line} sent {item.count} SELECTs for `{named}`, one each.",
                f"One query fetched the objects, then each `.{named.rpartition('.')[2]}` one more: "
                f"{item.count} lazy loads ({item.numbers}). With `.options(selectinload({named}))` "
                f"on the first query it is 1 instead of {item.count}, with "
                f"`joinedload({named})` none. `:whatif selectinload` runs your inputs again so, "
                "and counts.",
                about=named,
            )
    return None


def lazy_load(past: Past) -> Remark | None:
    """Tell why reading a relationship sent a SELECT."""
    if past.turn.failure is not None:
        return None
    for one in past.turn.statements:
        attribute = one.cause.removeprefix("lazy load of ").rpartition(".")[2]
        if not one.cause.startswith("lazy load") or not _is_read(past.turn, attribute):
            continue
        who = _short(one.names[0]) if one.names else one.cause.removeprefix("lazy load of ")
        return Remark(
            "lazy load",
            f"Lazy load: reading `{who}.{attribute}` sent a SELECT of its own.",
            f"A relationship is fetched when it is first read: statement {one.number}. After that "
            "it is there and costs nothing. In a loop over many objects that is one SELECT for "
            "each; `selectinload` and `joinedload` fetch it for all of them at once.",
        )
    return None


def _is_read(turn: Turn, attribute: str) -> bool:
    """Whether the input itself reads an attribute of that name, since a flush may load one, too."""
    tree = _parsed(turn.source)
    return tree is not None and any(
        isinstance(node, ast.Attribute)
        and node.attr == attribute
        and isinstance(node.ctx, ast.Load)
        for node in ast.walk(tree)
    )


def _parsed(source: str) -> ast.Module | None:
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return None


def kept(past: Past) -> Remark | None:
    """Tell that an object kept its value although its row has another."""
    for one in past.seen("kept"):
        name, attribute, held, value = one.words
        return Remark(
            "kept",
            f"Kept: `{_short(name)}.{attribute}` stays `{_short(held, 16)}`; the row says "
            f"`{_short(value, 16)}`.",
            f"The query on line {one.line} brought the row, but the session knew the object "
            "already: one row, one object, and what it holds is not overwritten under your hands. "
            f"`session.refresh({name if name.isidentifier() else '...'})` fetches the row's "
            "values, `.populate_existing()` does so for a whole query.",
        )
    return None


def python_decided(past: Past) -> Remark | None:
    """Tell that `and`, `or`, `not`, `in` or `is` never reached the database, and what did."""
    failed = past.failure is not None and past.failure.kind == "TypeError"
    if past.turn.status == "interrupted" or failed:
        return None
    for code, word in decided_by_python(past.turn.source):
        sent = [one for one in past.turn.statements if verb(one) == "SELECT"]
        where = re.search(r"\sWHERE (.*)", filled(sent[-1]), re.DOTALL) if sent else None
        if where and where[1].count("(") != where[1].count(")"):
            became = f"see the WHERE of statement {sent[-1].number}"  # it is in a subquery
        elif where:
            became = f"the filter became `{_short(' '.join(where[1].split()), 26)}`"
        else:
            became = "the filter is another one" if not sent else "no filter was left"
        return Remark(
            "python decided",
            f"Python, not SQL, decided `{word}`: {became}.",
            f"`{_short(code, 60)}` asks whether two Python objects are one. For NULL write "
            "`== None` or `.is_(None)`, and `!= None` or `.is_not(None)`."
            if word.startswith("is")
            else f"In `{_short(code, 60)}` Python asks an expression for yes or no before the "
            "database has heard of it, and goes on with one side. Write `&` for `and`, `|` for "
            "`or`, `~` for `not`, each side in brackets, and `.in_([...])` for `in`.",
            about=code,
        )
    return None


def added_alone(past: Past) -> Remark | None:
    """Tell that `session.add(a, b)` took only the first, without a word."""
    tree = _parsed(past.turn.source)
    if tree is None or past.failure is not None:
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner, given = ast.unparse(node.func.value), [ast.unparse(each) for each in node.args]
            if node.func.attr == "add" and len(given) == 2:
                return Remark(
                    "added alone",
                    f"Only `{_short(given[0])}` was added; `{_short(given[1])}` was not.",
                    "`add()` takes one object. What stands behind it is taken for a setting of "
                    "SQLAlchemy's own, so that nothing complains. For several: "
                    f"`{_short(owner)}.add_all([{_short(', '.join(given), 40)}])`.",
                )
    return None


_ALIASED = re.compile(r"JOIN \"?(\w+)\"? AS (\w+_\d+)")


def joined_fills(past: Past) -> Remark | None:
    """Tell that one join chooses the rows, and another one fills an attribute."""
    eager = {one.words[0] for one in past.seen("eager") if one.words[1] == "joined"}
    for one in past.turn.statements if eager else ():
        for table, alias in _ALIASED.findall(one.sql):
            where = re.search(r"\sWHERE (.*)", one.sql, re.DOTALL)
            if where is None or not re.search(rf"\b{table}\.", where[1]):
                continue
            chooses = re.search(r"\sFROM (.*?)(?=LEFT OUTER JOIN|\sWHERE)", one.sql, re.DOTALL)
            named = ", ".join(sorted(eager))
            is_joined = bool(re.search(rf"JOIN \"?{table}\"? ON", one.sql))
            advice = (
                f"The list holds all of them, not those of the filter; `contains_eager({named})` "
                "in place of `joinedload` would fill it from the filtered rows."
                if is_joined
                else f"And nothing says how `{table}` belongs to the rest, so that each row is "
                f"paired with each: `.join({named})` says it."
            )
            return Remark(
                "joined fills",
                f"Your filter is on `{table}`; `{_short(named)}` is filled from `{alias}`.",
                f"`FROM {_short(' '.join(chooses[1].split()) if chooses else table, 60)}` answers "
                f"which rows you get. `LEFT OUTER JOIN {table} AS {alias}` only fills `{named}`; "
                f"a filter never reaches it. {advice}",
            )
    return None


_PRODUCT = re.compile(
    r"cartesian product between FROM element\(s\) (?P<left>\".*?) and "
    r"FROM element \"(?P<right>\w+)\""
)


def cartesian(past: Past) -> Remark | None:
    """Tell that two tables are in a query, and nothing says how they belong together."""
    for reply in past.turn.replies:
        if isinstance(reply, Output) and reply.stream == "stderr":
            found = _PRODUCT.search(" ".join(reply.text.split()))
            if found:
                left = re.findall(r"\"(\w+)\"", found["left"])
                return Remark(
                    "cartesian",
                    f"Each row of `{left[0]}` was paired with each of `{found['right']}`: a join "
                    "is missing.",
                    "Naming a second class in a filter adds its table to FROM, and no more. "
                    "`.join(Parent.children)` says which rows belong together; then the filter "
                    "chooses among those pairs.",
                )
    return None


def rows_not_objects(past: Past) -> Remark | None:
    """Tell why `count()` and the length of the list differ."""
    counts = [one for turn in past.turns for one in turn.statements if one.cause == "count"]
    for turn in past.turns if counts else ():
        for one in turn.statements:
            back = turn.rows.get(one.number)
            if one.cause != "query" or back is None or back.made < 0 or " JOIN " not in one.sql:
                continue
            objects = back.made + max(0, back.known)
            body = " ".join(one.sql.partition("FROM ")[2].split())
            same = [
                other
                for other in counts
                if body in " ".join(other.sql.split()) and other.parameters == one.parameters
            ]
            newest = max((one, *same), key=lambda statement: statement.number)
            if not same or not 0 < objects < back.rows or newest not in past.turn.statements:
                continue
            return Remark(
                "rows, not objects",
                f"{back.rows} rows, {objects} objects: `count()` counts rows, the list objects.",
                "A join gives a row for each pair, so that one object may stand in several rows. "
                "A query of one class hands each object out once. To count objects: "
                "`.distinct().count()`, or `len(query.all())`.",
            )
    return None


def nulled(past: Past) -> Remark | None:
    """Tell that deleting a parent emptied its children's foreign keys."""
    found = past.seen("nulled")
    if not found or past.failure is not None:
        return None
    table, column, *names = found[0].words
    return Remark(
        "nulled",
        f"Delete: {_names(names)} in `{table}` stay, with `{column}` NULL."
        if len(names) > 1
        else f"Delete: {_names(names)} in `{table}` stays, with `{column}` NULL.",
        "Without a cascade a relationship lets its children live: the flush unlinks them first and "
        'deletes the parent after. `cascade="all, delete-orphan"` on the parent\'s relationship '
        "deletes them too. `:plan` shows it before a flush, `:plan CLASS.RELATIONSHIP` under "
        "another cascade.",
    )


def still_listed(past: Past) -> Remark | None:
    """Tell that a deleted object is still in a list."""
    for one in past.seen("listed"):
        name, owner, attribute = one.words
        return Remark(
            "still listed",
            f"`{_short(name)}` is deleted, but still in the list `{_short(owner)}.{attribute}`.",
            "`session.delete` speaks to the database; a list that was loaded before is Python's, "
            "and nobody tells it. It is fetched anew after a commit or `session.expire(...)`. "
            f"`{owner}.{attribute}.remove(...)` instead of `delete` changes the list itself; with "
            'the cascade "delete-orphan" that deletes the row as well.',
        )
    return None


def both_ends(past: Past) -> Remark | None:
    """Tell that setting one end of a relationship set the other."""
    for one in past.seen("both ends"):
        name, attribute, other, back = one.words
        return Remark(
            "both ends",
            f"`{_short(name)}.{attribute}` and `{_short(other)}.{back}` changed together, no SQL.",
            f"`{name}.{attribute}` -> `{other}` and `{other}.{back}` -> `{name}` are the two ends "
            "of one relationship: `back_populates` keeps them alike in Python. The row is written "
            "at the next flush.",
        )
    return None


_CONFLICT = re.compile(
    r"relationship '(\w+\.\w+)' will copy column .*? relationship\(s\): '(\w+\.\w+)'"
)


def unlinked(past: Past) -> Remark | None:
    """Tell that two relationships use the same foreign key and are not linked."""
    pair: tuple[str, str] | None = None
    for reply in past.turn.replies:
        if isinstance(reply, Output) and reply.stream == "stderr":
            found = _CONFLICT.search(" ".join(reply.text.split()))
            pair = (found[1], found[2]) if found else pair
    for one in past.seen("unlinked"):
        pair = pair or (f"{one.words[0]}.{one.words[1]}", f"{one.words[2]}.{one.words[3]}")
    if pair is None:
        return None
    return Remark(
        "unlinked",
        f"`{_short(pair[0])}` and `{_short(pair[1])}` lack a `back_populates`.",
        f"Both go over the same foreign key: `{pair[0]}` -> and `{pair[1]}` -> are two arrows "
        'drawn apart, so that setting one leaves the other as it was. `back_populates="..."` on '
        "both, each naming the other, makes them the two ends of one.",
    )


def key_not_object(past: Past) -> Remark | None:
    """Tell that a foreign key was set, and that the relationship does not follow it."""
    found = [*past.seen("unjoined"), *_read_too_early(past)]
    for one in found:
        name, key, value, attribute, holds = one.words
        held = f"still is `{_short(holds, 16)}`" if one.kind == "unjoined" else "is not set yet"
        return Remark(
            "key, not object",
            f"`{_short(name, 16)}.{key}` is {_short(value, 12)}, but `{attribute}` {held}.",
            "The number goes into the row, the attribute is read from the object: nobody compares "
            f"them. Set `{name}.{attribute}` to the object and the flush fills in `{key}`. Or "
            "flush (or commit) and `session.expire(...)`: then it is fetched by the number.",
        )
    return None


def stray(past: Past) -> Remark | None:
    """Tell of a name that was set, is not mapped, and is probably a typing error."""
    for one in past.seen("stray"):
        name, key, near = one.words
        return Remark(
            "stray",
            f"`{_short(name, 16)}.{key}` is not mapped, so no row will have it. "
            f"Did you mean `{near}`?",
            "Python lets you set any name on an object. The mapper writes those that the class "
            f"maps, and `{key}` is none of them: nothing is marked as changed by it.",
            about=key,
        )
    return None


def _read_too_early(past: Past) -> Iterator[Observation]:
    """Yield the observations of a relationship that this input reads before a flush: it is None."""
    tree = _parsed(past.turn.source)
    reads = {
        (node.value.id, node.attr)
        for node in ast.walk(tree or ast.Module([], []))
        if isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Load)
        and isinstance(node.value, ast.Name)
    }
    known: dict[str, Observation] = {}
    for turn in past.turns:
        for one in _seen(turn, ("unflushed",)):
            known[one.words[0]] = one
        for change in turn.transitions if turn is not past.turn else ():
            if change.after == "persistent":
                known.pop(change.name, None)
    for one in known.values():
        if (one.words[0], one.words[3]) in reads and not past.turn.statements:
            yield one


def taken_back(past: Past) -> Remark | None:
    """Tell that a rollback, or a close without a commit, has undone what was written."""
    if past.failure is not None or past.refused is not None:
        return None
    ends = [event for event in past.turn.transactions if event.event.startswith("ROLLBACK")]
    if not ends or ends[-1].event != "ROLLBACK" or past.last_event("COMMIT", "ROLLBACK") is None:
        return None
    written = _written(past, ends[-1])
    if not written:
        return None
    kinds = count_of(len(written), verb(written[0]) if len({*map(verb, written)}) == 1 else "write")
    lines = sorted({one.line for one in written if one.line > 0})
    where = f" of line {lines[0]}" if len(lines) == 1 else ""
    how = _short(past.code(ends[-1].line), 22) or "rollback"
    return Remark(
        "taken back",
        f"`{how}` took back {kinds}{where}: sent, not committed.",
        "A flush sends rows inside a transaction, where only you see them. `commit` makes them "
        "last; `rollback`, and `close` without a commit, take all of them back: "
        + "; ".join(f"`{_short(filled(one), 60)}`" for one in written[:3])
        + ".",
    )


def _written(past: Past, end: Transaction) -> list[Statement]:
    """Return what was written since the last COMMIT or ROLLBACK before this one."""
    written: list[Statement] = []
    for reply in (reply for turn in past.turns for reply in turn.replies):
        if reply is end:
            break
        if isinstance(reply, Transaction) and reply.event in ("COMMIT", "ROLLBACK"):
            written = []
        elif isinstance(reply, Statement) and not reply.failed and reply.number > 0:
            written += [reply] if verb(reply) in ("INSERT", "UPDATE", "DELETE") else []
    return written


def association(past: Past) -> Remark | None:
    """Tell that a flush wrote rows of an association table, which no class is mapped to."""
    if past.failure is not None:
        return None
    for one in past.turn.statements:
        if "flush" not in one.cause or one.failed or verb(one) not in ("INSERT", "DELETE"):
            continue
        if len(one.objects) <= one.sets:
            continue
        table = re.match(r"(?:INSERT INTO|DELETE FROM) \"?(\w+)", one.sql)
        done = "into" if verb(one) == "INSERT" else "from"
        return Remark(
            "association",
            f"Many-to-many: {count_of(one.sets, 'row')} {done} `{table[1] if table else ''}`, "
            f"{_short(one.names[0])} <-> {_short(one.names[1])}.",
            "No class stands for that table: each of its rows is a pair of keys, written when you "
            "`append` to the list and taken out when you `remove` from it, on either side. "
            f"`:rows {table[1] if table else ''}` shows them.",
        )
    return None


ERRORS: tuple[Callable[[Past], Remark | None], ...] = (
    autoflush_failed,
    parent_lost,
    flush_failed,
    still_failed,
    detached,
)
SURPRISES: tuple[Callable[[Past], Remark | None], ...] = (
    python_decided,
    added_alone,
    joined_fills,
    cartesian,
    unlinked,
    n_plus_one,
    lazy_load,
    refresh,
    autoflush,
    kept,
    rows_not_objects,
    nulled,
    still_listed,
    key_not_object,
    stray,
    both_ends,
    taken_back,
    association,
)


def on_error(past: Past) -> Remark | None:
    """Return what an error means here; None: advice.py has to do with its text alone."""
    return next((found for rule in ERRORS if (found := rule(past)) is not None), None)


def on_surprise(past: Past) -> list[Remark]:
    """Return remarks on what a turn did that a learner may not have expected."""
    found = [found for rule in SURPRISES if (found := rule(past)) is not None]
    said = {remark.rule for remark in found}
    return [remark for remark in found if not _SAID_BY.get(remark.rule, set()) & said]


_SAID_BY = {"lazy load": {"N+1"}, "cartesian": {"joined fills"}}
"""A rule's remark is dropped if one of these rules has one, which says more."""


def unread(turns: Sequence[Turn]) -> Remark | None:
    """Return a remark on what a step loaded eagerly and never read; for the step's end."""
    eager: dict[str, tuple[Observation, Turn]] = {}
    for turn in turns:
        for one in _seen(turn, ("eager",)):
            eager.setdefault(one.words[0], (one, turn))
        for one in _seen(turn, ("read",)):
            eager.pop(one.words[0], None)
    for name, (one, turn) in eager.items():
        return Remark(
            "unread",
            f"Unused: the query on line {one.line} loaded `{name}`, and nobody read it.",
            f"`{one.words[1]}` loading fetches related rows at once, whether you look at them or "
            "not. Where they are not needed, leave the option out: fewer rows, or a statement "
            "less.",
            source=turn.source,
        )
    return None


ABOUT: dict[str, str] = {
    "python decided": r"`and`|`in`|`is`",
    "added alone": r"add_all",
    "stray": r"not mapped",
    "joined fills": r"joinedload",
    "cartesian": r"cartesian",
    "unlinked": r"back_populates",
    "N+1": r"N\+1|one for each of them",
    "lazy load": r"lazy|lazily",
    "refresh": r"expire|refresh",
    "autoflush": r"autoflush",
    "kept": r"identity map",
    "rows, not objects": r"count|twice",
    "nulled": r"\bnull\b",
    "still listed": r"python lists",
    "key, not object": r"foreign key",
    "both ends": r"back_populates|backref|(?:both|two) ends",
    "taken back": r"rollback",
    "association": r"association table|secondary|table in between",
    "unread": r"eager",
}
"""For each surprise, a pattern that a step's text matches if the step is about it."""


def is_news(remark: Remark, source: str, step: Step) -> bool:
    """Whether a surprise is worth a line: not if the lesson's own line causes it, unless the step
    is about it. `:why` explains it in any case.
    """
    own = {example.source.strip() for example in step.reference}
    text = f"{step.title} {step.prose}"
    return source.strip() not in own or bool(re.search(ABOUT[remark.rule], text, re.IGNORECASE))


ROWS: dict[str, tuple[str, ...]] = {
    "session states": ("panel: transitions",),
    "flush, commit, rollback": ("taken back", "panel: lanes"),
    "autoflush": ("autoflush", "autoflush failed"),
    "expire on commit, detached": ("refresh", "detached", "panel: expired"),
    "session unusable after a failed flush": ("flush failed", "still failed", "panel: failed"),
    "identity map, stale rows": ("kept", "panel: known"),
    "lazy loading, N+1": ("lazy load", "N+1"),
    "unused eager load": ("unread",),
    "and, or, not, in on columns": ("python decided",),
    "join or joinedload": ("joined fills", "cartesian"),
    "count() is not len(), unique()": ("rows, not objects", "advice: unique"),
    "cascades, delete-orphan": ("nulled", "parent lost"),
    "deleted, still in the list": ("still listed",),
    "back_populates": ("both ends", "unlinked"),
    "foreign key set, relationship None": ("key, not object",),
    "a name that is not mapped": ("stray",),
    "add() of several objects": ("added alone",),
    "many-to-many": ("association", "panel: association"),
    "Query or select()": ("command: translate",),
}
"""Each struggle of learners, and what answers it: a rule in this file, a row in advice.py, a panel
or a command."""
