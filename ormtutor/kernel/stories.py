"""Stories: what happened to each object, kept as texts and numbers beside it.

Before: recorder.py hears of a change of state, a statement, the end of a transaction.
Here:   a bounded list of moments for each living object, each with the learner's line and the
        statement that caused it. Objects are held weakly: a story goes with its object.
After:  views.py gives a story to `:story NAME`.

A moment's `what` is the state that the object came into, or `expired`, `refreshed`, `loaded`,
`written` (an UPDATE), `marked` (for deletion), `kept` (from deletion).
"""

from __future__ import annotations

import linecache
import re
import weakref
from collections import deque
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any, Literal

from ormtutor.kernel.labels import label
from ormtutor.records import record

MOST_OBJECTS = 1_000  # whose stories are kept; later objects get none
MOST_MOMENTS = 40  # of one object, the last ones
REFRESH = "refresh of expired "
RECENT = 20  # SELECTs among which to look for the one that loaded an object

When = Literal["step", "before", "setup"]


@record
class Place:
    """Where the learner's code was: the file name of its input, and the line."""

    file: str = ""
    line: int = 0


@record
class Sent:
    """A statement, as stories know it; `number` 0: none, or it could be one of several."""

    number: int = 0
    cause: str = ""


NOTHING_SENT = Sent()


@record
class Moment:
    """One thing that happened to an object."""

    what: str
    place: Place
    sent: Sent
    step: int
    is_setup: bool


class Story:
    """What happened to one object, and what was last seen of it."""

    __slots__ = (
        "__weakref__",
        "dropped",
        "is_expired",
        "is_marked",
        "is_new",
        "label",
        "moments",
        "reference",
    )

    def __init__(self, reference: weakref.ref[Any]) -> None:
        self.reference = reference
        self.moments: deque[Moment] = deque(maxlen=MOST_MOMENTS)
        self.dropped = 0
        self.is_expired = False
        self.is_marked = False
        self.is_new = False
        self.label = ""


def _state_of(mapped: Any) -> Any:
    """Return the state of a mapped object, bypassing any `__getattribute__` of the learner's."""
    return object.__getattribute__(mapped, "_sa_instance_state")


