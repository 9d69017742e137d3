"""URL: what create_engine() is told, taken apart.

Before: learners write "sqlite:///shop.db".
Here:   URL, make_url(): parse, show (with the password hidden), change.
After:  engine/sqlite.py turns it into what sqlite3.connect() wants.

Follows: SQLAlchemy 1.4, "Database URLs" and `sqlalchemy.engine.URL`.
"""

from __future__ import annotations

from operator import itemgetter

from ormtutor.miniorm import exc

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    Query = Mapping[str, str | tuple[str, ...]]


class immutabledict(dict):  # type: ignore[type-arg]
    """A dictionary that cannot be changed."""

    __module__ = "sqlalchemy.cimmutabledict"
    __slots__ = ()

    def _refuse(self, *args: Any, **kw: Any) -> Any:
        raise TypeError(f"{type(self).__name__} object is immutable")

    __delitem__ = __setitem__ = clear = pop = popitem = setdefault = update = _refuse

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(tuple(sorted(self.items())))

    def union(self, other: Mapping[Any, Any] | None = None, **kw: Any) -> immutabledict:
        """Return a new one with the other's items too."""
        return immutabledict({**self, **(other or {}), **kw})

    def __repr__(self) -> str:
        return f"immutabledict({dict.__repr__(self)})"


_PARTS = ("drivername", "username", "password", "host", "port", "database", "query")


class URL(tuple):  # type: ignore[type-arg]
    """A database URL in its parts; make one with URL.create() or make_url()."""

    __slots__ = ()
    __module__ = "sqlalchemy.engine.url"

    drivername: str = property(itemgetter(0))  # type: ignore[assignment]
    username: str | None = property(itemgetter(1))  # type: ignore[assignment]
    password: Any = property(itemgetter(2))
    host: str | None = property(itemgetter(3))  # type: ignore[assignment]
    port: int | None = property(itemgetter(4))  # type: ignore[assignment]
    database: str | None = property(itemgetter(5))  # type: ignore[assignment]
    query: Any = property(itemgetter(6))

    def _asdict(self) -> dict[str, Any]:
        """Return the parts by name."""
        return dict(zip(_PARTS, self, strict=True))

    def __new__(
        cls,
        drivername: Any,
        username: Any = None,
        password: Any = None,
        host: Any = None,
        port: Any = None,
        database: Any = None,
        query: Any = None,
    ) -> URL:
        """As 1.4 still allows; URL.create() is the present way."""
        return cls.create(drivername, username, password, host, port, database, query or {})

    @classmethod
    def create(
        cls,
        drivername: str,
        username: str | None = None,
        password: Any = None,
        host: str | None = None,
        port: int | str | None = None,
        database: str | None = None,
        query: Mapping[str, Any] | None = None,
    ) -> URL:
        """Return a URL made of these parts.

        Raises: TypeError: a part is of the wrong type.
        """
        return tuple.__new__(
            cls,
            (
                _required_string(drivername, "drivername"),
                _optional_string(username, "username"),
                password,
                _optional_string(host, "host"),
                None if port is None else int(port),
                _optional_string(database, "database"),
                _query(query or {}),
            ),
        )

    def set(self, **parts: Any) -> URL:
        """Return a URL with some parts replaced."""
        given = {name: value for name, value in parts.items() if value is not None}
        return URL.create(**{**self._asdict(), **given})

    def update_query_string(self, query_string: str, append: bool = False) -> URL:
        """Return a URL with this query string added, or replacing keys of the same name."""
        return self.update_query_pairs(_pairs(query_string), append=append)

    def update_query_pairs(
        self, key_value_pairs: Iterable[tuple[str, str]], append: bool = False
    ) -> URL:
        """Return a URL with these query items added, or replacing keys of the same name."""
        new: dict[str, Any] = {}
        for key, value in key_value_pairs:
            _append(new, key, value)
        if append:
            merged: dict[str, Any] = dict(self.query)
            for key, value in new.items():
                for each in (value,) if isinstance(value, str) else value:
                    _append(merged, key, each)
            return self.set(query=merged)
        return self.set(query={**self.query, **new})

    def update_query_dict(self, query_parameters: Mapping[str, Any], append: bool = False) -> URL:
        """Return a URL with these query items added, or replacing keys of the same name."""
        return self.update_query_pairs(
            [
                (key, each)
                for key, value in query_parameters.items()
                for each in ((value,) if isinstance(value, str) else value)
            ],
            append=append,
        )

    def difference_update_query(self, names: Iterable[str]) -> URL:
        """Return a URL without these query keys."""
        left_out = set(names)
        kept = {key: value for key, value in self.query.items() if key not in left_out}
        return URL.create(**{**self._asdict(), "query": kept})

    @property
    def normalized_query(self) -> Mapping[str, Sequence[str]]:
        """The query with each value as a tuple."""
        return immutabledict(
            {
                key: (value,) if isinstance(value, str) else tuple(value)
                for key, value in self.query.items()
            }
        )

    def render_as_string(self, hide_password: bool = True) -> str:
        """Return the URL as text, by default with *** for the password."""
        text = f"{self.drivername}://"
        if self.username is not None:
            text += _quoted(self.username)
            if self.password is not None:
                text += ":" + ("***" if hide_password else _quoted(str(self.password)))
            text += "@"
        if self.host is not None:
            text += f"[{self.host}]" if ":" in self.host else self.host
        if self.port is not None:
            text += f":{self.port}"
        if self.database is not None:
            text += "/" + self.database
        if self.query:
            text += "?" + self._query_text()
        return text

    def _query_text(self) -> str:
        # Late: urllib is slow to import, and a query is rare.
        from urllib.parse import quote_plus

        return "&".join(
            f"{quote_plus(key)}={quote_plus(value)}"
            for key in sorted(self.query)
            for value in self.normalized_query[key]
        )

    def get_backend_name(self) -> str:
        """Return the database's name: `sqlite` of `sqlite+pysqlite`."""
        return self.drivername.partition("+")[0]

    def get_driver_name(self) -> str:
        """Return the driver's name: `pysqlite`, also where it goes without saying."""
        return self.drivername.partition("+")[2] or "pysqlite"

    def translate_connect_args(self, names: Sequence[str] = (), **kw: str) -> dict[str, Any]:
        """Return the parts that are set, as keyword arguments under the names given in kw."""
        parts = ("host", "database", "username", "password", "port")
        if names:
            kw = {**dict(zip(parts, names, strict=False)), **kw}
        return {
            kw.get(part, part): getattr(self, part)
            for part in parts
            if getattr(self, part) not in (None, "")
        }

    def __str__(self) -> str:
        return self.render_as_string(hide_password=False)

    def __repr__(self) -> str:
        return self.render_as_string()

    def __hash__(self) -> int:
        return hash(str(self))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, URL) and tuple(self) == tuple(other)

    def __ne__(self, other: object) -> bool:
        return not self == other


