"""Grants beside the refresh token: a signed word of a service account, and a client by its own credentials."""

import json
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from typing import Any
from urllib.parse import parse_qsl

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_ec_key
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from shared.runtime.http import Answer, Call, GrantRefusedError, ServiceError, Verdict
from shared.runtime.oauth import (
    Credential,
    Grant,
    carrying,
    client_grant,
    service_account_grant,
)
from tests.support.builders import NOON

TOKEN_URL = "https://oauth2.googleapis.example/token"
SCOPE = "https://www.googleapis.example/auth/calendar.events"
GIVEN = {"access_token": "token-1", "expires_in": 3600}
CLIENT = {"client_id": "anna", "client_secret": "s3cret"}


@cache
def a_key() -> RSAPrivateKey:
    return generate_private_key(public_exponent=65_537, key_size=2_048)


def pem(key: Any) -> str:
    text: bytes = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return text.decode()


def a_key_file(**changes: Any) -> dict[str, Any]:
    """As Google has it downloaded, with more in it than is needed."""
    known = {
        "type": "service_account",
        "client_email": "a@b.iam.example",
        "private_key": pem(a_key()),
        "token_uri": "x",
    }
    return known | changes


class Provider:
    """Gives tokens, to whom is put before it; first it answers what stands in `instead`."""

    def __init__(self, kept: Any, *, as_client: bool = False) -> None:
        self.now = NOON
        self.kept = kept
        self.as_client = as_client
        self.asked: list[tuple[str, Call, Mapping[str, str]]] = []
        self.instead: list[Answer] = []
        self.credential = Credential("far", TOKEN_URL, self._grant, send=self._send, clock=lambda: self.now)

    def _grant(self, *, fresh: bool = False) -> Grant:
        if self.as_client:
            return client_grant("far", self.kept)
        return service_account_grant("far", self.kept, scope=SCOPE, audience=TOKEN_URL)

    def _send(self, url: str, call: Call, headers: Mapping[str, str]) -> Answer:
        self.asked.append((url, call, headers))
        if self.instead:
            return self.instead.pop(0)
        return Answer(status=200, headers={}, body=json.dumps(GIVEN).encode())

    def forms(self) -> list[dict[str, str]]:
        return [dict(parse_qsl((call.body() or b"").decode(), strict_parsing=True)) for _, call, _ in self.asked]


def refused(provider: Provider) -> ServiceError:
    with pytest.raises(GrantRefusedError) as caught:
        provider.credential()
    return caught.value


def read(part: str) -> bytes:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))


def test_a_service_account_signs_for_whom_it_speaks_and_what_it_wants() -> None:
    provider = Provider(a_key_file())
    assert provider.credential() == "token-1"
    ((url, _, headers),) = provider.asked
    (form,) = provider.forms()
    assert url == TOKEN_URL
    assert "Authorization" not in headers
    assert form.keys() == {"grant_type", "assertion"}
    assert form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
    header, claims, signature = form["assertion"].split(".")
    assert json.loads(read(header)) == {"alg": "RS256", "typ": "JWT"}
    issued = int(NOON.timestamp())
    assert json.loads(read(claims)) == {
        "iss": "a@b.iam.example",
        "scope": SCOPE,
        "aud": TOKEN_URL,
        "iat": issued,
        "exp": issued + 3_600,
    }
    a_key().public_key().verify(read(signature), f"{header}.{claims}".encode(), PKCS1v15(), SHA256())
    assert "=" not in form["assertion"]


def test_each_token_is_asked_for_with_a_word_of_its_own_time() -> None:
    provider = Provider(a_key_file())
    provider.credential()
    provider.now += timedelta(minutes=55)
    provider.credential()
    times = [json.loads(read(form["assertion"].split(".")[1]))["iat"] for form in provider.forms()]
    assert times[1] - times[0] == 55 * 60


@pytest.mark.parametrize("name", ["client_email", "private_key"])
@pytest.mark.parametrize("value", [None, "", 5, []])
def test_a_key_file_that_is_not_whole_is_said_to_be_so(name: str, value: Any) -> None:
    provider = Provider(a_key_file(**{name: value}))
    error = refused(provider)
    assert error.verdict is Verdict.TERMINAL
    assert error.said == f"its secret lacks {name}"
    assert provider.asked == []


@pytest.mark.parametrize("kept", [None, "text", [], {}])
def test_what_is_no_key_file_is_said_to_be_so(kept: Any) -> None:
    assert refused(Provider(kept)).said == "its secret lacks client_email, private_key"


@pytest.mark.parametrize(
    "key",
    [
        "-----BEGIN PRIVATE KEY-----\nMIIsecret\n-----END PRIVATE KEY-----\n",
        "MIIsecret",
        "\ud83dsecret",
        pem(generate_ec_key(SECP256R1())),
    ],
    ids=["broken", "bare", "no text", "of another kind"],
)
def test_a_key_that_cannot_be_read_is_said_to_be_so_and_not_shown(key: str) -> None:
    provider = Provider(a_key_file(private_key=key))
    error = refused(provider)
    assert error.verdict is Verdict.TERMINAL
    assert error.said == "the private key in its secret cannot be read"
    assert error.__cause__ is None
    assert provider.asked == []


def test_an_encrypted_key_is_one_that_cannot_be_read() -> None:
    locked = a_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x")).decode()
    assert "cannot be read" in refused(Provider(a_key_file(private_key=locked))).said


def test_a_word_that_is_not_believed_needs_a_person() -> None:
    provider = Provider(a_key_file())
    provider.instead = [Answer(status=400, headers={}, body=b'{"error": "invalid_grant"}')]
    assert "a person has to" in refused(provider).said
    assert len(provider.asked) == 1


def test_a_client_says_who_it_is_in_the_form() -> None:
    provider = Provider(CLIENT | {"shop": "acme"}, as_client=True)
    assert provider.credential() == "token-1"
    assert provider.forms() == [{"grant_type": "client_credentials", **CLIENT}]
    assert "Authorization" not in provider.asked[0][2]


@pytest.mark.parametrize("name", ["client_id", "client_secret"])
def test_a_client_that_is_not_set_is_said_to_be_so(name: str) -> None:
    provider = Provider(CLIENT | {name: ""}, as_client=True)
    assert refused(provider).said == f"its secret lacks {name}"


def test_no_secret_is_ever_told() -> None:
    grants = [
        client_grant("far", CLIENT),
        service_account_grant("far", a_key_file(), scope=SCOPE, audience=TOKEN_URL),
    ]
    told = " ".join(map(repr, [*grants, grants[1].assertion]))
    assert CLIENT["client_secret"] not in told
    assert "PRIVATE KEY" not in told


def test_a_token_goes_into_the_header_its_service_wants() -> None:
    locate = carrying("https://acme.example", Provider(CLIENT, as_client=True).credential, header="X-Access-Token")
    assert locate().url == "https://acme.example"
    assert locate().headers == {"X-Access-Token": "token-1"}
    assert "token-1" in locate(fresh=True).headers.values()
