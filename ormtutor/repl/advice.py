"""A known error, or a known surprise without an error -> what to do next, in our own words.

Before: an input has failed, or has sent a condition that Python decided, not the database.
Here:   one table of errors, looked up by class and text; and a look at the source for slips about
        which SQLAlchemy, and so the engine, says nothing.
After:  dialog.py shows the advice beside the published message, never inside it.

What needs more than the error's text (which object, which line, what happened before) is in
catalogue.py, and is asked first. A row of the table matches the last part of the exception's class
name (or any class) and a pattern in the message; `{name}` in the text is a named group of the
pattern. The first row that matches counts, so that special rows come before general ones.
"""

from __future__ import annotations

import ast
import re

from ormtutor.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ormtutor.kernel.messages import Failure


@record
class Advice:
    """One row: for these classes (separated by blanks, `*` for any) and this pattern, this text.

    `near` is used instead if a name is known that may have been meant: `{near}`.
    """

    kinds: str
    pattern: str
    text: str
    near: str = ""


URLS = (
    "URLs that work here: `sqlite://` (in memory), `sqlite:///shop.db` (a file here), "
    "`sqlite:////tmp/shop.db` (a file anywhere: four slashes)."
)

OTHER_ORM = (
    "`{name}__{word}` is spelled for another ORM. Here: `.join(...)` along `{name}` and ask the "
    "other class, or `.filter(... .{name}.has({word}=...))`."
)

