"""Kernels for the tests: one for each engine and module, and a fresh one on demand."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from ormtutor.kernel.client import Kernel
from ormtutor.kernel.messages import Failure, Finished, Message, Output, Statement
from tests.oracle.releases import installed

MODELS = """
from sqlalchemy import Column, ForeignKey, Integer, String, create_engine
from sqlalchemy.orm import Session, declarative_base, relationship
Base = declarative_base()
class Member(Base):
    __tablename__ = "members"
    id = Column(Integer, primary_key=True)
    name = Column(String(80), nullable=False)
    loans = relationship("Loan", back_populates="member")
class Loan(Base):
    __tablename__ = "loans"
    id = Column(Integer, primary_key=True)
    tool = Column(String(60))
    member_id = Column(ForeignKey("members.id"))
    member = relationship("Member", back_populates="loans")
engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
session = Session(engine)
"""


def make_kernel(engine: str = "miniorm") -> Kernel:
    path = [] if engine == "miniorm" else [installed("1.4")]
    return Kernel(engine="miniorm" if engine == "miniorm" else "sqlalchemy", path=path)


@pytest.fixture(params=["miniorm", "sqlalchemy 1.4"])
def models(request: pytest.FixtureRequest) -> Iterator[Kernel]:
    """A kernel of each engine with two mapped classes and a session."""
    with make_kernel(request.param) as kernel:
        kernel.start()
        assert finished(kernel.run(MODELS, mode="setup")).status == "ok"
        kernel.begin_step("test")
        yield kernel


@pytest.fixture(scope="module")
def shared() -> Iterator[Kernel]:
    """A kernel for inputs that leave nothing behind."""
    with make_kernel() as kernel:
        kernel.start()
        yield kernel


@pytest.fixture
def kernel() -> Iterator[Kernel]:
    """A fresh kernel, for tests that may break it."""
    with make_kernel() as kernel:
        kernel.start()
        yield kernel


def finished(replies: Sequence[Message]) -> Finished:
    assert isinstance(replies[-1], Finished)
    return replies[-1]


def failure(replies: Sequence[Message]) -> Failure:
    found = finished(replies).failure
    assert found is not None
    return found


def printed(replies: Sequence[Message]) -> str:
    return "".join(reply.text for reply in replies if isinstance(reply, Output))


def statements(replies: Sequence[Message]) -> list[Statement]:
    return [reply for reply in replies if isinstance(reply, Statement)]


def interrupted(kernel: Kernel, source: str, begun: str = "begun") -> list[Message]:
    """Run source that prints `begun` and never ends by itself; interrupt it after that print."""
    heard: list[Message] = []

    def listen(reply: Message) -> None:
        heard.append(reply)
        if isinstance(reply, Output) and begun in printed(heard):
            threading.Thread(target=kernel.interrupt).start()

    return kernel.run(source, on_reply=listen)


Run = Callable[..., Any]
