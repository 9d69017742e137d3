"""ORM errors: their words and their place in the tree of errors."""

import pytest

from ormtutor.miniorm.exc import InvalidRequestError, SQLAlchemyError
from ormtutor.miniorm.orm import exc


def test_an_unmapped_instance_is_named_by_its_class() -> None:
    assert str(exc.UnmappedInstanceError(3)) == "Class 'builtins.int' is not mapped"


def test_a_class_given_for_an_instance_is_told() -> None:
    error = exc.UnmappedInstanceError(int)

    assert str(error) == (
        "Class 'builtins.type' is not mapped; was a class (builtins.int) supplied where an "
        "instance was required?"
    )


def test_an_unmapped_class_is_named_with_its_module() -> None:
    assert str(exc.UnmappedClassError(dict)) == "Class 'builtins.dict' is not mapped"


def test_a_detached_instance_error_names_its_background() -> None:
    assert str(exc.DetachedInstanceError("gone")) == (
        "gone (Background on this error at: https://sqlalche.me/e/14/bhk3)"
    )


def test_the_older_name_of_a_stale_row_is_the_same_class() -> None:
    assert exc.ConcurrentModificationError is exc.StaleDataError


@pytest.mark.parametrize(
    ("error", "parent"),
    [
        (exc.StaleDataError, SQLAlchemyError),
        (exc.FlushError, SQLAlchemyError),
        (exc.DetachedInstanceError, SQLAlchemyError),
        (exc.UnmappedError, InvalidRequestError),
        (exc.ObjectDeletedError, InvalidRequestError),
        (exc.UnmappedColumnError, InvalidRequestError),
        (exc.LoaderStrategyException, InvalidRequestError),
        (exc.NoResultFound, InvalidRequestError),
    ],
)
def test_errors_descend_as_in_the_original(error: type[Exception], parent: type[Exception]) -> None:
    assert issubclass(error, parent)


def test_the_public_module_is_shown() -> None:
    assert exc.FlushError.__module__ == "sqlalchemy.orm.exc"