class Stories:
    """The stories of the living objects."""

    def __init__(self) -> None:
        self._known: dict[int, Story] = {}
        # The stories of the persistent objects.
        self._by_label: weakref.WeakValueDictionary[str, Story] = weakref.WeakValueDictionary()
        self._step = 0
        self._is_setup = False
        self._input = Place()
        self._written: dict[str, Sent] = {}
        self._selects: deque[tuple[str, Sent]] = deque(maxlen=RECENT)
        self._ending = ""

    # --- what is heard ----------------------------------------------------------------------------

    def begin_step(self) -> None:
        """A step begins: lines and statements of earlier moments belong to another one."""
        self._step += 1

    def begin_run(self, place: Place, *, is_setup: bool) -> None:
        """An input begins at this place."""
        self._input = place
        self._is_setup = is_setup
        self._selects.clear()
        self._written.clear()

    def begin_flush(self) -> None:
        """A flush begins: forget which rows the last one wrote."""
        self._written.clear()

    def came(self, mapped: Any, before: str, what: str, place: Place) -> None:
        """The object went from the state `before` into the state `what`."""
        story = self._story(mapped)
        if story is None:
            return
        if not story.moments and what == "pending":
            self._note(story, "transient", Place(), NOTHING_SENT)
        sent = self._write_of(mapped) if what in ("persistent", "deleted") else NOTHING_SENT
        is_kept = story.is_marked and what == "persistent"  # its row was still there
        self._note(story, "kept" if is_kept else what, place, sent)
        story.is_marked = False
        story.is_new = (story.is_new or before == "pending") and what != "transient"
        self._index(story, mapped, is_persistent=what == "persistent")

    def loaded(self, mapped: Any, place: Place) -> None:
        """The object was made from a row."""
        story = self._story(mapped)
        if story is not None:
            self._note(story, "loaded", place, self._select_of(_state_of(mapped).mapper))
            self._index(story, mapped, is_persistent=True)

    def executed(
        self, verb: str, sql: str, objects: Iterable[str], sent: Sent, place: Place
    ) -> None:
        """A statement was sent; `objects` are its labels, as far as the engine knows them."""
        objects = tuple(objects)
        if verb in ("SELECT", "WITH"):
            self._selects.append((sql, sent))
            if sent.cause.startswith(REFRESH):
                self._note_for([sent.cause.removeprefix(REFRESH)], "refreshed", place, sent)
        elif verb in ("INSERT", "DELETE", "UPDATE"):
            table = re.match(r'\s*\w+ (?:INTO |FROM )?"?(\w+)', sql)
            keys = [one.removesuffix(" (new)") for one in objects] or [f"in {table and table[1]}"]
            for key in dict.fromkeys(keys):
                known = self._written.get(key, sent)
                self._written[key] = sent if known == sent else Sent(0, sent.cause)
            if verb == "UPDATE":
                self._note_for(objects, "written", place, sent)

    def ending(self, how: str) -> None:
        """A transaction is about to end, by `commit` or `rollback`."""
        self._ending = how

    def ended(self, place: Place) -> None:
        """A transaction has ended: note what it expired."""
        self.see_expired(place, self._ending)
        self._ending = ""

    def expired_by(self, mapped: Any) -> Moment | None:
        """Return the last moment at which the object was seen to be expired, or None."""
        story = self._story(mapped)
        moments = story.moments if story is not None else ()
        return next((one for one in reversed(moments) if one.what == "expired"), None)

    def settled(self, session: Any) -> None:
        """The outermost transaction of a session has ended: its objects are no longer new."""
        for story in list(self._known.values()):
            mapped = story.reference() if story.is_new else None
            if mapped is not None and _state_of(mapped).session in (session, None):
                story.is_new = False

    def see_expired(self, place: Place, how: str = "") -> None:
        """Note the objects that were expired since the last look."""
        for story in list(self._known.values()):
            mapped = story.reference()
            state = None if mapped is None else _state_of(mapped)
            if state is None or state.expired == story.is_expired:
                continue
            story.is_expired = state.expired
            if state.expired:
                self._note(story, "expired", place, Sent(0, how))

    def end_run(self, sessions: Iterable[Any]) -> None:
        """An input has ended: note what no event reports, with the line where the input began."""
        self.see_expired(self._input)
        marked = {id(one): one for session in sessions for one in session.deleted}
        for mapped in marked.values():
            story = self._story(mapped)
            if story is not None and not story.is_marked:
                story.is_marked = True
                self._note(story, "marked", self._input, NOTHING_SENT)
        for number, story in list(self._known.items()):
            if story.is_marked and number not in marked:
                story.is_marked = False
                self._note(story, "kept", self._input, NOTHING_SENT)

    # --- what is told -----------------------------------------------------------------------------

    def objects(self) -> Iterator[Any]:
        """Yield the objects that have a story."""
        for story in list(self._known.values()):
            mapped = story.reference()
            if mapped is not None:
                yield mapped

    def tell(self, mapped: Any) -> tuple[list[dict[str, Any]], int]:
        """Return an object's moments as plain data, and how many earlier ones were dropped."""
        story = self._known.get(id(mapped))
        if story is None or story.reference() is not mapped:
            return [], 0
        return [self._plain(moment) for moment in story.moments], story.dropped

    def is_new(self, mapped: Any) -> bool | None:
        """Whether the open transaction has inserted the object's row; None: unknown."""
        story = self._known.get(id(mapped))
        return None if story is None or story.reference() is not mapped else story.is_new

    @property
    def is_full(self) -> bool:
        """Whether there is no room for further objects."""
        return len(self._known) >= MOST_OBJECTS

    def _plain(self, moment: Moment) -> dict[str, Any]:
        when: When = "setup" if moment.is_setup else "step"
        if moment.step != self._step:
            when = "before"
        place = moment.place
        return {
            "what": moment.what,
            "line": place.line,
            "source": linecache.getline(place.file, place.line).strip() if place.line else "",
            "statement": max(0, moment.sent.number),
            "cause": moment.sent.cause,
            "when": when,
        }

    # --- inside -----------------------------------------------------------------------------------

    def _story(self, mapped: Any) -> Story | None:
        """Return the object's story, a new one if need be; None if there are too many."""
        number = id(mapped)
        known = self._known.get(number)
        if known is not None and known.reference() is mapped:
            return known
        if self.is_full:
            return None
        reference = weakref.ref(mapped, partial(_forget, self._known, number))
        story = self._known[number] = Story(reference)
        return story

    def _note(self, story: Story, what: str, place: Place, sent: Sent) -> None:
        story.dropped += len(story.moments) == MOST_MOMENTS
        story.moments.append(Moment(what, place, sent, self._step, self._is_setup))

    def _index(self, story: Story, mapped: Any, *, is_persistent: bool) -> None:
        """Keep the object findable by its label while it is persistent."""
        if self._by_label.get(story.label) is story:
            del self._by_label[story.label]
        story.label = label(mapped, _state_of(mapped))
        if is_persistent:
            self._by_label[story.label] = story

    def _note_for(self, objects: Iterable[str], what: str, place: Place, sent: Sent) -> None:
        for name in objects:
            story = self._by_label.get(name)
            if story is not None:
                story.is_expired &= what != "refreshed"
                self._note(story, what, place, sent)

    def _write_of(self, mapped: Any) -> Sent:
        """Return the statement of the current flush that wrote the object's row."""
        state = _state_of(mapped)
        for key in (label(mapped, state), type(mapped).__name__, f"in {state.mapper.local_table}"):
            if key in self._written:
                return self._written[key]
        return NOTHING_SENT

    def _select_of(self, mapper: Any) -> Sent:
        """Return the last SELECT that selected columns of the class's table."""
        table = re.escape(str(mapper.local_table))
        wanted = min(2, len(mapper.local_table.columns))
        for sql, sent in reversed(self._selects):
            asked = sql.partition("\nFROM ")[0]
            if len(re.findall(rf"\b{table}(?:_\d+)?\.", asked)) >= wanted:
                return sent
        return NOTHING_SENT


def _forget(known: dict[int, Story], number: int, reference: weakref.ref[Any]) -> None:
    story = known.get(number)
    if story is not None and story.reference is reference:
        del known[number]
