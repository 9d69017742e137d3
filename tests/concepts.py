"""What the course has to teach: each concept and each name of the ORM's classic tutorials.

Before: the lessons, as the library reads them.
Here:   each concept with the step that teaches it, and what that step must contain.
After:  lessons/test_concepts.py checks the lessons; pages.py makes docs/concepts.md from it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ormtutor.course.lesson import Attempt, Lesson, Prose, Step, Transcript


@dataclass(frozen=True, slots=True)
class Concept:
    """One thing to learn: `place` is lesson/step; that step must contain `code` and `says`.

    `code`: spellings in what the learner types, sees run, or may answer. `says`: a phrase in the
    prose.
    """

    name: str
    place: str
    code: tuple[str, ...] = ()
    says: str = ""


def code(name: str, place: str, *spellings: str, says: str = "") -> Concept:
    """Return a concept that is taught by code."""
    return Concept(name, place, spellings, says)


def prose(name: str, place: str, says: str) -> Concept:
    """Return a concept that is taught in words."""
    return Concept(name, place, says=says)


CONCEPTS: dict[str, tuple[Concept, ...]] = {
    "Engine": (
        code("version check", "mapping/version", "sqlalchemy.__version__"),
        code("engine and its address", "mapping/engine", "create_engine", '"sqlite://"'),
        prose("lazy connecting", "mapping/engine", "Making an engine opens nothing"),
        code("connection", "mapping/connect", "engine.connect()", ".execute(", "with"),
        code("echo", "mapping/echo", "echo=True"),
    ),
    "Mapping": (
        code("declarative mapping", "mapping/declare", "declarative_base", "__tablename__"),
        code("columns and types", "mapping/declare", "Column", "Integer", "String"),
        code(
            "why a primary key is required",
            "mapping/declare",
            "primary_key=True",
            says="no way to find the row",
        ),
        code("lengths of String", "mapping/lengths", "String(", says="VARCHAR"),
        code("Sequence", "mapping/lengths", "Sequence"),
        code("table metadata", "mapping/table", "Base.metadata", "__table__", "MetaData"),
        code("mapper", "mapping/table", "__mapper__", "Mapper"),
        code(
            "what instrumentation does",
            "mapping/table",
            "InstrumentedAttribute",
            says="instrumented",
        ),
        code("DDL", "mapping/create", "create_all", says="data definition language"),
        code("instances", "mapping/instance", "Member(name=", says="transient"),
        code("classical mapping", "mapping/classical", "Table", "map_imperatively", "registry"),
        code("classical mapping as it was spelled", "mapping/classical", "mapper(Shelf"),
        code("own __init__", "session/init", "def __init__", says="never when"),
        code("own __repr__", "relationships/declare", "def __repr__"),
        code("columns of long text", "loading/lazy-setting", "Text"),
        code(
            "reconfiguring a mapping",
            "cascades/reconfigure",
            "clear_mappers",
            says="map new classes",
        ),
    ),
    "Session": (
        code("sessionmaker", "session/factory", "sessionmaker", "Session()", "bind=engine"),
        code("configure", "session/factory", "Session.configure"),
        code("pending", "mapping/add", "session.add", "session.new", says="pending"),
        code("add_all", "mapping/several", "session.add_all"),
        code("flush", "session/queued", "session.flush", says="flushes"),
        code("autoflush", "session/autoflush", "session.query", says="autoflush"),
        code("identity map", "session/identity", "session.get", says="identity map"),
        code("dirty", "session/dirty", "session.dirty"),
        code("commit", "mapping/commit", "session.commit"),
        code("refresh after commit", "session/commit", "session.refresh", says="expires"),
        code("rollback", "session/rollback", "session.rollback", says="rollback()"),
        code("deleted", "session/delete", "session.delete", "session.deleted"),
        code(
            "object states",
            "session/again",
            "inspect",
            ".detached",
            ".persistent",
        ),
        code("detached", "session/detached", "session.close", says="detached"),
        code("close and ROLLBACK", "session/with", ".close()", says="rolled back"),
        code("merge", "session/merge", "session.merge"),
        prose("when to open and close a session", "session/with", "When should a session begin"),
    ),
    "Query": (
        code("Query by entity", "querying/entity", "session.query(Tool)", "order_by", ".all()"),
        code("by column", "querying/columns", "session.query(Tool.name, Tool.deposit)"),
        prose("tuple rows", "querying/columns", "tuples whose fields have names"),
        code("named rows", "querying/columns", "pairs[0].deposit"),
        code("a mix of entity and column", "querying/label", "session.query(Tool, ", ".Tool"),
        code("label", "querying/label", ".label("),
        code("aliased entity", "querying/aliased", "aliased"),
        code("slices", "querying/slice", "[2:4]", ".limit(", ".offset(", says="LIMIT"),
        code("filter_by", "querying/filter", "filter_by"),
        code("filter", "querying/filter", ".filter("),
        code("chaining", "querying/filter", "kessler.filter(", says="chain"),
        code("first", "mapping/query", ".first()", "filter_by"),
        code(
            "all, one, one_or_none, scalar",
            "querying/one",
            ".one()",
            ".one_or_none()",
            ".scalar()",
            ".first()",
            says="all()",
        ),
        code(
            "errors of one",
            "querying/one",
            "NoResultFound",
            "MultipleResultsFound",
        ),
        code("statement", "querying/statement", ".statement"),
    ),
    "Filter operators": (
        code("equals", "querying/filter", "Tool.maker =="),
        code("not equals", "querying/null", "Tool.maker !="),
        code("LIKE", "querying/operators", ".like("),
        code("ILIKE", "querying/operators", ".ilike("),
        code("IN", "querying/in", ".in_(["),
        code("NOT IN", "querying/in", "~Tool", ".notin_("),
        code("IN of a query", "querying/in", ".in_(makers)"),
        code("IN of several columns", "querying/in", "tuple_"),
        code("IS NULL", "querying/null", "== None", ".is_(None)"),
        code("IS NOT NULL", "querying/null", "!= None", ".isnot(None)"),
        code("AND", "querying/and-or", "and_", "&"),
        code("OR", "querying/and-or", "or_", "|"),
        prose("and_, or_ and not and, or", "querying/and-or", "Python decides them itself"),
        code("match", "querying/statement", ".match("),
    ),
    "Textual SQL and counting": (
        code("text", "querying/text", "text(", "order_by(text("),
        code("parameters", "querying/text", ".params("),
        code("whole statements", "querying/text", "from_statement"),
        code("columns of a text", "querying/text-columns", ".columns("),
        code("count", "querying/count", ".count()"),
        code("func and group_by", "querying/count", "func.count", "group_by"),
        code("counting all rows", "querying/count", 'func.count("*")', "select_from"),
    ),
    "Relationships": (
        code("relationship", "relationships/declare", "relationship"),
        code("foreign key", "relationships/declare", "ForeignKey"),
        prose(
            "what a foreign key can and cannot do",
            "relationships/foreign-key",
            "It does not know what an object is",
        ),
        code("back_populates", "relationships/declare", "back_populates"),
        code("order of a collection", "relationships/declare", "order_by=", says="sorted"),
        code("one-to-many", "relationships/both-ends", "noor.loans.append("),
        code("many-to-one", "relationships/move", "loan.member = bram"),
        prose("strings resolved late", "relationships/declare", "looked up when the mapping"),
        code("related objects along with add", "relationships/cascade", "session.add(noor)"),
        code("lazy loading", "relationships/lazy", "noor.loans", says="lazy loading"),
        code("backref", "relationships/backref", "backref"),
        code("one to one", "relationships/one-to-one", "uselist=False"),
        code("sets as collections", "relationships/collections", "collection_class=set"),
        code(
            "dictionaries as collections",
            "relationships/collections",
            "attribute_mapped_collection",
        ),
    ),
    "Joins and subqueries": (
        code("implicit join", "joins/where", "Member.id == Loan.member_id", says="cartesian"),
        code("join along a relationship", "joins/join", ".join(Member.loans)"),
        code(
            "spellings of join",
            "joins/spellings",
            ".join(Loan)",
            ".join(Loan, Member.id == Loan.member_id)",
            ".join(Loan, Member.loans)",
            '.join("loans")',
        ),
        code("outer join", "joins/outer", ".outerjoin("),
        code("select_from", "joins/select-from", ".select_from("),
        code("self join with an alias", "joins/self", "aliased", "of_type", says="remote_side"),
        code("distinct", "joins/duplicates", ".distinct()"),
        code("subquery", "joins/subquery", ".subquery()", ".c."),
        code("entity from a subquery", "joins/entity-subquery", "aliased(Loan, long_ones)"),
        code("EXISTS", "joins/exists", "exists().where"),
        code("any", "joins/exists", ".any("),
        code("has", "joins/exists", ".has("),
        code("not any", "joins/exists", "~Member.loans.any"),
        code("object equals", "joins/operators", "Loan.member == odalys"),
        code("object not equals", "joins/operators", "Loan.member != odalys"),
        code("no object", "relationships/remove", "Loan.member == None"),
        code("contains", "joins/operators", ".contains("),
        code("with_parent", "joins/operators", "with_parent"),
    ),
    "Loading": (
        code("N+1 and lazy loads", "loading/n-plus-one", "member.loans"),
        code("selectinload", "loading/selectin", "selectinload", ".options("),
        code("joinedload", "loading/joined", "joinedload"),
        prose("uniquing of joinedload", "loading/joined", "folds them into one object"),
        code(
            "why joinedload is not join",
            "loading/not-the-same",
            ".join(Member.loans)",
            "joinedload(Member.loans)",
            says="must never change the answer",
        ),
        code("contains_eager", "loading/contains-eager", "contains_eager"),
        prose("partial collections", "loading/contains-eager", "a part of the list"),
        code("populate_existing", "loading/populate-existing", ".populate_existing()"),
        code("subqueryload", "loading/subquery", "subqueryload"),
        code(
            "ordering with subqueryload and LIMIT",
            "loading/subquery",
            ".order_by(",
            ".limit(",
            says="LIMIT",
        ),
        code("lazy in the mapping", "loading/lazy-setting", 'lazy="joined"', "lazyload"),
    ),
    "Deleting and cascades": (
        code("delete", "cascades/null", "session.delete"),
        prose("the NULL surprise", "cascades/null", "sets their `member_id` to NULL"),
        code("cascade delete", "cascades/delete", 'cascade="all, delete-orphan"'),
        code("delete-orphan", "cascades/orphan", ".loans.remove(", says="delete-orphan"),
        code("save-update", "cascades/save-update", "session.new", says="save-update"),
        code(
            "ON DELETE CASCADE",
            "cascades/passive",
            'ondelete="CASCADE"',
            "passive_deletes=True",
        ),
    ),
    "Many to many": (
        code("association table", "many-to-many/secondary", "Table", "ForeignKey"),
        code("secondary", "many-to-many/secondary", "secondary="),
        code(
            "backref or two relationships",
            "many-to-many/secondary",
            "backref=",
            "back_populates=",
            says="backref",
        ),
        code("working with the list", "many-to-many/append", "topics=[", says="for each pair"),
        code(
            "explicit constructor",
            "many-to-many/dynamic",
            "def __init__",
            says="explicit `__init__`",
        ),
        code('lazy="dynamic"', "many-to-many/dynamic", 'lazy="dynamic"', "backref("),
        code(
            "querying through a many-to-many",
            "many-to-many/query",
            ".any(",
            ".contains(",
            ".join(Tool.topics)",
            "with_parent",
        ),
        code("association object", "many-to-many/association-object", "class Loan(Base)"),
    ),
}


def uncovered(concepts: Sequence[Concept], lessons: Sequence[Lesson]) -> list[str]:
    """Return what is not taught as the concepts say, one line each."""
    steps = {lesson.key(step): step for lesson in lessons for step in lesson.steps}
    return [
        f"{concept.name}: {problem}"
        for concept in concepts
        for problem in _missing(concept, steps.get(concept.place))
    ]


def _missing(concept: Concept, step: Step | None) -> Iterator[str]:
    if step is None:
        yield f"there is no step {concept.place}"
        return
    written = _code_of(step)
    for spelling in concept.code:
        if not stands_in(spelling, written):
            yield f"{concept.place} does not show {spelling}"
    if concept.says.lower() not in _words_of(step).lower():
        yield f"{concept.place} does not say {concept.says!r}"


def stands_in(spelling: str, text: str) -> bool:
    """Whether a text contains a spelling as whole words: `context` does not contain `text`."""
    before = r"(?<!\w)" if re.match(r"\w", spelling) else ""
    after = r"(?!\w)" if re.search(r"\w$", spelling) else ""
    return re.search(before + re.escape(spelling) + after, text) is not None


def _code_of(step: Step) -> str:
    """Return the correct code of a step: what is typed or run, and the alternatives."""
    sources = [
        example.source + "\n" + example.want
        for part in step.parts
        if isinstance(part, Transcript)
        for example in part.examples
    ]
    sources += [
        part.source for part in step.parts if isinstance(part, Attempt) and part.kind == "alt"
    ]
    return "\n".join(sources)


def _words_of(step: Step) -> str:
    text = " ".join(part.text for part in step.parts if isinstance(part, Prose))
    return " ".join(text.replace("**", "").split())
