"""What strangers wrote, as it is shown."""

import pytest

from shared.discord.answers import link, shown, shown_lines


@pytest.mark.parametrize("sign", [chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))])
def test_nothing_turns_the_direction_of_what_follows(sign: str) -> None:
    assert shown(f"Leica {sign}M6") == shown_lines(f"Leica {sign}M6") == "Leica M6"


def test_letters_that_are_written_from_the_right_stay() -> None:
    assert shown("מצלמה Leica") == "מצלמה Leica"


def test_a_label_cannot_end_its_link() -> None:
    assert link("a](https://evil.example) b", "https://market.example/1") == (
        "[a)(https://evil.example) b](https://market.example/1)"
    )


@pytest.mark.parametrize("url", [None, "", "javascript:alert(1)", "https://x.example/a b", "https://x.example/)("])
def test_an_address_that_may_not_be_followed_is_left_out(url: str | None) -> None:
    assert link("Leica", url) == "Leica"
