"""Reports as Markdown."""

from shared.control.proxies.markdown import markdown_of, plain


def test_values_become_a_list_and_lines_a_table() -> None:
    report = {
        "total": 3,
        "by_severity": {"high": 1},
        "is_cut": False,
        "timeline": [{"time": "now", "message": "a|b"}, {"time": "then"}],
        "reasons": ["stale", "thin"],
    }
    assert markdown_of("What happened", report) == (
        "# What happened\n\n- total: 3\n- is cut: no\n\n"
        "## by severity\n\n- high: 1\n\n"
        "## timeline\n\n| time | message |\n| --- | --- |\n| now | a\\|b |\n| then | - |\n\n"
        "## reasons\n\n- stale\n- thin\n"
    )


def test_what_is_empty_says_so() -> None:
    assert markdown_of("x", {"a": {}, "b": []}) == "# x\n\n## a\n\nNone.\n\n## b\n\nNone.\n"


def test_nothing_of_a_text_is_taken_for_markdown() -> None:
    assert plain("<script>\n# [a](b) `c` *d*") == r"\<script\> \# \[a\](b) \`c\` \*d\*"
    assert (plain(None), plain(True), plain(False), plain(0)) == ("-", "yes", "no", "0")


def test_names_of_types_and_days_stay_as_they_are() -> None:
    assert "- listing.state\\_x: 1" in markdown_of("x", {"listing.state_x": 1})
    assert "- 2026-03-01: 2" in markdown_of("x", {"2026-03-01": 2})
