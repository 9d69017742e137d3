"""URLs and what create_engine makes of them."""

from copy import copy, deepcopy

from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import StaticPool


def show(label, call):
    try:
        print(label, "->", repr(call()))
    except Exception as error:
        print(label, "!!", type(error).__name__, error)


for url in (
    "sqlite://",
    "sqlite:///",
    "sqlite:///:memory:",
    "sqlite+pysqlite://",
    "sqlite://:memory:",
    "sqlite:shop.db",
    "shop",
    "",
    "sqlite+foo://",
    "nodb://x",
    "sqlite3:///x.db",
    "postgres://x",
    "sqlite://shop.db",
    "sqlite://host/x.db",
    "sqlite://user:pw@/x.db",
):
    show(f"url {url!r}", lambda: make_url(url))
    show("  engine", lambda: create_engine(url))
    show("  connects", lambda: create_engine(url).connect().execute(text("select 1")).scalar())
show("as url", lambda: create_engine(URL.create("sqlite")))
SETTINGS = {"drivername": "sqlite", "database": "shop.db"}
show("the class called", lambda: URL(**SETTINGS))
show("by place", lambda: URL("postgresql", "ann", "pw", "host", "5432", "shop"))
show("nothing", lambda: URL())
show("unknown part", lambda: URL("sqlite", nope=1))
show("not a name", lambda: URL(5))
show("engine", lambda: create_engine(URL(**{**SETTINGS, "database": None})))
settings = URL.create("sqlite", database="shop.db", query={"mode": "ro"})
show("copies", lambda: (copy(settings) == settings, deepcopy(settings) == settings))
show("unknown argument", lambda: create_engine("sqlite://", nope=1))
show("unknown arguments", lambda: create_engine("sqlite://", nope=1, other=2))
show("no queue", lambda: create_engine("sqlite://", max_overflow=5, nope=1))
show("some size", lambda: create_engine("sqlite://", pool_size=5))
show("no size", lambda: create_engine("sqlite://", poolclass=StaticPool, pool_size=5))
show("echo", lambda: create_engine("sqlite://", echo=False).echo)
show("bad echo", lambda: create_engine("sqlite://", echo="loud"))
engine = create_engine("sqlite://")
show("unicode", lambda: create_engine("sqlite://", convert_unicode=True))
show("dispose", lambda: engine.dispose())
show("raw", lambda: engine.raw_connection().cursor().execute("select 7").fetchall())
