"""A primary key whose default is an SQL expression: the database is asked for it before the INSERT."""

from sqlalchemy import Column, Date, ForeignKey, Integer, String, create_engine, func, literal
from sqlalchemy import literal_column, select, text
from sqlalchemy.orm import Session, declarative_base, relationship

Base = declarative_base()


class Ticket(Base):
    __tablename__ = "tickets"
    next_number = select(func.coalesce(func.max(literal_column("number")), 0) + 1)
    number = Column(
        Integer,
        primary_key=True,
        default=next_number.select_from(text("tickets")).scalar_subquery(),
    )
    holder = Column(String)
    stubs = relationship("Stub", back_populates="ticket")


class Stub(Base):
    __tablename__ = "stubs"
    code = Column(String, primary_key=True, default=func.lower("AB"))
    day = Column(Date, primary_key=True, default=literal("2020-01-02"))
    length = Column(Integer, default=lambda context: len(context.get_current_parameters()["code"]))
    ticket_number = Column(ForeignKey("tickets.number"))
    ticket = relationship(Ticket, back_populates="stubs")


tickets = Ticket.__table__
for future in (False, True):
    engine = create_engine("sqlite://", future=future)
    Base.metadata.create_all(engine)
    with engine.connect() as connection:
        for insert in (
            tickets.insert(),
            tickets.insert().values(holder="Ada"),
            tickets.insert().values([{"holder": "Bo"}]),
            tickets.insert().values(number=func.abs(-9)),
            tickets.insert().values([{"holder": "Cy"}, {"holder": "Di"}]),
        ):
            print(insert)
            try:
                result = connection.execute(insert)
                print(result.rowcount, result.inserted_primary_key)
            except Exception as error:
                print(type(error).__name__, error.orig)
        connection.execute(tickets.insert(), [{"number": 50}, {"number": 60}])
        connection.execute(tickets.insert(), {"holder": "Ed"})
        print(connection.execute(select(tickets)).all())
        if future:
            connection.commit()
    session = Session(engine)
    made = [Ticket(holder="Flo"), Ticket(holder="Gus", number=90), Ticket(holder="Hal")]
    session.add_all(made)
    made[0].stubs.append(Stub())
    session.flush()
    print([ticket.number for ticket in made], vars(made[0].stubs[0])["ticket_number"])
    stub = made[0].stubs[0]
    print(stub.code, stub.day, stub.length, session.get(Ticket, made[2].number) is made[2])
    session.commit()
    print([(ticket.number, ticket.holder) for ticket in session.query(Ticket)])
