"""How good documents are: each row of the table, and what all rows come to."""

from datetime import timedelta
from typing import Any

import pytest

from shared.control.proxies.quality import BEST, Judged, Looked, Others, judge, worst_first
from tests.support.proxied import a_document

GOOD = "# How we ship\n\n" + "We ship with care, every day of the week but one. " * 10


def judged(content: str = GOOD, *, age: float = 2, others: Others | None = None, **known: Any) -> Judged:
    document = a_document(content=content, **known)
    return judge(
        Looked(
            document=document,
            content=content,
            others=others or Others.of([document]),
            age=timedelta(days=age),
            stale_after=timedelta(days=180),
        )
    )


def test_a_good_document_loses_nothing() -> None:
    assert (judged().score, judged().reasons, judged().is_flagged) == (BEST, (), False)


@pytest.mark.parametrize(
    ("content", "known", "score", "reason"),
    [
        (GOOD, {"age": 181}, 70, "stale: not changed for 181 days"),
        ("short", {}, 75, "thin: 5 characters"),
        (GOOD, {"title": " "}, 80, "untitled"),
        (GOOD + "[a](#gone)", {}, 85, "anchors lead nowhere: gone"),
        (
            GOOD + "[a](gone.md)",
            {"url": "https://x.example/a.md"},
            85,
            "links lead to documents that are not kept: gone.md",
        ),
        ("long " * 1_000, {}, 90, "headings: it is long and has none"),
        ("# x\n" + "long " * 50_000, {}, 90, "huge: 250004 characters"),
    ],
)
def test_each_thing_that_is_wrong_costs_its_points(
    content: str, known: dict[str, Any], score: int, reason: str
) -> None:
    found = judged(content, **known)
    assert (found.score, found.reasons) == (score, (reason,))


def test_what_is_no_prose_needs_no_headings() -> None:
    assert judged("{" * 5_000, is_prose=False).reasons == ()


def test_copies_and_shared_titles_are_seen_among_the_others() -> None:
    one, copy, namesake = a_document("a", GOOD), a_document("b", GOOD), a_document("c", "other")
    assert judged(others=Others.of([one, copy])).reasons == ("duplicate: another has the same content",)
    assert judged(others=Others.of([one, namesake])).reasons == ("title: another has the same",)
    assert judged(others=Others.of([one, namesake]), title="README").reasons == ()


def test_many_broken_links_are_named_in_part() -> None:
    (reason,) = judged(GOOD + "".join(f"[x](#gone-{number})" for number in range(8))).reasons
    assert reason.endswith("gone-4 and 3 more")


def test_a_document_may_lose_all_but_never_more() -> None:
    worst = judged(
        "[a](#b) [c](d.md)",
        age=900,
        title="",
        url="https://x.example/a.md",
        others=Others.of([a_document("a", "[a](#b) [c](d.md)")] * 2),
    )
    assert worst.score == 0
    assert worst.is_flagged
    assert len(worst.reasons) == 6


def test_the_worst_come_first_and_are_told_with_their_reasons() -> None:
    found = worst_first([judged(), judged("short", id="z"), judged("short", id="a")])
    assert [one.document.id for one in found] == ["a", "z", "github:acme/shop:README.md"]
    assert found[0].told() == {"id": "a", "title": "How we ship", "score": 75, "reasons": ["thin: 5 characters"]}
