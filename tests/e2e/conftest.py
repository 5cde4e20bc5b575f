"""The real template, deployed to the local AWS of the suite, with IAM enforced, and the services around it."""

from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest

from scripts.stack import Stack, environment
from shared.listings.listing import listing_id as id_of
from tests.stand_ins.client import StandIns
from tests.stand_ins.discord_client import Somebody
from tests.support.api import Api
from tests.support.builders import a_job, a_match
from tests.support.cloud import SINKS, Cloud
from tests.support.command import switchyard
from tests.support.ends import FOR_EVER
from tests.support.life import Lives
from tests.support.local_stack import LocalAws, deployed_stack
from tests.support.posting import Posting

MakeKey = Callable[..., str]


@pytest.fixture(scope="session")
def stack(aws: LocalAws) -> Stack:
    """Nobody is shown cards, of listings or of claims, unless a test asks for them."""
    known = deployed_stack(aws)
    for rule in ("CardRule", "QuestionRule"):
        Cloud(known).listen(rule, on=False)
    return known


@pytest.fixture
def _in_stack(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """boto3 in the test leads to the stack."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", stack.aws_endpoint_url)


@pytest.fixture(scope="session")
def api(stack: Stack) -> Iterator[Api]:
    """Nothing happens to listings by itself, unless a test asks for the services around."""
    caller = Api(stack)
    caller.decide(automatic=False)
    yield caller
    caller.http.close()


@pytest.fixture
def cloud(stack: Stack, _in_stack: None) -> Cloud:
    return Cloud(stack)


@pytest.fixture
def services(api: Api, cloud: Cloud) -> Iterator[StandIns]:
    """The services around, as new; sellers are written to by themselves. In the end, all they were sent was right."""
    around = StandIns(api.stack.stand_ins)
    cloud.settle()  # what other tests have found, is not to be messaged now
    around.reset()
    around.set("discord", patience=FOR_EVER)  # how soon an answer comes is for benchmarks
    api.decide(automatic=True)
    yield around
    api.decide(automatic=False)
    cloud.settle()
    violations = around.violations()
    around.reset()
    assert violations == []


@pytest.fixture
def cards(cloud: Cloud, services: StandIns) -> Iterator[None]:
    """Listings are shown as cards."""
    cloud.listen("CardRule", on=True)
    yield
    cloud.listen("CardRule", on=False)


@pytest.fixture
def questions(cloud: Cloud, services: StandIns) -> Iterator[None]:
    """People are asked in Discord what claims wait for."""
    cloud.listen("QuestionRule", on=True)
    yield
    cloud.listen("QuestionRule", on=False)


@pytest.fixture
def operator(services: StandIns) -> Somebody:
    """On Discord, in the channel of operations."""
    return Somebody(services, "operator")


@pytest.fixture
def lives(api: Api, services: StandIns) -> Lives:
    return Lives(api, services)


@pytest.fixture
def posting(api: Api, cloud: Cloud, services: StandIns) -> Iterator[Posting]:
    """All sinks are served; by new processes where the providers give tokens, which they have forgotten."""
    cloud.restart(*(SINKS[sink][2] for sink in ("google-calendar", "shopify")))
    yield Posting(api, services)
    for sink in api.call("GET", "/admin/sinks").json()["sinks"]:
        if sink["paused"]:
            api.call("POST", f"/admin/sinks/{sink['name']}/resume").raise_for_status()


@pytest.fixture(scope="session")
def make_key(stack: Stack) -> MakeKey:
    """Keys made as people make them: with the command."""
    command = ("--stack", stack.stack_name, "keys", "create", "--name", "test")
    return lambda *arguments: switchyard(environment(stack), *command, *arguments)


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
