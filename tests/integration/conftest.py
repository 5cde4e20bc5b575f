"""The services around Switchyard, started once for all tests that talk to them."""

from collections.abc import Iterator

import pytest

from tests.stand_ins.client import StandIns
from tests.stand_ins.neighbours import neighbours
from tests.support.fresh_process import forget
from tests.support.outside import reaching


@pytest.fixture(scope="session")
def _services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIns]:
    # Where the stack is, they are not told: what they say by themselves is not wanted here.
    with neighbours(tmp_path_factory.mktemp("services") / "stack.json") as addresses:
        yield StandIns(addresses)


@pytest.fixture
def services(_services: StandIns) -> Iterator[StandIns]:
    """As new, in reach of product code, which has never heard of them."""
    renew(_services)
    with reaching(_services.addresses):
        yield _services


def renew(services: StandIns) -> None:
    """Stand-ins and product code have forgotten each other."""
    forget()
    services.reset()
    services.set("scraper", outcome="failed")  # it does not call back
    services.set("ebay", fetch_photos=False)  # what moto keeps is not in reach of others
