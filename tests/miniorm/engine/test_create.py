"""What create_engine() and event.listen() leave out says so."""

import pytest

from ormtutor.miniorm import create_engine, event, exc


def test_an_argument_that_is_left_out_says_so() -> None:
    with pytest.raises(TypeError, match=r"isolation_level=.* is not in miniorm; SQLAlchemy has it"):
        create_engine("sqlite://", isolation_level="SERIALIZABLE")


def test_an_event_that_is_left_out_says_so() -> None:
    with pytest.raises(exc.InvalidRequestError, match="handle_error is not in miniorm"):
        event.listen(create_engine("sqlite://"), "handle_error", print)
