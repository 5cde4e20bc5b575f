"""AWS's signature by hand is the SDK's, byte for byte."""

from datetime import UTC, datetime
from unittest.mock import patch
from urllib.parse import quote

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as SdkCredentials
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.runtime.sigv4 import Credentials, Request, Scope, signed_headers

VISIBLE = st.characters(min_codepoint=33, max_codepoint=126)
NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,20}", fullmatch=True).map(lambda name: f"X-{name}")
VALUES = st.text(st.one_of(VISIBLE, st.just(" ")), max_size=40)
HEADERS = st.dictionaries(NAMES, VALUES, max_size=5).filter(
    lambda headers: (
        len({name.lower() for name in headers}) == len(headers)
        and not {name.lower() for name in headers} & {"x-amz-date", "x-amz-security-token", "x-amzn-trace-id"}
    )
)
HOSTS = st.sampled_from(["sqs.eu-west-2.amazonaws.com", "127.0.0.1:4566", "dynamodb.cn-north-1.amazonaws.com.cn"])
KEYS = st.text(VISIBLE, min_size=1, max_size=60)
MOMENTS = st.datetimes(min_value=datetime(1971, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


# Segments of dots are no names of anything; the SDK takes them out.
PATHS = st.lists(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/?#"), min_size=1), max_size=4
).map(lambda segments: "/" + "/".join(quote(one, safe="~") for one in segments if one.strip(".")))
REQUESTS = st.builds(Request, st.sampled_from(["POST", "PUT", "GET"]), HOSTS, PATHS, HEADERS, st.binary(max_size=200))
SCOPES = st.builds(Scope, st.sampled_from(["sqs", "dynamodb"]), st.sampled_from(["eu-west-2", "cn-north-1"]))


def of_the_sdk(request: Request, credentials: Credentials, scope: Scope, at: datetime) -> dict[str, str]:
    url = f"https://{request.host}{request.path}"
    asked = AWSRequest(request.method, url, headers=dict(request.headers), data=request.body)
    known = SdkCredentials(credentials.access_key, credentials.secret_key, credentials.session_token or None)
    with patch.object(botocore.auth, "get_current_datetime", lambda: at.replace(tzinfo=None)):
        botocore.auth.SigV4Auth(known, scope.service, scope.region).add_auth(asked)
    return {name.lower(): str(value) for name, value in asked.headers.items()}


@settings(max_examples=300)
@given(REQUESTS, st.builds(Credentials, KEYS, KEYS, st.one_of(st.just(""), KEYS)), SCOPES, MOMENTS)
def test_a_signature_by_hand_is_that_of_the_sdk(
    request: Request, credentials: Credentials, scope: Scope, at: datetime
) -> None:
    made = signed_headers(request, credentials, scope, at=at.timestamp())
    assert made.pop("Host") == request.host
    assert {name.lower(): value for name, value in made.items()} == of_the_sdk(request, credentials, scope, at)


def test_nobody_reads_a_key_in_a_log() -> None:
    assert repr(Credentials("AKIA", "a secret", "a token")) == "Credentials('AKIA', …)"
