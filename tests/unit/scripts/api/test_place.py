"""Where the API is and who asks: the command line goes before the environment, and that before the local stack."""

from argparse import Namespace

import pytest

from scripts import stack
from scripts.api.place import CalledWronglyError, Place, place_of

LOCAL = stack.Stack(
    api_url="http://127.0.0.1:4566/local",
    aws_endpoint_url="",
    region="",
    stack_name="",
    outputs={},
    keys={"operator": "the operator's", "admin": "the admin's"},
    webhook_secrets={},
    stand_ins={},
)


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SWITCHYARD_API", "SWITCHYARD_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(stack, "read", lambda: LOCAL)
    monkeypatch.setattr(stack, "outputs", lambda name: {"ApiUrl": f"https://{name}.example/prod/"})


def options(api: str | None = None, stack: str | None = None) -> Namespace:
    return Namespace(api=api, stack=stack)


def test_without_a_word_it_is_the_local_stack_and_a_key_of_that() -> None:
    assert place_of(options()) == Place(url=LOCAL.api_url, key="the operator's")
    assert place_of(options(), with_role="admin").key == "the admin's"


def test_the_environment_and_the_command_line_say_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SWITCHYARD_KEY", "mine")
    assert place_of(options()) == Place(url=LOCAL.api_url, key="mine")
    assert place_of(options(stack="shop")) == Place(url="https://shop.example/prod", key="mine")
    monkeypatch.setenv("SWITCHYARD_API", "https://a.example/")
    assert place_of(options(stack="shop")) == Place(url="https://a.example", key="mine")
    assert place_of(options(api="https://b.example")) == Place(url="https://b.example", key="mine")


def test_the_key_of_one_place_is_not_shown_to_another() -> None:
    for elsewhere in (options(api="https://b.example"), options(stack="shop")):
        with pytest.raises(CalledWronglyError, match="with whose key"):
            place_of(elsewhere)
        assert place_of(elsewhere, needs_key=False).key == ""


def test_where_there_is_nothing_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stack, "read", lambda: None)
    with pytest.raises(CalledWronglyError, match="where"):
        place_of(options())
    monkeypatch.setattr(stack, "outputs", lambda _: {})
    with pytest.raises(CalledWronglyError, match="the address of shop cannot be asked for"):
        place_of(options(stack="shop"))


def test_a_place_keeps_its_key_to_itself() -> None:
    assert "the operator's" not in repr(place_of(options()))