def make_url(name_or_url: Any) -> Any:
    """Return the URL that a string spells; a URL comes back as it is.

    Raises: ArgumentError: that is no URL. ValueError: the port is no number.
    """
    if not isinstance(name_or_url, str):
        return name_or_url
    driver_name, separator, rest = name_or_url.partition("://")
    if not separator or not driver_name.replace("+", "_").replace("_", "a").isalnum():
        raise exc.ArgumentError(f"Could not parse SQLAlchemy URL from string '{name_or_url}'")
    username, password, rest = _split_credentials(rest)
    host, port, rest = _split_address(rest)
    path, has_query, query_string = rest.partition("?")
    query: dict[str, Any] = {}
    for key, value in _pairs(query_string) if has_query else ():
        _append(query, key, value)
    return URL.create(
        driver_name,
        None if username is None else _unquoted(username),
        None if password is None else _unquoted(password),
        host,
        port,
        path[1:] if path else None,
        query,
    )


def _split_credentials(rest: str) -> tuple[str | None, str | None, str]:
    """Return user name, password and what follows the @ (a password may hold a slash)."""
    end = _first_of(rest, ":/")
    name = rest[:end]
    if rest[end : end + 1] == ":":
        password, found, after = rest[end + 1 :].partition("@")
        if found:
            return name, password, after
    if "@" in name:
        name, _, host = name.rpartition("@")
        return name, None, host + rest[end:]
    return None, None, rest


def _split_address(rest: str) -> tuple[str | None, str | None, str]:
    """Return host, port and what follows; a host in brackets may hold colons."""
    if rest.startswith("[") and "]" in rest:
        host, _, rest = rest[1:].partition("]")
    else:
        end = _first_of(rest, "/:?")
        host, rest = rest[:end], rest[end:]
    port = None
    if rest.startswith(":"):
        end = _first_of(rest, "/?")
        port, rest = rest[1:end], rest[end:]
    return host or None, port, rest


def _first_of(text: str, characters: str) -> int:
    """Return where the first of these characters stands, or the end."""
    return min((place for place in map(text.find, characters) if place >= 0), default=len(text))


def _pairs(query_string: str) -> list[tuple[str, str]]:
    if not query_string:
        return []
    from urllib.parse import parse_qsl  # late: slow to import, and a query is rare

    return parse_qsl(query_string)


def _append(query: dict[str, Any], key: str, value: str) -> None:
    if key in query:
        known = query[key]
        query[key] = (*((known,) if isinstance(known, str) else known), value)
    else:
        query[key] = value


def _quoted(text: str) -> str:
    return text.translate({58: "%3A", 64: "%40", 47: "%2F"})


def _unquoted(text: str) -> str:
    if "%" not in text:
        return text
    from urllib.parse import unquote  # late, as above

    return unquote(text)


def _required_string(value: Any, name: str) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a string")
    return value


def _optional_string(value: Any, name: str) -> str | None:
    return None if value is None else _required_string(value, name)


def _query(query: Mapping[str, Any]) -> immutabledict:
    checked: dict[str, Any] = {}
    for key, value in query.items():
        if not isinstance(key, str):
            raise TypeError("Query dictionary keys must be strings")
        if isinstance(value, str):
            checked[key] = value
        elif isinstance(value, (list, tuple)) and all(isinstance(each, str) for each in value):
            checked[key] = tuple(value)
        else:
            raise TypeError("Query dictionary values must be strings or sequences of strings")
    return immutabledict(checked)