CATALOGUE: tuple[Advice, ...] = (
    # --- the address of the database
    Advice("ValueError", r"invalid literal for int\(\).*'memory:",
           URLS + " Memory is the short one."),
    Advice("ArgumentError", r"Could not parse \w+ URL", "That is no database URL. " + URLS),
    Advice("ArgumentError", r"Invalid SQLite URL",
           "Two slashes begin a host name, and SQLite has no host. " + URLS),
    Advice("NoSuchModuleError", r"Can't load plugin: sqlalchemy\.dialects:(?P<name>[\w.]+)",
           "There is no database called `{name}`. " + URLS),
    Advice("ModuleNotFoundError", r"No module named '(?P<name>psycopg2|MySQLdb|pymysql)'",
           "The driver `{name}` for that database is not installed; here SQLite is all you need. "
           + URLS),
    Advice("TypeError", r"create_engine\(\) missing", "An engine needs an address. " + URLS),
    Advice("OperationalError", r"unable to open database file",
           "The folder in the URL does not exist, or may not be written. SQLite makes the file, "
           "never the folder."),
    # --- importing
    Advice("ImportError", r"cannot import name '(?P<name>declarative_base|sessionmaker|Session"
           r"|relationship|registry|mapper|joinedload|selectinload|aliased)' from 'sqlalchemy'",
           "`{name}` belongs to the upper floor: `from sqlalchemy.orm import {name}`."),
    Advice("ImportError", r"cannot import name '(?P<name>\w+)' from '(?P<place>sqlalchemy[\w.]*)",
           "`{place}` has no `{name}`. Mind capitals (`Column`, `Integer`, `String`), and that "
           "sessions and mapping come from `sqlalchemy.orm`.",
           "`{place}` has no `{name}`. Did you mean `{near}`?"),
    Advice("ModuleNotFoundError", r"No module named '(?P<name>sql\w*)'$",
           "Check the spelling of `{name}`: it is `sqlalchemy`, in small letters.",
           "There is no module `{name}`. Did you mean `{near}`?"),
    # --- declaring classes
    Advice("ArgumentError", r"class (?P<name>\w+)->.*could not assemble any primary key",
           "`{name}` needs a column with `primary_key=True`: without one the mapper could not tell "
           "two rows apart."),
    Advice("InvalidRequestError", r"does not have a __table__ or __tablename__",
           "Say which table the class belongs to: `__tablename__ = \"...\"` in its body, with two "
           "underscores on both sides."),
    Advice("InvalidRequestError", r"Table '(?P<name>\w+)' is already defined for this MetaData",
           "`{name}` was declared before, even if the mapping failed, and its base remembers it. "
           "Make a new `Base = declarative_base()`, and declare the class on that."),
    Advice("InvalidRequestError", r"Attribute name 'metadata' is reserved",
           "Call the attribute something else; the column may keep its name: "
           "`info = Column(\"metadata\", String)`."),
    Advice("ArgumentError", r"already has a primary mapper",
           "That class is mapped already, once is enough. For another table make another class."),
    Advice("ArgumentError", r"'SchemaItem' object, such as a 'Column'",
           "A column takes its name (if any) first and then its type: `Column(String(80))`."),
    Advice("ArgumentError", r"Column must be constructed with a non-blank name",
           "Inside `Table(...)` each column says its own name: `Column(\"id\", Integer, ...)`."),
    Advice("NoReferencedTableError", r"could not find table '(?P<name>\w+)'",
           "A foreign key names *table.column*, not the class: is the table called `{name}`?",
           "There is no table `{name}`; it is *table.column* that counts. Did you mean `{near}`?"),
    Advice("NoForeignKeysError", r"on relationship (?P<name>[\w.]+)",
           "`{name}` joins two tables that no foreign key connects. The child needs a column "
           "`Column(ForeignKey(\"parents.id\"))`, with the name of a *table* that exists."),
    Advice("AmbiguousForeignKeysError", r"on relationship (?P<name>[\w.]+)",
           "Several foreign keys lead there. Say which one `{name}` means: `foreign_keys=[...]`."),
    Advice("InvalidRequestError", r"expression '(?P<name>[^']+)' failed to locate a name",
           "No mapped class is called `{name}` yet. Check the spelling, or declare it before the "
           "first object is made.",
           "No mapped class is called `{name}`. Did you mean `{near}`?"),
    Advice("TypeError", r"'(?P<word>\w+)' is an invalid keyword argument for (?P<name>\w+)",
           "`{name}` has no attribute `{word}`. `:tables` lists the columns.",
           "`{name}` has no attribute `{word}`. Did you mean `{near}`?"),
    Advice("TypeError", r"(?:__init__|_declarative_constructor)\(\) takes 1 positional argument",
           "A mapped class takes its values by keyword: `Member(name=\"Odalys\")`."),
    # --- the session
    Advice("PendingRollbackError", r"",
           "An earlier flush failed, and its transaction cannot go on: call `session.rollback()` "
           "first. The error to mend is the earlier one; `:tb` shows the last traceback."),
    Advice("AttributeError", r"'sessionmaker' object has no attribute '(?P<name>\w+)'",
           "That is the factory. Call it to get a session: `session = Session()`, then "
           "`session.{name}`."),
    Advice("AttributeError",
           r"'_(?:trans_ctx|GeneratorContextManager)' object has no attribute '(?P<name>\w+)'",
           "`engine.begin()` is entered by a `with` block, which commits at its end: "
           "`with engine.begin() as connection:`, and in it `connection.{name}`."),
    Advice("UnmappedInstanceError", r"was a class \(.*?(?P<name>\w+)\) supplied",
           "That is the class, and the session takes objects: `{name}(...)`, with its brackets."),
    Advice("UnmappedInstanceError", r"Class 'builtins\.(?P<name>list|tuple|set|generator)'",
           "`add` takes one object; for a {name} of them there is `add_all`."),
    Advice("UnmappedInstanceError UnmappedClassError",
           r"Class '(?:[\w.]*\.)?(?P<name>\w+)' is not mapped",
           "The session knows only mapped classes, and `{name}` belongs to no table. Derive it "
           "from the base, or map it with `map_imperatively`."),
    Advice("ArgumentError",
           r"Column expression or FROM clause expected, got <class '(?:\w+\.)*(?P<name>\w+)'",
           "`{name}` is not mapped to a table, so it cannot be asked for."),
    Advice("TypeError", r"'(?P<name>\w+)' object is not iterable",
           "A list is wanted here. For one object: `session.add(...)`, or put it in brackets."),
    Advice("UnboundExecutionError", r"MetaData",
           "Hand over the engine: `Base.metadata.create_all(engine)`."),
    Advice("UnboundExecutionError", r"",
           "The session does not know a database: `sessionmaker(bind=engine)`."),
    Advice("AttributeError", r"object has no attribute '_run_ddl_visitor'",
           "`create_all` takes the engine, not the session."),
    Advice("DetachedInstanceError", r"refresh operation",
           "The object has left its session with expired values, and cannot ask for them. Read "
           "what you need before the session closes, or use `expire_on_commit=False`."),
    Advice("DetachedInstanceError", r"lazy load operation of attribute '(?P<name>\w+)'",
           "The object has left its session, so `{name}` cannot be fetched any more. Read it "
           "before, or load it together with the object."),
    Advice("InvalidRequestError", r"is already attached to session",
           "An object belongs to one session at a time. Use the session that has it; "
           "`session.merge(...)` gives a copy of its own."),
    Advice("InvalidRequestError", r"is not persisted",
           "There is no row of it yet, so there is none to delete. `session.expunge(...)` takes a "
           "waiting object off the list."),
    Advice("InvalidRequestError", r"is not persistent within this Session",
           "Only an object with a row in this session can be refreshed: flush or commit it first."),
    Advice("InvalidRequestError", r"A transaction is already begun",
           "A session begins by itself at its first statement; `commit` or `rollback` ends it."),
    Advice("ObjectDeletedError StaleDataError", r"",
           "The row of this object is gone: somebody deleted it behind the session's back."),
    # --- the database refuses
    Advice("IntegrityError", r"NOT NULL constraint failed: (?P<table>\w+)\.(?P<name>\w+)",
           "`{table}.{name}` must have a value, and this row has none."),
    Advice("IntegrityError", r"UNIQUE constraint failed: (?P<name>[\w.]+)",
           "Another row has that value of `{name}` already. Leave a primary key out, and the "
           "database picks one."),
    Advice("IntegrityError", r"FOREIGN KEY constraint failed",
           "The row points at one that does not exist, or is itself pointed at."),
    Advice("IntegrityError", r"datatype mismatch",
           "A primary key that SQLite counts by itself must be a whole number."),
    Advice("IntegrityError", r"", "The database refused the row."),
    Advice("OperationalError", r"no such table: (?P<name>[\w.]+)",
           "The class is declared, but no table `{name}` was made in this database: "
           "`Base.metadata.create_all(engine)`, or that of the metadata which holds it.",
           "There is no table `{name}`. Did you mean `{near}`?"),
    Advice("OperationalError", r"no such column: (?P<name>[\w.]+)",
           "The table has no column `{name}`. If the class was changed after `create_all`, the "
           "table still is the old one; `:tables` shows it.",
           "The table has no column `{name}`. Did you mean `{near}`?"),
    Advice("OperationalError", r"table (?P<name>\S+) already exists",
           "`create_all` leaves tables alone that are there; `Table.create` does not ask first."),
    Advice("OperationalError", r"near \"(?P<name>[^\"]*)\": syntax error",
           "The database could not read the SQL at `{name}`. `:sql` shows what was sent."),
    Advice("OperationalError", r"database is locked",
           "Another connection is in the middle of writing. Commit or roll back there."),
    Advice("ProgrammingError InterfaceError", r"type '\w+' is not supported|binding parameter",
           "A value is of a type that no column here can hold, such as a list or an object. Call "
           "`session.rollback()`, mend it, and `add` it again."),
    Advice("ObjectNotExecutableError", r"",
           "A string is data, not a command. Mark it as SQL: `text(\"SELECT ...\")`."),
    Advice("TypeError", r"argument 1 must be str, not TextClause",
           "`exec_driver_sql` takes a bare string; for `text(...)` there is `execute`."),
    Advice("ResourceClosedError", r"This Connection is closed",
           "The connection has hung up, perhaps at the end of its `with` block. Take a new one "
           "from `engine.connect()`."),
    Advice("ResourceClosedError", r"", "Take the rows out of a result before it is closed."),
    # --- asking
    Advice("TypeError", r"filter\(\) got an unexpected keyword argument '(?P<name>\w+)'",
           "`filter` takes expressions, `filter(Member.{name} == ...)`; keywords go to "
           "`filter_by({name}=...)`."),
    Advice("TypeError", r"filter_by\(\) takes 1 positional argument",
           "`filter_by` takes keywords, `filter_by(name=\"...\")`; expressions go to `filter`."),
    Advice("InvalidRequestError", r"has no property \"(?P<name>\w+?)__(?P<word>\w+)\"",
           OTHER_ORM, OTHER_ORM),
    Advice("InvalidRequestError",
           r"Entity namespace for \"?(?P<table>[\w.]+)\"? has no property \"(?P<name>\w+)\"",
           "What you asked has no attribute `{name}`. `:tables {table}` shows its columns.",
           "What you asked has no attribute `{name}`. Did you mean `{near}`?"),
    Advice("AttributeError", r"type object '(?P<table>\w+)' has no attribute '(?P<name>\w+)'",
           "The class `{table}` has no `{name}`. Is it spelled as in the class body?",
           "The class `{table}` has no `{name}`. Did you mean `{near}`?"),
    Advice("NoResultFound", r"",
           "`one()` insists on exactly one row, and none fits. `first()` or `one_or_none()` give "
           "`None` instead."),
    Advice("MultipleResultsFound", r"",
           "`one()` insists on exactly one row, and several fit. Narrow the filter, or take "
           "`first()` or `all()`."),
    Advice("TypeError", r"Boolean value of this clause is not defined",
           "`and`, `or`, `not` and chains such as `1 < x < 4` ask Python for yes or no, and an "
           "expression has no answer yet. Write `&`, `|`, `~` with brackets around each side."),
    Advice("CompileError", r"Can't resolve label reference.*'(?P<name>\w+)'",
           "A plain string must be the name of a column; better take the attribute: "
           "`order_by(Member.name)`.",
           "No column is called `{name}`. Did you mean `{near}`?"),
    Advice("TypeError", r"get\(\) missing", "`get` takes the primary key: `get(1)`."),
    Advice("AttributeError", r"'(?P<kind>\w+)' object has no attribute '_sa_instance_state'",
           "A relationship holds mapped objects, and this is a `{kind}`: make an object of the "
           "class, or look one up, and give that."),
    Advice("AttributeError", r"'(?:Instrumented|\w*)[Ll]ist' object has no attribute 'add'",
           "The collection is a list: `append` puts something in."),
    Advice("AttributeError", r"'NoneType' object has no attribute '(?P<name>\w+)'",
           "What stands before `.{name}` is `None`. `first()` and `get()` give it when nothing is "
           "found, and a relationship when there is no such object."),
    Advice("AttributeError", r"^Neither '.*' object associated with (?P<owner>\w+)\.(?P<name>\w+) "
           r"has an attribute '(?P<word>\w+)'",
           "`{owner}.{name}` has no `{word}`. If it is a relationship: join first, "
           "`.join({owner}.{name})`, and ask the other class for `{word}`; or "
           "`{owner}.{name}.has({word}=...)`, of a list `.any({word}=...)`."),
    Advice("InvalidRequestError", r"'any\(\)' not implemented for scalar attributes",
           "One object stands there, not a list: `.has(...)` asks about it."),
    Advice("InvalidRequestError", r"'has\(\)' not implemented for collections",
           "A list stands there: `.any(...)` asks whether one of them fits."),
    Advice("InvalidRequestError", r"Can't compare a collection",
           "A list has no `==` in SQL. `.any(...)`: one of them fits; `~ ... .any()`: there is "
           "none; `.contains(thing)`: that object is among them."),
    Advice("InvalidRequestError", r"Query\.(?P<name>\w+)\(\) being called on a Query which already "
           r"has LIMIT", "A limit comes last: `.{name}(...)` before `.limit(...)`. To go on with "
           "the rows that a limit left, ask its `.subquery()`."),
    Advice("InvalidRequestError", r"Don't know how to join to .*; (?P<name>\w+)>",
           "No foreign key leads straight to `{name}`. Join along the relationships, one after "
           "another: `.join(Member.loans).join(Loan.tool)`. `:schema` draws the ways."),
    Advice("InvalidRequestError", r"has been deleted\.\s+Use the make_transient",
           "Its row was deleted in this session. `session.rollback()` brings it back before the "
           "commit; a new row needs a new object, or `make_transient(...)` first."),
    Advice("ArgumentError", r"IN expression list, SELECT construct",
           "`in_` takes a list, even of one: `.in_([\"...\"])`; or a query, for its answer."),
    Advice("ArgumentError", r"Mapped instance expected for relationship comparison",
           "A relationship is compared with an object, not with a value: `Loan.member == noor`. "
           "For a value of the other table there is `Loan.member.has(name=\"Noor\")`, or a join."),
    Advice("TypeError", r"Incompatible collection type: \w+ is not (?:list|set|dict)-like",
           "That attribute holds several objects: put one in with `.append(...)`, or give all of "
           "them, `[...]`."),
    Advice("ValueError", r"list\.remove\(x\): x not in list", "That object is not in the list."),
    Advice("KeyError", r"^'(?P<name>\w+)'$",
           "No key `{name}`. If you gave an object to a relationship: it is of another class than "
           "the relationship leads to, and has no `{name}` on its side."),
    Advice("ValueError", r"Bidirectional .* conflict.*attribute \"(?P<name>[\w.]+)\" triggers",
           "`{name}` was given an object of another class than it leads to."),
    Advice("FlushError", r"Can't flush None value found in collection (?P<name>[\w.]+)",
           "Somebody put `None` into `{name}`: take it out."),
    Advice("FlushError", r"as a member of collection \"(?P<name>[\w.]+)\"",
           "`{name}` holds an object of another class than it leads to."),
    Advice("AssertionError", r"Failed to add object to the flush context!",
           "An object was deleted twice: it left its parent's collection, which deletes it "
           "(delete-orphan), and a query flushed that before `session.delete(...)` marked it. One "
           "of the two is enough; `session.rollback()` brings both back."),
    Advice("ObjectDereferencedError", r"for attribute '(?P<name>[\w.]+)'",
           "Nobody held the object whose `{name}` you changed: a session holds only what has "
           "changed. Give it a name first: `owner = session.get(...)`, then change `owner`."),
    Advice("AttributeError", r"Could not locate column in row for column '(?P<name>\w+)'",
           "The row has no `{name}`. Rows of `select(Class)` hold whole objects: "
           "`session.scalars(select(...))` gives those, or `row[0].{name}`."),
    Advice("TypeError", r"add_all\(\) takes 2 positional arguments",
           "`add_all` takes one list: `add_all([first, second])`."),
    Advice("AttributeError", r"'(?P<owner>\w+)' object has no attribute '(?P<name>\w+)'",
           "`{owner}` has no `{name}`. Tab after the dot shows what it has.",
           "`{owner}` has no `{name}`. Did you mean `{near}`?"),
    Advice("TypeError", r"(?P<owner>\w+)\(\) got an unexpected keyword argument '(?P<name>\w+)'",
           "`{owner}` knows no argument `{name}`.",
           "`{owner}` knows no argument `{name}`. Did you mean `{near}`?"),
    Advice("TypeError", r"Invalid argument\(s\) '(?P<name>\w+)' sent to create_engine",
           "`create_engine` knows no argument `{name}`.",
           "`create_engine` knows no argument `{name}`. Did you mean `{near}`?"),
    Advice("InvalidRequestError", r"Mapper '.*?' has no property '(?P<name>\w+)'",
           "`back_populates` names the attribute on the *other* class, and there is no `{name}` "
           "there.",
           "The other class has no `{name}`. Did you mean `{near}`?"),
    Advice("InvalidRequestError", r"The unique\(\) method must be invoked",
           "A joined eager load repeats the parent once for each child. `.unique()` makes one of "
           "them again: `session.execute(...).unique().scalars().all()`."),
    Advice("IndexError", r"list index out of range", "The answer has fewer rows than that."),
    # --- Python itself
    Advice("NameError", r"name '(?P<name>\w+)' is not defined",
           "Nothing here is called `{name}` yet: a slip of the keys, or a line that was left out, "
           "such as an import. A text stands in quotes: `\"{name}\"`.",
           "Nothing here is called `{name}` yet. Did you mean `{near}`?"),
    Advice("IndentationError", r"unexpected indent",
           "The line begins with blanks but belongs to no block; a blank line has ended the block "
           "above."),
    Advice("IndentationError", r"expected an indented block",
           "The line after a colon begins with four blanks."),
    Advice("KernelDied", r"",
           "Your code ended the process it ran in. A new one was started and your earlier inputs "
           "were run again, without this one."),
    Advice("RecursionError", r"", "A function calls itself and never stops."),
    Advice("MemoryError", r"", "That needs more memory than a lesson may have."),
)  # fmt: skip


