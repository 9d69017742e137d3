"""create_engine(): from a URL to an Engine, without touching the database.

Before: learners.
Here:   which dialect, which pool, which manner; arguments nobody knows are refused.
After:  engine/base.py's Engine connects at its first use.

Follows: SQLAlchemy 1.4, "Engine Configuration".
"""

from __future__ import annotations

from ormtutor.miniorm import exc
from ormtutor.miniorm.engine import future
from ormtutor.miniorm.engine.base import Engine
from ormtutor.miniorm.engine.sqlite import SQLiteDialect
from ormtutor.miniorm.engine.url import make_url

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_ENGINE_ARGUMENTS = (
    "echo",
    "execution_options",
    "hide_parameters",
    "logging_name",
    "query_cache_size",
)
_DIALECT_ARGUMENTS = (
    "isolation_level",
    "json_deserializer",
    "json_serializer",
    "label_length",
    "native_datetime",
    "paramstyle",
)
#: Accepted for the sake of programs that give them; one connection in memory and a few on a file
#: need no tuning, and Python 3 has no encodings to choose.
_WITHOUT_EFFECT = (
    "case_sensitive",
    "convert_unicode",
    "echo_pool",
    "empty_in_strategy",
    "enable_from_linting",
    "encoding",
    "implicit_returning",
    "max_identifier_length",
    "max_overflow",
    "plugins",
    "pool_logging_name",
    "pool_pre_ping",
    "pool_recycle",
    "pool_reset_on_return",
    "pool_timeout",
    "pool_use_lifo",
)


def create_engine(url: Any, **kwargs: Any) -> Engine:
    """Return an Engine for a URL such as "sqlite://" or "sqlite:///shop.db".

    echo: True writes each statement to the log, "debug" each row as well. future: the 2.x manner.
    connect_args: further arguments for sqlite3.connect(). creator: opens connections itself.
    poolclass, pool: another pool. execution_options, isolation_level, hide_parameters.
    Raises: ArgumentError: that is no URL. NoSuchModuleError: another database than SQLite.
    """
    url = make_url(url)
    dialect_class = _dialect_class(url)
    if kwargs.pop("strategy", None) is not None:
        raise TypeError("create_engine(strategy=...) is not in miniorm; SQLAlchemy has it")
    engine_class = future.Engine if kwargs.pop("future", False) else Engine
    dialect_arguments = _take(kwargs, _DIALECT_ARGUMENTS)
    module = kwargs.pop("module", None)
    dialect = dialect_class(dbapi=module, **dialect_arguments)
    creator = _creator(dialect, url, kwargs)
    pool = kwargs.pop("pool", None)
    pool_class = kwargs.pop("poolclass", None) or dialect.pool_class(url)
    _take(kwargs, _WITHOUT_EFFECT)
    pool_arguments = _take(kwargs, ("pool_size",))
    engine_arguments = _take(kwargs, _ENGINE_ARGUMENTS)
    if kwargs:
        raise TypeError(
            f"Invalid argument(s) {','.join(repr(name) for name in kwargs)} sent to "
            f"create_engine(), using configuration {type(dialect).__name__}/"
            f"{pool_class.__name__}/{engine_class.__name__}.  Please check that the keyword "
            "arguments are appropriate for this combination of components."
        )
    if pool is None:
        pool = pool_class(creator, dialect, **pool_arguments)
    pool._dialect = dialect
    return engine_class(pool, dialect, url, **engine_arguments)


def engine_from_config(
    configuration: dict[str, Any], prefix: str = "sqlalchemy.", **kwargs: Any
) -> Engine:
    """Return an Engine as a dictionary of strings describes it (`sqlalchemy.url`, ...)."""
    options: dict[str, Any] = {
        key[len(prefix) :]: value for key, value in configuration.items() if key.startswith(prefix)
    }
    for name in ("echo", "echo_pool", "pool_pre_ping", "future", "hide_parameters"):
        if isinstance(options.get(name), str):
            options[name] = _truth(options[name])
    for name in ("pool_size", "max_overflow", "pool_recycle", "query_cache_size"):
        if isinstance(options.get(name), str):
            options[name] = int(options[name])
    options.update(kwargs)
    return create_engine(options.pop("url"), **options)


def _truth(text: str) -> Any:
    return text if text == "debug" else text.strip().lower() in ("true", "yes", "on", "y", "t", "1")


def _take(arguments: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: arguments.pop(name) for name in names if name in arguments}


def _dialect_class(url: Any) -> type[SQLiteDialect]:
    name = url.drivername.replace("+", ".")
    if name not in ("sqlite", "sqlite.pysqlite"):
        raise exc.NoSuchModuleError(f"Can't load plugin: sqlalchemy.dialects:{name}")
    return SQLiteDialect


def _creator(dialect: SQLiteDialect, url: Any, kwargs: dict[str, Any]) -> Callable[..., Any]:
    """Return what opens a connection for an engine; listeners of `do_connect` may do it instead."""
    given: Callable[[], Any] | None = kwargs.pop("creator", None)
    arguments, options = dialect.create_connect_args(url)
    options.update(kwargs.pop("connect_args", {}))

    def open_connection(pool: Any, record: Any) -> Any:
        try:
            if given is not None:
                raw = given()
            else:
                raw = _connect(pool, dialect, record, list(arguments), dict(options))
            dialect.on_connect(raw)
        except dialect.dbapi.Error as error:
            raise exc.DBAPIError.instance(None, None, error, dialect.dbapi.Error) from error
        return raw

    open_connection.takes_pool = True  # type: ignore[attr-defined]  # a learner's creator does not
    return open_connection


def _connect(
    pool: Any, dialect: Any, record: Any, arguments: list[Any], options: dict[str, Any]
) -> Any:
    for listener in pool._listeners("do_connect"):
        raw = listener(dialect, record, arguments, options)
        if raw is not None:
            return raw
    return dialect.dbapi.connect(*arguments, **options)
