"""The environment by name: what is not set is said, unless there is something to go on with."""

import pytest

from shared.runtime.environment import variable


def test_a_variable_is_what_is_set_or_what_there_is_to_go_on_with(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_SETTING", "1")
    assert (variable("A_SETTING"), variable("A_SETTING", "2")) == ("1", "1")
    monkeypatch.setenv("A_SETTING", "")
    assert variable("A_SETTING", "2") == ""
    monkeypatch.delenv("A_SETTING")
    assert variable("A_SETTING", "2") == "2"


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("A_SETTING", raising=False)
    with pytest.raises(KeyError, match="A_SETTING"):
        variable("A_SETTING")
