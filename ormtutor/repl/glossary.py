"""The glossary: the field's terms in a few lines each, with the step that teaches them.

Before: `:help TERM` names a term, or something near it.
Here:   one row for each term; a test holds that the step of each row exists.
After:  asking.py shows a row; the page docs/glossary.md is made from all of them.
"""

from __future__ import annotations

import difflib

from ormtutor.records import record


@record
class Term:
    """One term: what it means in our own words, where it is taught, how else it is spelled."""

    name: str
    text: str
    step: str
    others: tuple[str, ...] = ()

    @property
    def spellings(self) -> tuple[str, ...]:
        """All that somebody may type for it."""
        return self.name, *self.others


GLOSSARY: tuple[Term, ...] = (
    # --- the database, and the way to it
    Term("engine",
         "The place where connections come from. It holds the address of the database and the "
         "dialect that it speaks; making one opens nothing yet.",
         "mapping/engine", ("create_engine",)),
    Term("connection",
         "One open line to the database. A statement runs on a connection, inside a transaction. "
         "A session takes one from the engine when it needs one, and gives it back.",
         "mapping/connect"),
    Term("dialect",
         "What differs from one database to the next: how a type is called, how rows are limited. "
         "The same expression is spelled in the dialect of the engine that sends it.",
         "mapping/engine"),
    Term("echo",
         "The switch with which an engine says aloud each statement that it sends: "
         "`create_engine(url, echo=True)`. Here the SQL panel does it, with the reason besides.",
         "mapping/echo"),
    Term("DDL",
         "Data definition language: `CREATE TABLE`, `DROP TABLE` and their kind. "
         "`metadata.create_all(engine)` sends it for the tables that are missing.",
         "mapping/create", ("create_all",)),
    Term("metadata",
         "The catalogue of tables that a program has described. It knows them by name and finds "
         "what a foreign key means; the database need not have heard of any.",
         "mapping/table"),
    Term("bind parameter",
         "A value that travels beside the statement and not inside its text: the `?`. So no value "
         "can be taken for SQL, and the database can use its plan for the statement again.",
         "querying/text", ("bound parameter", "bind")),
    # --- mapping
    Term("mapping",
         "The agreement which class stands for which table, and which attribute for which column. "
         "A mapped class (elsewhere: a model) is a class like others; its objects can be stored.",
         "mapping/declare", ("mapped class", "model")),
    Term("declarative",
         "The way to describe class and table in one place: a class below `declarative_base()` "
         "with `__tablename__` and columns. The mapping is worked out from the class body.",
         "mapping/declare", ("declarative_base",)),
    Term("imperative mapping",
         "Table and class are written apart, and brought together afterwards. Useful for classes "
         "that should not know about a database. Its older name is classical mapping.",
         "mapping/classical", ("classical mapping",)),
    Term("mapper",
         "The object that carries out a mapping: it knows the class, the table, and what each "
         "attribute stands for. A mapped class shows it as `__mapper__`.",
         "mapping/table"),
    Term("instrumentation",
         "What a mapping does to the attributes of a class: reading and setting them goes through "
         "the ORM. That is how it learns of a change, and how it can load a value late.",
         "mapping/table", ("instrumented", "instrumented attribute")),
    Term("primary key",
         "The column, or the columns, by which one row is told from all others. A mapped class "
         "must have one: without it no object could be found again in its table.",
         "mapping/declare"),
    # --- the session
    Term("session",
         "The place of work: it knows the objects in use, notes what is new, changed or to be "
         "deleted, and holds one transaction. Open it for one piece of work, then close it.",
         "session/factory"),
    Term("sessionmaker",
         "A factory of sessions. Settings such as the engine are given once, when the factory is "
         "made; calling it makes a session with them.",
         "session/factory"),
    Term("unit of work",
         "The pattern behind the session: collect all that is to be written, and find the order "
         "in which it can be. Parents are inserted before their children, deleted after them.",
         "session/queued"),
    Term("identity map",
         "The session's register: for each class and primary key the one object that stands for "
         "the row. Ask for the row twice, and you get the same object twice.",
         "session/identity"),
    Term("flush",
         "Writing to the database what the session has noted: `INSERT`, `UPDATE`, `DELETE`. The "
         "transaction stays open, so that a rollback can still take it back.",
         "session/queued"),
    Term("autoflush",
         "The flush that a session does by itself before it asks a question, for the answer "
         "should know of what is waiting. So a line that only reads may write, and may fail.",
         "session/autoflush", ("no_autoflush",)),
    Term("commit",
         "The end of a transaction that makes it last. A commit flushes first; afterwards others "
         "see the rows, and the session's objects are expired.",
         "session/commit"),
    Term("rollback",
         "The end of a transaction that takes all of it back: in the database and in the objects. "
         "New objects are transient again, changed ones are read anew.",
         "session/rollback"),
    Term("transaction",
         "A stretch of work that counts as a whole or not at all. Inside it you see your own "
         "changes; others see them after the commit, or never.",
         "session/rollback", ("BEGIN",)),
    Term("expire",
         "To forget the values of an object, but not the object. The next read of an attribute "
         "asks the database for its row. A commit and a rollback do it to all objects.",
         "session/commit", ("expired", "expire_on_commit")),
    Term("refresh",
         "To read an object's row again, now, and put its values into the object: "
         "`session.refresh(x)`. Expired objects are refreshed by themselves when they are read.",
         "session/commit"),
    Term("dirty",
         "A persistent object with changes that are not written yet. It stands in "
         "`session.dirty`; the flush sends an `UPDATE` of the changed columns alone.",
         "session/dirty"),
    Term("merge",
         "To copy the values of an object from outside onto the session's own object of the same "
         "key. The session's object is returned; the one from outside stays outside.",
         "session/merge"),
    Term("expunge",
         "To take an object out of the session without touching its row. The object is detached "
         "afterwards, and its changes are written by nobody.",
         "session/detached", ("expunge_all",)),
    Term("close",
         "The end of a session's work: an open transaction is rolled back, and every object is "
         "let go. The session can be used again, as if it were new.",
         "session/with"),
    # --- the states of an object
    Term("object state",
         "Where an object is in its life: transient, pending, persistent, deleted or detached. "
         "The session moves it from one to the next; `:states` draws it, `:story` tells it.",
         "session/again", ("state", "states")),
    Term("transient",
         "An object that was made and that no session knows. It has no row and no identity; it "
         "is gone when you drop it.",
         "mapping/instance"),
    Term("pending",
         "An object that was added to a session and is waiting: the next flush inserts its row. "
         "Until then the database has never heard of it.",
         "mapping/add"),
    Term("persistent",
         "An object with a row, in a session: it stands in the identity map, and its changes are "
         "written by the next flush.",
         "session/queued"),
    Term("deleted",
         "An object whose `DELETE` was sent, in a transaction that is still open. A rollback "
         "makes it persistent again; after the commit it is detached.",
         "session/delete"),
    Term("detached",
         "An object that has a primary key and no session. It keeps what was loaded, and cannot "
         "load any more; `session.add` takes it back.",
         "session/detached", ("DetachedInstanceError",)),
    # --- asking
    Term("query",
         "A question in the making. Each method returns another query; SQL is sent when the "
         "answer is wanted: `all`, `first`, `one`, or a loop.",
         "querying/entity"),
    Term("entity",
         "What a query asks about as a whole: a mapped class, or an alias of one. Its rows come "
         "back as objects, not as tuples.",
         "querying/entity"),
    Term("label",
         "A name for a column or an expression in the answer: `func.count().label(\"n\")` becomes "
         "`AS n`, and the row has a field `n`.",
         "querying/label"),
    Term("criterion",
         "A condition that rows must meet. `Tool.maker == \"Kessler\"` is not decided in Python: "
         "it is an expression, and becomes part of the `WHERE`.",
         "querying/filter", ("filter", "filter_by", "where")),
    Term("scalar",
         "One value instead of a row: `scalar()` gives the first column of the one row that was "
         "asked for, and `None` where there is no row.",
         "querying/one"),
    Term("NULL",
         "The database's word for *nothing is known here*. It equals nothing, not even itself: "
         "ask with `IS NULL`, which `== None` becomes.",
         "querying/null", ("is null",)),
    Term("alias",
         "A second name for a table or class inside one statement: `aliased(Tool)`. Without it a "
         "row could not be compared with another row of the same table.",
         "querying/aliased", ("aliased",)),
    Term("aggregate",
         "A value made from many rows: `count`, `sum`, `max`. With `GROUP BY` there is one for "
         "each group; `HAVING` then chooses among the groups.",
         "querying/count", ("group by", "count")),
    Term("join",
         "Rows of two tables put side by side where a condition holds. Along a relationship the "
         "condition is known. A parent comes once for each of its children.",
         "joins/join"),
    Term("outer join",
         "A join that keeps the rows on the left which match nothing: the right side is `NULL` "
         "then. A plain join drops them.",
         "joins/outer", ("outerjoin", "left outer join")),
    Term("subquery",
         "A question inside another one: in the `FROM` as if it were a table, or in the `WHERE` "
         "as a list or a value.",
         "joins/subquery"),
    Term("EXISTS",
         "The question whether there is any row at all. `any()` and `has()` along a relationship "
         "become it; no parent comes twice, as it does with a join.",
         "joins/exists", ("any", "has")),
    # --- relationships
    Term("foreign key",
         "A column whose values are keys of another table. The database can hold it to that; it "
         "knows nothing of objects or lists.",
         "relationships/foreign-key"),
    Term("relationship",
         "An attribute that leads from object to object: `member.loans`, `loan.member`. It has no "
         "column of its own, but lives on a foreign key.",
         "relationships/declare"),
    Term("back_populates",
         "The two ends of one relationship, each naming the other. Set one end in Python, and the "
         "other follows at once, without any SQL.",
         "relationships/declare"),
    Term("backref",
         "Both ends of a relationship, written at one of them. It means the same as two "
         "relationships with `back_populates`, and is harder to find when reading.",
         "relationships/backref"),
    Term("one-to-many",
         "One parent, many children: the foreign key stands at the child. Seen from the child it "
         "is *many-to-one*; the parent has a list, the child one object or `None`.",
         "relationships/declare", ("many-to-one", "one to many", "many to one")),
    Term("one-to-one",
         "A one-to-many whose list would never hold more than one: `uselist=False` gives the "
         "object itself. Only a unique column makes the database hold to it.",
         "relationships/one-to-one", ("uselist", "one to one")),
    Term("collection",
         "The list, set or dictionary at the *many* end of a relationship. It looks like Python's "
         "own, and tells the session of each object that comes or goes.",
         "relationships/collections"),
    # --- loading
    Term("lazy load",
         "Fetching a relationship at the moment when it is first read, with a statement of its "
         "own. Convenient for one object; in a loop it becomes the N+1 pattern.",
         "relationships/lazy", ("lazy loading", "lazy")),
    Term("N+1",
         "One statement for the parents, and then one for each of them, since a loop reads a lazy "
         "attribute. It grows with the data; an eager load needs one or two statements.",
         "loading/n-plus-one", ("n plus one",)),
    Term("eager load",
         "Fetching a relationship together with its parents, because the query was told to. It "
         "fills attributes; it never decides which parents come.",
         "loading/selectin", ("eager loading", "eager")),
    Term("loader option",
         "What a query is told about loading: `query.options(selectinload(Member.loans))`. It "
         "holds for this query, whatever the mapping says.",
         "loading/selectin", ("options",)),
    Term("selectinload",
         "The eager load in a second statement, which lists the parents' keys in an `IN`. Two "
         "trips, however many parents; for collections the one to try first.",
         "loading/selectin"),
    Term("joinedload",
         "The eager load in the same statement, by an outer join under a name of its own. One "
         "trip, with the parent's columns repeated for each child; good for *many-to-one*.",
         "loading/joined"),
    Term("subqueryload",
         "The eager load in a second statement that repeats the first question inside it. Older "
         "than `selectinload`, and seldom better.",
         "loading/subquery"),
    Term("contains_eager",
         "Fills a relationship from a join that you wrote yourself. What your join leaves out is "
         "missing from the list as well.",
         "loading/contains-eager"),
    Term("populate_existing",
         "Lets a query overwrite what the session's objects hold already. Without it a loaded "
         "value or list is kept, whatever the new rows say.",
         "loading/populate-existing"),
    Term("raiseload",
         "A relationship that refuses to load late: reading it is an error. It finds the place "
         "that would have become an N+1.",
         "loading/raise"),
    # --- cascades
    Term("cascade",
         "What happens to related objects when something happens to one: which are added along "
         "with it, which are deleted with it. It is set at the relationship.",
         "cascades/delete", ("delete cascade",)),
    Term("save-update",
         "The cascade that is always there unless you take it away: what hangs on an added "
         "object is added as well.",
         "cascades/save-update"),
    Term("orphan",
         "A child that was taken from its parent. With `delete-orphan` it is deleted; without, "
         "its foreign key is set to `NULL`.",
         "cascades/orphan", ("delete-orphan", "delete orphan")),
    Term("passive_deletes",
         "Leaves the children to the database's own `ON DELETE CASCADE`: they are not loaded only "
         "to be deleted one by one.",
         "cascades/passive", ("on delete cascade", "ondelete")),
    # --- many-to-many
    Term("many-to-many",
         "Many on both sides. No column can hold that, so a third table stores the pairs; in "
         "Python each side has a list of the other.",
         "many-to-many/secondary", ("many to many",)),
    Term("association table",
         "The table of pairs between two others: two foreign keys and nothing else. Nobody maps "
         "it to a class; the relationship names it as `secondary` and writes its rows.",
         "many-to-many/secondary", ("secondary",)),
    Term("association object",
         "A mapped class for the pairs themselves, when a pair has more to say than that it "
         "exists: since when, how often, by whom.",
         "many-to-many/association-object"),
    Term("dynamic relationship",
         "A collection that is too long to load: the attribute is a query, to be filtered, sorted "
         "and counted in the database.",
         "many-to-many/dynamic", ("dynamic",)),
)  # fmt: skip

BY_SPELLING = {
    spelling.casefold(): term for term in reversed(GLOSSARY) for spelling in term.spellings
}


def find(words: str) -> Term | None:
    """Return the term of that name, whatever its case, hyphens and plural; None: there is none."""
    for key in _keys(words):
        if key in BY_SPELLING:
            return BY_SPELLING[key]
    return None


def begins(words: str) -> Term | None:
    """Return the only term that begins like that."""
    start = words.casefold()
    found = {term.name: term for term in GLOSSARY if term.name.casefold().startswith(start)}
    return next(iter(found.values())) if len(found) == 1 else None


def near(words: str) -> list[str]:
    """Return the names of terms that look like it."""
    found = difflib.get_close_matches(words.casefold(), BY_SPELLING, 3, 0.7)
    return list(dict.fromkeys(BY_SPELLING[key].name for key in found))


def _keys(words: str) -> list[str]:
    key = " ".join(words.casefold().split())
    spellings = [key, key.replace("-", " "), key.replace(" ", "-"), key.replace(" ", "_")]
    return spellings + [one[:-1] for one in spellings if one.endswith("s")]
