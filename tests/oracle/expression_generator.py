"""Draw random SQL expressions and statements, as Python source with the names of the prelude.

The same seed draws the same expression. It need not make sense to a database: both engines are only
asked for its text, and an error is an answer, too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

NUMBERS = ["u.c.id", "u.c.age", "u.c.bal", "u.c.fl", "a.c.id", "o.c.total", "o.c.id", "keyed.c.k"]
TEXTS = ["u.c.name", "a.c.email", "o.c.number", "named.c.kind"]
BOOLEANS = ["u.c.ok", "u.alias('w').c.ok"]
DATES = ["u.c.d", "u.c.dt"]
PLAIN_NUMBERS = ["1", "0", "-3", "2.5", "decimal.Decimal('1.5')", "True", "None"]
PLAIN_TEXTS = ["'x'", "'a%b_c'", '"it\'s"', "''", "None", "'éł'"]
PLAIN_DATES = ["datetime.date(2020, 1, 2)", "datetime.datetime(2020, 1, 2, 3, 4)"]
TYPES = ["Integer", "String", "String(5)", "Numeric(8, 2)", "Float", "Boolean", "Date", "Text"]
COMPARISONS = ["==", "!=", "<", "<=", ">", ">="]
FROMS = ["u", "a", "o", "u.alias('z')", "keyed", "schemaed", "selfref", "u.alias()"]
SYMBOLS = ["'&'", "'|'", "'#'"]
COLLATIONS = ["'NOCASE'", "'x'"]
NAMES = ["'x'", "'n'", "'id'", "'a b'", "'select'", "None"]


class Draw:
    """One expression: `depth` says how much deeper it may become."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def one(self, choices: Sequence[str]) -> str:
        return self.random.choice(choices)

    def of(self, *choices: Callable[[int], str], depth: int) -> str:
        return self.random.choice(choices)(depth - 1)

    def some(self, draw: Callable[[int], str], depth: int, least: int, most: int) -> str:
        count = self.random.randint(least, most)
        return ", ".join(draw(depth) for _ in range(count))

    # Expressions by type.

    def number(self, depth: int) -> str:
        if depth <= 0:
            return self.one([*NUMBERS, "literal(5)", "bindparam('q', 5)", "literal_column('lit')"])
        return self.of(
            lambda d: self.number(0),
            lambda d: f"({self.number(d)} {self.one(['+', '-', '*', '/', '%'])} {self.number(d)})",
            lambda d: f"({self.number(d)} {self.one(['+', '-', '*'])} {self.one(PLAIN_NUMBERS)})",
            lambda d: (
                f"({self.one(['1', '2.5'])} {self.one(['+', '-', '*', '/'])} {self.number(d)})"
            ),
            lambda d: f"-({self.number(d)})",
            lambda d: f"cast({self.any(d)}, {self.one(TYPES)})",
            lambda d: f"type_coerce({self.any(d)}, {self.one(TYPES)})",
            lambda d: f"func.{self.one(['abs', 'sum', 'max', 'count', 'coalesce'])}({self.any(d)})",
            lambda d: f"func.count({self.any(d)}).filter({self.boolean(d)})",
            lambda d: (
                f"func.rank().over(order_by={self.text(d)}.desc(), partition_by={self.text(d)})"
            ),
            lambda d: f"({self.number(d)}).label({self.one(NAMES)})",
            lambda d: f"({self.number(d)}).op({self.one(SYMBOLS)})({self.number(d)})",
            lambda d: f"extract('year', {self.one(DATES)})",
            lambda d: f"({self.select(d)}).scalar_subquery()",
            self.case,
            depth=depth,
        )

    def text(self, depth: int) -> str:
        if depth <= 0:
            return self.one([*TEXTS, "literal('x')", "literal_column('t', String)"])
        return self.of(
            lambda d: self.text(0),
            lambda d: f"({self.text(d)} + {self.one([self.text(d), *PLAIN_TEXTS])})",
            lambda d: f"({self.one(PLAIN_TEXTS[:4])} + {self.text(d)})",
            lambda d: f"({self.text(d)}).concat({self.any(d)})",
            lambda d: f"func.{self.one(['upper', 'lower', 'concat', 'foo'])}({self.text(d)})",
            lambda d: f"({self.text(d)}).collate({self.one(COLLATIONS)})",
            lambda d: f"cast({self.any(d)}, String)",
            lambda d: f"({self.text(d)}).label({self.one(NAMES)})",
            lambda d: f"distinct({self.text(d)})",
            self.case,
            depth=depth,
        )

    def case(self, depth: int) -> str:
        otherwise = self.one(["", f", else_={self.any(depth)}", ", else_='y'"])
        return f"case(({self.boolean(depth)}, {self.any(depth)}){otherwise})"

    def any(self, depth: int) -> str:
        return self.of(
            self.number,
            self.number,
            self.text,
            self.boolean,
            lambda d: self.one(DATES),
            lambda d: self.one(PLAIN_NUMBERS + PLAIN_TEXTS),
            depth=depth,
        )

    def boolean(self, depth: int) -> str:
        if depth <= 0:
            return self.one([*BOOLEANS, "u.c.id == 5", "u.c.name == None", "true()", "false()"])
        return self.of(
            lambda d: self.boolean(0),
            lambda d: f"({self.number(d)} {self.one(COMPARISONS)} {self.number(d)})",
            lambda d: f"({self.number(d)} {self.one(COMPARISONS)} {self.one(PLAIN_NUMBERS)})",
            lambda d: f"({self.text(d)} {self.one(['==', '!='])} {self.one(PLAIN_TEXTS)})",
            lambda d: f"({self.one(DATES)} {self.one(COMPARISONS)} {self.one(PLAIN_DATES)})",
            lambda d: f"({self.boolean(d)} {self.one(['==', '!='])} {self.one(['True', 'False'])})",
            self.membership,
            self.likeness,
            lambda d: f"({self.any(d)}).is_({self.one(['None', 'True', 'False', self.any(d)])})",
            lambda d: f"({self.number(d)}).is_distinct_from({self.one(PLAIN_NUMBERS)})",
            lambda d: (
                f"({self.number(d)}).between({self.number(d)}, {self.one(PLAIN_NUMBERS[:5])})"
            ),
            lambda d: f"~({self.boolean(d)})",
            lambda d: f"not_({self.any(d)})",
            lambda d: f"and_({self.some(self.boolean, d, 1, 3)})",
            lambda d: f"or_({self.some(self.boolean, d, 1, 3)})",
            lambda d: f"(({self.boolean(d)}) {self.one(['&', '|'])} ({self.boolean(d)}))",
            lambda d: f"exists({self.select(d)})",
            lambda d: f"exists().where({self.boolean(d)})",
            lambda d: f"({self.boolean(d)}).label({self.one(NAMES)})",
            lambda d: f"tuple_({self.number(d)}, {self.text(d)}).in_([(1, 'x')])",
            depth=depth,
        )

    def membership(self, depth: int) -> str:
        method = self.one(["in_", "notin_", "not_in"])
        members = self.one(
            [
                "[1, 2]",
                "[]",
                "['a', 'b']",
                "[None]",
                f"[{self.number(depth)}, 5]",
                self.select(depth),
                "bindparam('many', expanding=True)",
            ]
        )
        return f"({self.any(depth)}).{method}({members})"

    def likeness(self, depth: int) -> str:
        method = self.one(["like", "ilike", "notlike", "not_ilike"])
        if self.random.random() < 0.5:
            method = self.one(["startswith", "endswith", "contains"])
        value = self.one([*PLAIN_TEXTS[:4], self.text(depth)])
        extra = self.one(["", "", ", escape='/'"])
        if method in ("startswith", "endswith", "contains"):
            extra = self.one(["", "", ", autoescape=True", ", escape='^'"])
        return f"({self.text(depth)}).{method}({value}{extra})"

    def sorting(self, depth: int) -> str:
        return self.of(
            self.any,
            lambda d: f"({self.any(d)}).{self.one(['desc', 'asc'])}()",
            lambda d: f"desc({self.any(d)})",
            lambda d: f"({self.number(d)}).desc().nullslast()",
            lambda d: self.one(["'x'", "'n'", "'id'", "desc('x')", "text('tt')"]),
            depth=depth,
        )

    # Statements.

    def from_(self, depth: int) -> str:
        if depth <= 0:
            return self.one(FROMS)
        return self.of(
            lambda d: self.one(FROMS),
            lambda d: self.one(FROMS),
            lambda d: f"({self.select(d)}).subquery({self.one(['', repr('s'), repr('my sub')])})",
            lambda d: f"({self.select(d)}).cte({self.one(['', repr('c')])})",
            lambda d: f"{self.one(['u', 'a', 'o'])}.join({self.from_(d)})",
            lambda d: f"{self.one(['u', 'a', 'o'])}.outerjoin({self.from_(d)}, {self.boolean(d)})",
            lambda d: "cte1",
            depth=depth,
        )

    def select(self, depth: int) -> str:
        columns = self.some(self.selected, max(depth - 1, 0), 1, 3)
        text = f"select({columns})"
        for _ in range(self.random.randint(0, min(4, depth + 1))):
            text += self.clause(depth - 1)
        if depth > 1 and self.random.random() < 0.1:
            keyword = self.one(["union", "union_all", "except_", "intersect"])
            text = f"{text}.{keyword}({self.select(depth - 2)})"
        return text

    def selected(self, depth: int) -> str:
        return self.of(
            self.any,
            self.number,
            lambda d: self.one(["u", "a", "u.c.id", "a.c.id", "u.alias('z')", "text('tt')"]),
            lambda d: f"({self.any(d)}).label({self.one(NAMES)})".replace(
                "(None).label", "u.c.id.label"
            ),
            depth=depth,
        )

    def clause(self, depth: int) -> str:
        return self.of(
            lambda d: f".where({self.some(self.boolean, d, 1, 2)})",
            lambda d: f".where({self.boolean(d)})",
            lambda d: f".order_by({self.some(self.sorting, d, 1, 2)})",
            lambda d: f".group_by({self.some(self.sorting, d, 1, 2)})",
            lambda d: f".having({self.boolean(d)})",
            lambda d: f".limit({self.one(['5', '0', 'None'])})",
            lambda d: f".offset({self.one(['5', '0', 'None'])})",
            lambda d: f".join({self.from_(d)})",
            lambda d: f".join({self.from_(d)}, {self.boolean(d)})",
            lambda d: f".outerjoin({self.from_(d)})",
            lambda d: f".select_from({self.from_(d)})",
            lambda d: ".distinct()",
            lambda d: ".apply_labels()",
            lambda d: ".correlate(u)",
            lambda d: ".correlate(None)",
            lambda d: f".add_columns({self.selected(d)})",
            lambda d: f".with_only_columns({self.selected(d)})",
            depth=depth,
        )

    def change(self, depth: int) -> str:
        where = f".where({self.boolean(depth)})"
        values = f".values(name={self.any(depth)}, age={self.number(depth)})"
        return self.one(
            [
                f"u.insert(){values}",
                f"u.insert().values([dict(age={self.number(depth)}), dict(age=3, name='y')])",
                f"u.insert().from_select(['id', 'name'], {self.select(depth)})",
                f"u.update(){values}{where}",
                f"u.update(){where}{where}.values({{'age': 5, 'name': {self.any(depth)}}})",
                f"u.delete(){where}",
                f"t.insert().values(a={self.number(depth)})",
                f"t.update().values(gg={self.text(depth)}).where(t.c.id == {self.number(depth)})",
            ]
        )

    def anything(self) -> str:
        depth = self.random.choice([1, 2, 2, 3, 3, 4])
        return self.of(
            self.select,
            self.select,
            self.boolean,
            self.any,
            self.change,
            lambda d: f"select({self.from_(d)})",
            lambda d: f"select(({self.select(d)}).subquery())",
            depth=depth,
        )


def draw(seed: int) -> str:
    return Draw(seed).anything()
