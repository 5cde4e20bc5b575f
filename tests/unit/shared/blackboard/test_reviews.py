"""What the payload of a Review says, and that of a Question."""

import pytest

from shared.blackboard.reviews import approves, feedback_in, is_for_people, question_in


@pytest.mark.parametrize(
    "payload", ["{}", "[]", " {} ", '{"status": "approved"}', '{"status": "approved", "feedback": "well done"}']
)
def test_these_approve(payload: str) -> None:
    assert approves(payload)


@pytest.mark.parametrize(
    "payload",
    [
        "",
        "no",
        "approved",
        "null",
        "0",
        "0.0",
        "false",
        '""',
        '"approved"',
        '{"status": "rejected"}',
        '{"status": "Approved"}',
        '{"status": true}',
        '{"status": null}',
        '{"status": ["approved"]}',
        '{"feedback": "shorter"}',
        '["approved"]',
        "[[]]",
        "{",
        "NaN",
        "[" * 100_000,
        "1" * 5_000,
    ],
)
def test_all_else_sends_the_work_back(payload: str) -> None:
    assert not approves(payload)


@pytest.mark.parametrize(
    ("payload", "feedback"),
    [
        ("make it\n shorter", "make it shorter"),
        ('{"status": "rejected", "feedback": "shorter"}', "shorter"),
        ('{"reason": "too long"}', "too long"),
        ('{"comment": "ü"}', "ü"),
        ('{"feedback": {"line": 3}}', '{"line": 3}'),
        ('{"feedback": "", "message": "no"}', "no"),
        ('["a", "b"]', '["a", "b"]'),
        ('{"status": "rejected"}', '{"status": "rejected"}'),
        ('{"feedback": "half \\ud800 of it\\u0000"}', "half of it"),
    ],
)
def test_feedback_is_one_line_that_can_be_kept(payload: str, feedback: str) -> None:
    assert feedback_in(payload) == feedback
    feedback_in(payload).encode()


def test_feedback_and_questions_are_cut_where_they_are_long() -> None:
    assert len(feedback_in("x" * 1_000)) == 200
    assert len(question_in("x" * 5_000)) == 1_000


@pytest.mark.parametrize(
    ("payload", "is_for"),
    [
        ('{"routing": "human"}', True),
        ('{"question_text": "Which?", "routing": "human", "target_artefact_id": "x"}', True),
        ('{"routing": "agent"}', False),
        ('{"routing": ["human"]}', False),
        ('["human"]', False),
        ('"human"', False),
        ("human", False),
        ("", False),
        ("[" * 100_000, False),
    ],
)
def test_a_question_says_whether_it_is_for_people(payload: str, is_for: bool) -> None:
    assert is_for_people(payload) == is_for


@pytest.mark.parametrize(
    ("payload", "question"),
    [
        ('{"question_text": "Which\\none?"}', "Which one?"),
        ("Which one?", "Which one?"),
        ('{"question_text": ""}', '{"question_text": ""}'),
        ('{"question_text": 7}', '{"question_text": 7}'),
        ('{"question_text": "half \\udfff"}', "half"),
        ("", ""),
    ],
)
def test_the_text_of_a_question_is_one_line(payload: str, question: str) -> None:
    assert question_in(payload) == question
