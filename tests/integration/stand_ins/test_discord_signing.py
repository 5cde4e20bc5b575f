"""What the stand-in of Discord signs, Switchyard believes; what is wrong with it in any way, it does not."""

import time

import pytest

from shared.discord.signature import is_signed, key_bytes
from tests.integration.stand_ins.discord_app import PUBLIC_KEY, SEED
from tests.stand_ins.discord_signing import WAYS, signed, spoilt

BODY = b'{"type": 1}'


def believed(headers: dict[str, str], body: bytes) -> bool:
    given = {name.lower(): [value] for name, value in headers.items()}
    return is_signed(given, body, key_bytes(PUBLIC_KEY), now=time.time())


def test_what_is_signed_is_believed() -> None:
    assert believed(signed(SEED, BODY), BODY)


@pytest.mark.parametrize("how", sorted(WAYS))
def test_what_is_wrong_is_not(how: str) -> None:
    assert not believed(*spoilt(how, SEED, BODY))
