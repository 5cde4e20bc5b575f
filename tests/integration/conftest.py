"""The services around Switchyard, started once for all tests that talk to them."""

from collections.abc import Iterator

import pytest

from tests.stand_ins.client import StandIns
from tests.stand_ins.neighbours import SERVICES, SINKS, neighbours
from tests.support.outside import forget_connections, reaching, renew


@pytest.fixture(scope="session")
def _services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIns]:
    # Where the stack is, they are not told: what they say by themselves is not wanted here.
    with neighbours(tmp_path_factory.mktemp("services") / "stack.json", kinds=SERVICES + SINKS) as addresses:
        yield StandIns(addresses)
        forget_connections()


@pytest.fixture
def services(_services: StandIns) -> Iterator[StandIns]:
    """As new, in reach of product code, which has never heard of them."""
    renew(_services)
    with reaching(_services.addresses):
        yield _services
