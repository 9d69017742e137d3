"""What rollback, commit and close would do to each object and each table, without doing it.

Before: kernel/forecast.py gathered what decides it, in the shapes told there.
Here:   rules. `outcomes` says what would become of each object, `rows` what of the tables' rows.
After:  `:whatif` shows them; `:plan` shows what a flush would do.

The rules are those of SQLAlchemy's session; a test compares them with what a session really does.
"""

from __future__ import annotations

from ormtutor.records import record
from ormtutor.repl.cells import grid, visible, wrap
from ormtutor.repl.statements import count_of
from ormtutor.repl.views import plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from ormtutor.repl.cells import Line

WAYS = ("rollback", "commit", "close")
NOTHING_TO_FLUSH = "A flush would do nothing now: nothing is new, changed or marked."
UNREHEARSED = "On real SQLAlchemy values, order, cascades and reasons are not available."
NESTED = (
    "A SAVEPOINT is open, and only that would end. What it means for each object is not available."
)
AFTER_LOADING = "do what becomes necessary when that is loaded: it cannot be told before"
FAILED_COMMIT = (
    "commit would be refused: a flush has failed, and the session waits for a rollback first."
)
NOT_BEGUN = "No transaction has begun: rollback would do nothing."
NOT_DONE = "None of it was done."


@record
class Outcome:
    """An object's state before and after, and what else there is to say about it."""

    name: str
    before: str
    after: str
    words: str


# --- objects --------------------------------------------------------------------------------------


def obstacle(content: Mapping[str, Any], how: str) -> str:
    """Return why there is nothing to say about each object; empty: there is."""
    if how == "commit" and not content["active"]:
        return FAILED_COMMIT
    if how != "close" and content["nested"]:
        return NESTED
    if how == "commit" and content["plan"]["error"]:
        return f"commit would fail in its flush, and roll back: {content['plan']['error']}"
    if how == "rollback" and not content["begun"]:
        return NOT_BEGUN
    return ""


def outcomes(content: Mapping[str, Any], how: str) -> list[Outcome]:
    """Return what would become of the session's objects, those left out that would not change."""
    rules = {"rollback": _rolled_back, "commit": _committed, "close": _closed}
    found = []
    for one in content["objects"]:
        after, words = rules[how](one, content)
        if after != one["state"] or words:
            found.append(Outcome(_called(one), str(one["state"]), after, words))
    return found


def _called(one: Mapping[str, Any]) -> str:
    return str(one["name"] or one["label"])


def _is_left_alone(one: Mapping[str, Any]) -> bool:
    """Whether this session has nothing to do with the object."""
    return not one["is_in"] and not (one["state"] == "detached" and one["is_new"])


def _rolled_back(one: Mapping[str, Any], content: Mapping[str, Any]) -> tuple[str, str]:
    state = one["state"]
    if _is_left_alone(one):
        return state, ""
    if state == "pending":
        return "transient", "was never written; the session forgets it"
    if one["is_new"]:
        return "transient", "its row is taken back; it keeps what it holds"
    if state == "deleted":
        is_back = one["committed"] is not None
        return ("persistent", "its row comes back") if is_back else (state, "")
    lost = [f"{key} goes back{_to(one['committed'], key)}" for key in one["changed"]]
    if one["is_marked"]:
        lost.insert(0, "is not marked for deletion any more")
    expired = "all it holds is expired: read again at the next use"
    return state, "; ".join([*lost, expired])


def _to(row: Mapping[str, str] | None, key: str) -> str:
    return f" to {plain(row[key])}" if row and key in row else ""


def _committed(one: Mapping[str, Any], content: Mapping[str, Any]) -> tuple[str, str]:
    state = one["state"]
    if _is_left_alone(one) or state in ("detached", "transient"):
        return state, ""
    records = [
        record
        for record in content["plan"]["records"]
        if record["labels"] in ([one["name"]], [one["label"]])  # two: an association row
    ]
    actions = {record["action"] for record in records}
    expired = "; expired, read again at the next use" if content["expires"] else ""
    if state == "pending":
        if "forget" in actions and not _is_shared(one, content):
            return "transient", "has no parent any more: it is not written"
        unless = ", unless it has no parent any more" if "forget" in actions else ""
        return "persistent", f"its row is inserted{unless}{expired}"
    if state == "deleted" or one["is_marked"] or "delete" in actions:
        gone = "its row is gone for good" if state == "deleted" else "its row is deleted"
        return ("detached" if content["expires"] else "deleted"), gone
    written = "update" in actions
    if one["changed"]:
        said = f"{', '.join(one['changed'])} written"
    else:
        said = "its row is changed" if written else ""
    return state, f"{said}{expired}".removeprefix("; ")


def _is_shared(one: Mapping[str, Any], content: Mapping[str, Any]) -> bool:
    """Whether the plan, in which new objects are just `User (new)`, may mean another one."""
    same = [other for other in content["objects"] if other["label"] == one["label"]]
    return len([other for other in same if other["state"] == "pending" and other["is_in"]]) > 1


def _closed(one: Mapping[str, Any], content: Mapping[str, Any]) -> tuple[str, str]:
    state = one["state"]
    if not one["is_in"]:
        return state, ""
    if state == "pending":
        return "transient", "was never written; the session forgets it"
    if state == "deleted":
        return state, "its row comes back" if content["transaction"] == "open" else ""
    if state != "persistent":
        return state, ""
    said = []
    if one["is_new"]:
        said.append("its row is taken back, so that it stands for a row that is not there")
    if one["changed"]:
        said.append(f"{', '.join(one['changed'])} not written")
    if one["expired"]:
        said.append(f"{', '.join(one['expired'])} cannot be read any more")
    return "detached", "; ".join(said) or "keeps what it holds"


