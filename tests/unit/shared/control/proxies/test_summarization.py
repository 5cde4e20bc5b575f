"""Summaries on request: by the policy of the analyzer, or of the text's own sentences and without any."""

from typing import Any

import pytest

from shared.control.proxies.contracts import SuggestIn
from shared.control.proxies.keywords import MOST
from shared.control.proxies.summarization import suggest
from shared.runtime.errors import BadAnswerError, DependencyError, ForbiddenError, InvalidInputError
from shared.runtime.http import NoAnswerError
from tests.support.proxied import CAUSE, Far, a_guard, an_answer

ALLOWED = {"sensitive": True, "allowed_models": ["bedrock", "ollama"], "suggestion": "use these"}
RESULT = {"summaries": {"bedrock": "short"}, "analysis": {}}
TEXT = "Orders are sent by courier. The courier is fast. Tea is hot."
LIST = "https://words.example/list.txt"


def asked(far: Far | None, **said: Any) -> dict[str, Any]:
    guard = said.pop("guard", a_guard())
    return suggest(SuggestIn(content=TEXT, **said), CAUSE, analyzer=far.service if far else None, guard=guard)


def test_the_policy_says_which_models_see_the_text() -> None:
    far = Far("secure-analyzer", ALLOWED, RESULT)
    assert asked(far, keywords=["client name"]) == {
        "method": "secure-analyzer",
        "policy_checked": True,
        "policy_override": False,
        "suggestion": ALLOWED,
        "providers_used": [{"name": "bedrock"}, {"name": "ollama"}],
        "result": RESULT,
    }
    text = {"content": TEXT, "keywords": ["client name"]}
    assert far.asked(0) == ("POST", "/suggest", text)
    providers = [{"name": "bedrock"}, {"name": "ollama"}]
    assert far.asked(1) == ("POST", "/summarize", text | {"providers": providers, "override_policy": False})


def test_who_overrides_the_policy_leaves_the_choice_to_the_service() -> None:
    far = Far("secure-analyzer", ALLOWED | {"allowed_models": []}, RESULT)
    made = asked(far, override_policy=True)
    assert (made["policy_override"], made["providers_used"]) == (True, None)
    _, _, body = far.asked(1)
    assert (body["providers"], body["override_policy"], body["keywords"]) == (None, True, None)


def test_where_no_model_may_see_the_text_none_does() -> None:
    far = Far("secure-analyzer", ALLOWED | {"allowed_models": []})
    with pytest.raises(ForbiddenError):
        asked(far)
    assert len(far.calls) == 1


@pytest.mark.parametrize("models", [None, "ollama", [1], [""], {"ollama": True}])
def test_what_is_no_list_of_models_lets_nothing_through(models: Any) -> None:
    far = Far("secure-analyzer", ALLOWED | {"allowed_models": models})
    with pytest.raises(BadAnswerError, match="not a suggestion"):
        asked(far)
    assert len(far.calls) == 1


def test_what_stands_in_for_a_summary_is_none() -> None:
    far = Far("secure-analyzer", ALLOWED, {"summary": "Fallback mock summary: x", "provider_used": "fallback"})
    with pytest.raises(BadAnswerError, match="made no summary"):
        asked(far)


@pytest.mark.parametrize("said", [NoAnswerError("did not answer in time"), an_answer(500), an_answer(200, b"x")])
def test_where_the_analyzer_fails_nothing_is_made_instead(said: Any) -> None:
    with pytest.raises(DependencyError, match="secure-analyzer"):
        asked(Far("secure-analyzer", said))
    with pytest.raises(DependencyError, match="secure-analyzer"):
        asked(Far("secure-analyzer", ALLOWED, said))


def test_without_an_analyzer_the_summary_is_of_the_texts_own_sentences() -> None:
    made = asked(None, keywords=["tea"], override_policy=True)
    assert (made["method"], made["policy_checked"], made["policy_override"]) == ("extractive", False, False)
    assert (made["suggestion"], made["providers_used"]) == (None, None)
    assert made["hints"] == {"keyword: tea": 1}
    assert made["result"]["summary"] in TEXT
    assert (made["result"]["sentences"], made["result"]["of_sentences"]) == (1, 3)
    assert "courier" in made["result"]["keywords"]


def test_keywords_of_a_document_are_read_by_us_and_handed_on_with_the_others() -> None:
    words = Far("words", an_answer(200, "\ufeffacme, tea;\r\n hot \n\ntea".encode()))
    far = Far("secure-analyzer", ALLOWED, RESULT)
    asked(far, keywords=["client"], keyword_document=LIST, guard=a_guard(words.send))
    _, _, body = far.asked(0)
    assert body == {"content": TEXT, "keywords": ["client", "acme", "tea", "hot"]}
    assert words.calls[0][0] == LIST


@pytest.mark.parametrize(
    ("url", "leads_to", "words"),
    [
        ("http://words.example/x", ["93.184.216.34"], "keyword_document: the URL has to begin with https"),
        ("https://words.example/x", ["10.0.0.1"], "keyword_document: the URL leads to an address"),
        ("https://user:key@words.example/", ["93.184.216.34"], "keyword_document: the URL has a user"),
        ("no address", ["93.184.216.34"], "keyword_document: the URL is not one"),
    ],
)
def test_a_keyword_document_that_may_not_be_read_is_refused(url: str, leads_to: list[str], words: str) -> None:
    far = Far("words", {})
    with pytest.raises(InvalidInputError, match=words):
        asked(None, keyword_document=url, guard=a_guard(far.send, leads_to=leads_to))
    assert far.calls == []


@pytest.mark.parametrize(
    ("said", "error"),
    [
        (an_answer(404), BadAnswerError),
        (an_answer(200, b"\xff\xfe"), BadAnswerError),
        (an_answer(200, "\n".join(map(str, range(MOST + 1))).encode()), InvalidInputError),
        (an_answer(200, b"x" * 201), InvalidInputError),
        (NoAnswerError("answered more than is read"), DependencyError),
    ],
)
def test_a_keyword_document_that_is_none_is_an_error(said: Any, error: type[Exception]) -> None:
    far = Far("words", said)
    with pytest.raises(error, match="keyword_document"):
        asked(None, keyword_document=LIST, guard=a_guard(far.send))
