"""The errors: who has to act is decided by the family."""

import inspect

import pytest

from shared.runtime import errors
from shared.runtime.api import STATUS
from shared.runtime.errors import ConflictError, ContendedError, DependencyError, DomainError, UnauthorizedError

ALL = [error for _, error in inspect.getmembers(errors, inspect.isclass)]


@pytest.mark.parametrize("error", ALL)
def test_every_error_says_what_it_means_and_has_a_status(error: type[Exception]) -> None:
    assert error.__doc__
    assert error in STATUS


@pytest.mark.parametrize("error", ALL)
def test_what_may_succeed_when_tried_again_is_not_the_callers_fault(error: type[Exception]) -> None:
    worth_another_try = issubclass(error, ConflictError | DependencyError)
    assert worth_another_try != issubclass(error, DomainError)


@pytest.mark.parametrize("error", ALL)
def test_only_what_is_ours_is_answered_as_a_fault_of_ours(error: type[Exception]) -> None:
    assert (STATUS[error] >= 500) == issubclass(error, DependencyError | ContendedError)


def test_a_refused_credential_cannot_be_told_more_about() -> None:
    with pytest.raises(TypeError):
        UnauthorizedError("the key has expired")  # type: ignore[call-arg]