# --- rows -----------------------------------------------------------------------------------------


def rows(content: Mapping[str, Any], how: str) -> list[str]:
    """Return what would become of the rows that are not committed, one sentence for each table."""
    told = []
    for name, table in content["tables"].items():
        inserted, changed, deleted = _differences(table)
        if how == "commit":
            words = [
                (inserted, "stays", "stay", "new"),
                (changed, "stays", "stay", "changed"),
                (deleted, "stays away", "stay away", "deleted"),
            ]
        else:
            words = [
                (inserted, "goes", "go", "new"),
                (changed, "goes back", "go back", "changed"),
                (deleted, "comes back", "come back", "deleted"),
            ]
        parts = [
            f"{count_of(count, f'{kind} row')} {one if count == 1 else many}"
            for count, one, many, kind in words
            if count
        ]
        if parts:
            told.append(f"{visible(name)}: {', '.join(parts)}")
    return told


def _differences(table: Mapping[str, Any]) -> tuple[int, int, int]:
    """Return how many rows are new, changed and deleted in this transaction."""
    places = [table["columns"].index(name) for name in table["key"]]

    def keys(found: Iterable[Sequence[str]]) -> set[tuple[str, ...]]:
        return {tuple(row[place] for place in places) for row in found}

    here = [table["rows"][number] for number in table["changed"]]
    gone = table["gone"]
    if not places:
        return len(here), 0, len(gone)
    both = len(keys(here) & keys(gone))
    return len(here) - both, both, len(gone) - both


# --- the plan -------------------------------------------------------------------------------------


def record_words(record: Mapping[str, Any]) -> str:
    """Return one action of a flush in words."""
    who = " and ".join(record["labels"])
    reason = f" ({record['reason']})" if record["reason"] else ""
    place = {"insert": "into", "delete": "from"}.get(record["action"], "in")
    where = f" {place} {record['table']}" if record["table"] else ""
    values = ", ".join(f"{name}={value}" for name, value in record["values"])
    return f"{record['action']} {who}{where}{': ' if values else ''}{values}{reason}"


def plan_words(content: Mapping[str, Any]) -> list[str]:
    """Return what a flush would do, one line for each action."""
    lines = [visible(record_words(record)) for record in content["records"]]
    if any(record["action"] == "load" for record in content["records"]):
        lines.append(AFTER_LOADING)
    if content["error"]:
        lines.append(f"fail: {visible(content['error'])}")
    return lines


def plan(content: Mapping[str, Any], room: int) -> list[Line]:
    """Return what a flush would do, as a numbered list."""
    told = plan_words(content)
    if not told:
        return wrap([("", NOTHING_TO_FLUSH)], room)
    order = ", in this order" if content["rehearsed"] else ""
    lines: list[Line] = [[("class:strong", f"A flush would now{order}:")]]
    for number, text in enumerate(told, 1):
        lines += wrap([("", f"{number:>3}  {text}")], room, indent=5)
    if not content["rehearsed"]:
        lines += wrap([("class:quiet", UNREHEARSED)], room)
    return lines


# --- together -------------------------------------------------------------------------------------


def whatif(content: Mapping[str, Any], how: str, room: int) -> list[Line]:
    """Return what would happen, as a table of objects and a list of rows."""
    stop = obstacle(content, how)
    if stop:
        return wrap([("", visible(stop))], room)
    named = f"{content['session'] or 'session'}.{how}()"
    lines: list[Line] = [[("class:strong", f"{named} would now:")]]
    if how == "commit" and content["plan"]["records"]:
        lines.append([("class:heading", "first flush")])
        for text in plan_words(content["plan"]):
            lines += wrap([("", f"  {text}")], room, indent=4)
        if not content["plan"]["rehearsed"]:
            lines += wrap([("class:quiet", f"  {UNREHEARSED}")], room, indent=2)
    lines += _objects(outcomes(content, how), room)
    told = rows(content, how)
    if told:
        lines.append([("class:heading", "rows that others do not see yet")])
        lines += [line for text in told for line in wrap([("", f"  {text}")], room, indent=4)]
    if len(lines) == 1:
        lines.append([("", "  change nothing")])
    if content["more"]:
        lines.append([("class:quiet", f"  and {count_of(content['more'], 'object')} more")])
    return [*lines, [("class:quiet", NOT_DONE)]]


def _objects(found: Sequence[Outcome], room: int) -> list[Line]:
    if not found:
        return []
    table: list[list[Line]] = []
    for one in found:
        state = one.before if one.before == one.after else f"{one.before} -> {one.after}"
        table.append(
            [[("class:strong", visible(one.name))], [("class:fact", state)], [("", one.words)]]
        )
    lines: list[Line] = [[("class:heading", "objects")]]
    return lines + [[("", "  "), *line] for line in grid(table, room - 2)]


def whatif_words(content: Mapping[str, Any], how: str) -> list[str]:
    """Return what would happen in sentences, for line mode."""
    stop = obstacle(content, how)
    if stop:
        return [visible(stop)]
    lines = []
    if how == "commit":
        lines += [f"First a flush would {text}." for text in plan_words(content["plan"])]
        if lines and not content["plan"]["rehearsed"]:
            lines.append(UNREHEARSED)
    for one in outcomes(content, how):
        state = f"stays {one.after}" if one.before == one.after else f"becomes {one.after}"
        lines.append(
            f"{visible(one.name)}, {one.before}, {state}{': ' * bool(one.words)}{one.words}."
        )
    lines += [f"Rows of {text}." for text in rows(content, how)]
    if not lines:
        lines.append(f"{how} would change nothing.")
    if content["more"]:
        lines.append(f"And {count_of(content['more'], 'object')} more.")
    return [*lines, NOT_DONE]
