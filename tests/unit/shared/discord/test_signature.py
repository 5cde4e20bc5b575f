"""Who is believed to be Discord: who signs these bytes, now, with its key; and nobody else."""

import json
from collections.abc import Mapping, Sequence
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.signing import SigningKey

from scripts.discord.signing import public_key_of, signature_headers
from shared.discord.signature import SIGNATURE, TIMESTAMP, is_signed, key_bytes

KEY: Final = SigningKey(b"\x01" * 32)
OTHER: Final = SigningKey(b"\x02" * 32)
PUBLIC: Final = key_bytes(public_key_of(KEY))
NOW: Final = 1_772_366_400
BODY: Final = b'{"type": 1, "id":  "1"}'


def shown(body: bytes = BODY, *, at: float = NOW, key: SigningKey = KEY) -> dict[str, list[str]]:
    return {name.lower(): [value] for name, value in signature_headers(body, at=at, key=key).items()}


GOOD: Final = shown()
PROOF: Final = GOOD[SIGNATURE][0]
AT: Final = str(NOW)


def passes(headers: Mapping[str, Sequence[str]], body: bytes = BODY, *, now: float = NOW) -> bool:
    return is_signed(headers, body, PUBLIC, now=now)


@given(body=st.binary(max_size=2_000), at=st.integers(0, 2**33), drift=st.floats(-300, 300))
def test_what_discord_signs_is_believed_for_five_minutes(body: bytes, at: int, drift: float) -> None:
    assert passes(shown(body, at=at), body, now=at + drift)


@pytest.mark.parametrize(
    ("signature", "timestamp"),
    [
        ([PROOF], [AT]),
        ([PROOF.upper()], [AT]),
        ([PROOF[:64].upper() + PROOF[64:]], [AT]),
    ],
    ids=["as it is sent", "in capitals", "in both"],
)
def test_hex_is_hex(signature: list[str], timestamp: list[str]) -> None:
    assert passes({SIGNATURE: signature, TIMESTAMP: timestamp})


BAD_HEADERS: Final[Mapping[str, tuple[list[str] | None, list[str] | None]]] = {
    "no signature": (None, [AT]),
    "no timestamp": ([PROOF], None),
    "nothing": (None, None),
    "no values": ([], []),
    "empty signature": ([""], [AT]),
    "empty timestamp": ([PROOF], [""]),
    "signature twice": ([PROOF, PROOF], [AT]),
    "timestamp twice": ([PROOF], [AT, AT]),
    "signatures in one": ([f"{PROOF},{PROOF}"], [AT]),
    "odd length": ([PROOF[:-1]], [AT]),
    "63 bytes": ([PROOF[:-2]], [AT]),
    "65 bytes": ([PROOF + "00"], [AT]),
    "no hex": (["z" * 128], [AT]),
    "hex of zeros": (["0" * 128], [AT]),
    "spaces": ([" " * 128], [AT]),
    "spaces in it": ([" ".join(PROOF[i : i + 2] for i in range(0, 128, 2))], [AT]),
    "a space before": ([f" {PROOF}"], [AT]),
    "a line after": ([f"{PROOF}\n"], [AT]),
    "0x": ([f"0x{PROOF[2:]}"], [AT]),
    "not ASCII": (["ü" * 128], [AT]),
    "digits of another script": (["٣" * 128], [AT]),
    "half a pair": (["\ud83d" * 128], [AT]),
    "very long": (["0" * 1_000_000], [AT]),
    "time is no number": ([PROOF], ["now"]),
    "time is a fraction": ([PROOF], [f"{AT}.0"]),
    "time with a sign": ([PROOF], [f"+{AT}"]),
    "time is negative": ([PROOF], [f"-{AT}"]),
    "time with a space": ([PROOF], [f" {AT}"]),
    "time in another script": ([PROOF], ["١٧٧٢٣٦٦٤٠٠"]),
    "time with a power": ([PROOF], ["1²"]),
    "time is huge": ([PROOF], ["9" * 12]),
    "time is beyond all": ([PROOF], ["9" * 5_000]),
    "time is nan": ([PROOF], ["nan"]),
    "time with zeros": ([PROOF], [f"0{AT}"]),  # fresh, but not what was signed
    "another time": ([PROOF], [str(NOW + 1)]),
}


@pytest.mark.parametrize(("signature", "timestamp"), BAD_HEADERS.values(), ids=BAD_HEADERS)
def test_bad_headers_are_not_believed(signature: list[str] | None, timestamp: list[str] | None) -> None:
    headers = {SIGNATURE: signature, TIMESTAMP: timestamp}
    assert not passes({name: values for name, values in headers.items() if values is not None})


BAD_BODIES: Final = {
    "another": b'{"type": 1, "id":  "2"}',
    "written anew": json.dumps(json.loads(BODY)).encode(),
    "with a line after": BODY + b"\n",
    "with a mark before": b"\xef\xbb\xbf" + BODY,
    "nothing": b"",
    "a part": BODY[:-1],
    "no text": b"\xff\xfe",
    "the time moved into it": AT[-1:].encode() + BODY,
}


@pytest.mark.parametrize("body", BAD_BODIES.values(), ids=BAD_BODIES)
def test_a_signature_is_good_for_its_own_bytes_only(body: bytes) -> None:
    assert not passes(GOOD, body)


@given(at=st.integers(0, 1023))
def test_no_bit_of_a_signature_may_be_another(at: int) -> None:
    bits = bytearray(bytes.fromhex(PROOF))
    bits[at // 8 % 64] ^= 1 << at % 8
    assert not passes({SIGNATURE: [bits.hex()], TIMESTAMP: [AT]})


@pytest.mark.parametrize(("drift", "is_fresh"), [(-301, False), (-299, True), (0, True), (299, True), (301, False)])
def test_clocks_may_differ_by_five_minutes(drift: int, is_fresh: bool) -> None:
    assert passes(GOOD, now=NOW + drift) is is_fresh


def test_another_key_is_nobodys() -> None:
    assert not passes(shown(key=OTHER))


@pytest.mark.parametrize("configured", ["", "00" * 31, "no key", "00" * 33, "ü" * 64])
def test_without_a_key_nobody_is_believed(configured: str) -> None:
    assert not is_signed(GOOD, BODY, key_bytes(configured), now=NOW)


def test_a_key_may_be_written_in_capitals_and_with_a_line_after_it() -> None:
    assert is_signed(GOOD, BODY, key_bytes(f"{public_key_of(KEY).upper()}\n"), now=NOW)


def test_a_key_of_zeros_signs_nothing() -> None:
    """The points of small order would let one signature pass for many texts."""
    zeros = {SIGNATURE: ["00" * 64], TIMESTAMP: [AT]}
    for weak in (bytes(32), b"\x01" + bytes(31)):
        assert not is_signed(zeros, BODY, weak, now=NOW)