def on_failure(failure: Failure) -> str:
    """Return what to do next about an error, in Markdown; empty if we do not know."""
    kind = failure.kind.rpartition(".")[2]
    for row in CATALOGUE:
        if row.kinds != "*" and kind not in row.kinds.split():
            continue
        found = re.search(row.pattern, failure.message, re.DOTALL)
        if found:
            text = row.near if row.near and failure.near else row.text
            # Not str.format: a text may contain braces of Python code.
            for name, value in {**found.groupdict(), "near": failure.near}.items():
                text = text.replace("{" + name + "}", value or "")
            if failure.near and not row.near:
                text = f"Did you mean `{failure.near}`? {text}"
            return text
    return f"Did you mean `{failure.near}`?" if failure.near else ""


def on_value(source: str, value: str) -> str:
    """Return a word about a method or a query that was shown and not run; else empty."""
    name = source.strip()
    if value.startswith("<bound method ") and re.fullmatch(r"[^\W\d][\w.]*", name):
        return f"`{name}` is the method itself: `{name}()` calls it."
    if value.startswith("<sqlalchemy.orm.query.Query object"):
        return "That is the question, not the answer: `.all()`, `.first()` or a loop asks it."
    return ""


# --- surprises without an error -------------------------------------------------------------------

_ASKING = ("filter", "where", "having", "join", "outerjoin")


