"""The services around Switchyard, on this machine: product code is told where they are."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

import pytest

from shared.runtime import wiring
from shared.runtime.settings import settings


@contextmanager
def reaching(addresses: Mapping[str, str], **changes: str) -> Iterator[None]:
    """Inside, whatever is wired finds the services at these addresses, and other settings as they are given."""
    found = {f"{name}_api_url": address for name, address in addresses.items()}
    known = replace(settings(), **(found | changes))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wiring, "settings", lambda: known)
        yield
