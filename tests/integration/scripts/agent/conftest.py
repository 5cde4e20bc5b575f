"""An API to work for."""

from collections.abc import Iterator

import pytest

from tests.support.blackboard_api import BlackboardApi, blackboard_api


@pytest.fixture
def api() -> Iterator[BlackboardApi]:
    with blackboard_api() as running:
        yield running
