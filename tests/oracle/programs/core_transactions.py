"""Transactions, savepoints and 1.4's markers, in every order."""

from sqlalchemy import Column, Integer, MetaData, Table, create_engine, func, select, text


def show(label, call):
    try:
        print(label, "->", repr(call()))
    except Exception as error:
        print(label, "!!", type(error).__name__, error)


metadata = MetaData()
crates = Table("crates", metadata, Column("id", Integer, primary_key=True))


def many(connection):
    return connection.execute(select(func.count()).select_from(crates)).scalar()


for future in (False, True):
    print("== future", future)
    engine = create_engine("sqlite://", future=future)
    metadata.create_all(engine)
    connection = engine.connect()

    def tidy():
        if future:
            connection.rollback()

    def insert():
        return connection.execute(crates.insert())

    def plain():
        transaction = connection.begin()
        insert()
        print(transaction.is_active, connection.in_transaction())
        transaction.commit()
        print(transaction.is_active, connection.in_transaction())
        show("commit again", lambda: transaction.commit())
        show("roll back", lambda: transaction.rollback())
        show("close", lambda: transaction.close())

    def failing():
        with connection.begin():
            insert()
            raise ValueError("stop")

    def marker():
        transaction = connection.begin()
        inner = connection.begin()
        insert()
        inner.rollback()
        print(transaction.is_active, inner.is_active)
        show("go on", lambda: many(connection))
        show("commit", lambda: transaction.commit())
        show("roll back", lambda: transaction.rollback())
        show("go on", lambda: many(connection))

    def marker_commits():
        transaction = connection.begin()
        inner = connection.begin()
        insert()
        inner.commit()
        print(transaction.is_active, inner.is_active)
        show("go on", lambda: many(connection))
        transaction.commit()

    def marker_closes():
        transaction = connection.begin()
        inner = connection.begin()
        inner.close()
        print(transaction.is_active, inner.is_active)
        transaction.close()

    def root_first():
        transaction = connection.begin()
        inner = connection.begin()
        transaction.commit()
        print(transaction.is_active, inner.is_active)
        show("inner", lambda: inner.commit())

    def marker_in_block():
        with connection.begin():
            inner = connection.begin()
            insert()
            inner.rollback()

    def savepoint_alone():
        savepoint = connection.begin_nested()
        print(type(savepoint).__name__)
        insert()
        savepoint.commit()
        print(connection.in_transaction(), connection.in_nested_transaction())

    def savepoints():
        with connection.begin():
            insert()
            first = connection.begin_nested()
            insert()
            first.rollback()
            show("again", lambda: first.rollback())
            show("commit", lambda: first.commit())
            with connection.begin_nested():
                insert()
                print(connection.in_nested_transaction())
            print(connection.in_nested_transaction(), many(connection))

    def savepoint_fails():
        with connection.begin():
            insert()
            try:
                with connection.begin_nested():
                    connection.execute(crates.insert(), {"id": 1})
            except Exception as error:
                print(type(error).__name__)
            print(many(connection))

    def root_ends_savepoints():
        transaction = connection.begin()
        savepoint = connection.begin_nested()
        transaction.rollback()
        print(transaction.is_active, savepoint.is_active)
        show("roll back", lambda: savepoint.rollback())
        show("commit", lambda: savepoint.commit())

    def marker_in_savepoint():
        transaction = connection.begin()
        savepoint = connection.begin_nested()
        inner = connection.begin()
        inner.rollback()
        print(transaction.is_active, savepoint.is_active, inner.is_active)
        show("go on", lambda: many(connection))
        show("savepoint", lambda: savepoint.rollback())
        show("go on", lambda: many(connection))
        transaction.commit()

    def ended_inside_block():
        with connection.begin() as transaction:
            transaction.rollback()

    def go_on_after_commit():
        with connection.begin() as transaction:
            insert()
            transaction.commit()
            insert()

    def engine_begin():
        with engine.begin() as other:
            other.execute(crates.insert())

    def engine_begin_fails():
        with engine.begin() as other:
            other.execute(crates.insert())
            other.execute(text("nonsense"))

    def begin_after_execute():
        many(connection)
        return type(connection.begin()).__name__

    def closes_with_open_transaction():
        other = engine.connect()
        transaction = other.begin()
        other.execute(crates.insert())
        other.close()
        print(transaction.is_active)
        show("commit", lambda: transaction.commit())
        show("roll back", lambda: transaction.rollback())
        show("execute", lambda: other.execute(select(1)))

    for function in (
        plain,
        failing,
        marker,
        marker_commits,
        marker_closes,
        root_first,
        savepoint_alone,
        savepoints,
        savepoint_fails,
        root_ends_savepoints,
        marker_in_savepoint,
        ended_inside_block,
        go_on_after_commit,
        engine_begin,
        engine_begin_fails,
        closes_with_open_transaction,
    ):
        print("--", function.__name__)
        show(function.__name__, function)
        tidy()
        show("rows", lambda: many(connection))
        tidy()
    print("-- at the end")
    show("begin after execute", begin_after_execute)
    if future:
        tidy()
        insert()
        connection.commit()
        insert()
        connection.rollback()
        print(many(connection))
    else:
        connection.close()
        connection = engine.connect()
        show("marker in block", marker_in_block)
        show("go on", lambda: many(connection))
    # a block whose transaction is over begins no other one
    for end in ("commit", "rollback"):
        with engine.connect() as other:
            with other.begin() as transaction:
                other.execute(crates.insert())
                getattr(transaction, end)()
                show("begin in a block that is over", lambda: other.begin())
                show("begin_nested there", lambda: other.begin_nested())
                show("execute there", lambda: many(other))
            show("after it", lambda: many(other))
    connection.close()
    show("closed", lambda: connection.closed)
    show("execute", lambda: connection.execute(select(1)))
    show("begin", lambda: connection.begin())
    show("close again", lambda: connection.close())

    # Engine.begin() without a with block has begun all the same, or not yet, as the manner is
    begun = engine.begin()
    show("begun", lambda: type(begun).__name__)
    show("execute", lambda: begun.execute(crates.insert(), {"id": 77}))
    with begun as connection:
        print(connection.in_transaction(), many(connection))
