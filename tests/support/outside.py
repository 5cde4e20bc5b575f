"""The services around Switchyard, on this machine: product code is told where they are."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from shared.runtime import http
from shared.runtime.settings import Settings
from tests.stand_ins.client import StandIns
from tests.support.fresh_process import forget
from tests.support.told import told


@contextmanager
def reaching(addresses: Mapping[str, str], **changes: str) -> Iterator[None]:
    """Inside, whatever is wired finds the services at these addresses, and other settings as they are given."""
    found = {f"{name}_api_url": address for name, address in addresses.items()}
    known = {name: address for name, address in found.items() if name in Settings.__slots__}  # sinks: see `serving`
    with told(**(known | changes)):
        yield


def renew(services: StandIns) -> None:
    """Stand-ins and product code have forgotten each other."""
    forget()
    services.reset()
    services.set("scraper", outcome="failed")  # it does not call back
    services.set("ebay", fetch_photos=False)  # what moto keeps is not in reach of others
    services.set("github", tells=False)


def forget_connections() -> None:
    """Close what product code keeps open to other services; the next request is made as by a new process."""
    if http._client.cache_info().currsize:
        http._client().close()
        http._client.cache_clear()
