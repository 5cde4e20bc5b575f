"""AWS's Signature Version 4, for functions that have no time to load the SDK.

Source: docs.aws.amazon.com, IAM User Guide, "Create a signed AWS API request". For requests without a query, which is
what the JSON protocols of DynamoDB and SQS speak.
"""

import hashlib
import hmac
import time
from collections.abc import Mapping
from typing import Final, NamedTuple
from urllib.parse import quote

_ALGORITHM: Final = "AWS4-HMAC-SHA256"


class Credentials(NamedTuple):
    access_key: str
    secret_key: str
    session_token: str = ""

    def __repr__(self) -> str:
        return f"Credentials({self.access_key!r}, …)"


class Request(NamedTuple):
    """`host` is as the header says it, with its port where that is not the usual one; `path` as it is sent, quoted.

    The path has no segments of dots.
    """

    method: str
    host: str
    path: str
    headers: Mapping[str, str]
    body: bytes


class Scope(NamedTuple):
    service: str
    region: str


def signed_headers(request: Request, credentials: Credentials, scope: Scope, *, at: float) -> dict[str, str]:
    """The headers of the request with those that prove who asks; `at` in seconds since 1970."""
    moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(at))
    headers = {**request.headers, "Host": request.host, "X-Amz-Date": moment}
    if credentials.session_token:
        headers["X-Amz-Security-Token"] = credentials.session_token
    canonical = {name.lower(): " ".join(value.split()) for name, value in sorted(headers.items(), key=_by_name)}
    names = ";".join(canonical)
    request_hash = hashlib.sha256(_canonical_request(request, canonical, names).encode()).hexdigest()
    place = f"{moment[:8]}/{scope.region}/{scope.service}/aws4_request"
    proof = hmac.digest(
        _key(credentials, place), f"{_ALGORITHM}\n{moment}\n{place}\n{request_hash}".encode(), "sha256"
    ).hex()
    headers["Authorization"] = (
        f"{_ALGORITHM} Credential={credentials.access_key}/{place}, SignedHeaders={names}, Signature={proof}"
    )
    return headers


def _by_name(header: tuple[str, str]) -> str:
    return header[0].lower()


def _canonical_request(request: Request, headers: Mapping[str, str], names: str) -> str:
    lines = [request.method, quote(request.path, safe="/-_.~"), ""]  # quoted once more: only S3 does without
    lines += [f"{name}:{value}" for name, value in headers.items()]
    return "\n".join([*lines, "", names, hashlib.sha256(request.body).hexdigest()])


def _key(credentials: Credentials, place: str) -> bytes:
    key = f"AWS4{credentials.secret_key}".encode()
    for part in place.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key