def decided_by_python(source: str) -> list[tuple[str, str]]:
    """Return the arguments of filter() and the like that Python decides: code, and its word."""
    if not any(word in source for word in _ASKING):
        return []
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return []
    return list(dict.fromkeys((ast.unparse(node), _word(node)) for node in _decisions(tree)))


def _word(node: ast.expr) -> str:
    """Return the word by which Python decides: `and`, `not in`."""
    if isinstance(node, ast.BoolOp):
        return "and" if isinstance(node.op, ast.And) else "or"
    if isinstance(node, ast.Compare):
        return {ast.In: "in", ast.NotIn: "not in", ast.Is: "is"}.get(type(node.ops[0]), "is not")
    return "not"


def _decisions(tree: ast.AST) -> Iterator[ast.expr]:
    """Yield the arguments of filter() and the like that are `and`, `or`, `not`, `in` or `is`."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if node.func.attr not in _ASKING:
            continue
        for argument in node.args:
            if _is_decision(argument) and _has_class_attribute(argument):
                yield argument


def _is_decision(node: ast.expr) -> bool:
    if isinstance(node, ast.BoolOp):
        return True
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, ast.Not)
    return isinstance(node, ast.Compare) and isinstance(
        node.ops[0], (ast.In, ast.NotIn, ast.Is, ast.IsNot)
    )


def _has_class_attribute(node: ast.expr) -> bool:
    """Whether it contains something like `Member.name`: an attribute of a capitalized name."""
    return any(
        isinstance(part, ast.Attribute)
        and isinstance(part.value, ast.Name)
        and part.value.id[:1].isupper()
        for part in ast.walk(node)
    )
