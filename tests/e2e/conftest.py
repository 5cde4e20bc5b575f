"""The real template, deployed to the local AWS of the suite, with IAM enforced."""

from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest

from scripts.stack import Stack
from shared.listings.listing import listing_id as id_of
from tests.support.api import Api
from tests.support.builders import a_job, a_match
from tests.support.local_stack import LocalAws, deployed_stack


@pytest.fixture(scope="session")
def stack(aws: LocalAws) -> Stack:
    return deployed_stack(aws)


@pytest.fixture
def _in_stack(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """boto3 in the test leads to the stack."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", stack.aws_endpoint_url)


@pytest.fixture(scope="session")
def api(stack: Stack) -> Iterator[Api]:
    caller = Api(stack)
    yield caller
    caller.http.close()


@pytest.fixture
def new_url() -> Callable[[], str]:
    """Addresses that no test has used before."""
    return lambda: f"https://market.example/item/{uuid4().hex}"


@pytest.fixture
def listing_id(api: Api, new_url: Callable[[], str]) -> str:
    """A listing of its own in FOUND, as a scraper's report makes one."""
    url = new_url()
    assert api.report(a_job(a_match(url))).json()["created_listings"] == 1
    return id_of(url)
