"""Files in memory, and how content is cut into parts that S3 takes."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.files.store import PART_BYTES, MemoryFiles, _parts, attachment
from shared.runtime.errors import NotFoundError

MB = 1024 * 1024


def test_what_is_put_is_there_until_it_is_deleted() -> None:
    files = MemoryFiles()
    files.put("a/b.txt", b"hello", "text/plain")
    assert (files.head("a/b.txt"), files.first_bytes("a/b.txt", 2)) == ((5, "text/plain"), b"he")
    files.delete("a/b.txt")
    files.delete("a/b.txt")
    assert files.head("a/b.txt") is None
    with pytest.raises(NotFoundError):
        files.first_bytes("a/b.txt", 2)


def test_an_upload_that_breaks_off_leaves_what_was_there() -> None:
    def broken() -> Iterator[bytes]:
        yield b"new"
        raise RuntimeError("the rest is lost")

    files = MemoryFiles()
    files.put("key", b"old", "text/plain")
    with pytest.raises(RuntimeError):
        files.upload("key", broken(), "text/csv")
    assert files.first_bytes("key", 100) == b"old"


def test_a_link_says_what_it_would_allow() -> None:
    files = MemoryFiles()
    assert files.link("a b", 60) != files.link("a b", 60, "a.txt")
    assert "content_type=image%2Fpng&size=7" in files.upload_link("a b", "image/png", 7, 60)
    assert "content_type=image%2Fpng&size=any" in files.upload_link("a b", "image/png", None, 60)


def test_a_file_to_be_saved_has_the_name_it_is_saved_under() -> None:
    assert attachment("listings-2026-03-01.csv") == 'attachment; filename="listings-2026-03-01.csv"'


@pytest.mark.parametrize(
    ("chunks", "parts"),
    [
        ([], [0]),
        ([0], [0]),
        ([1, 2, 3], [6]),
        ([5 * MB], [5 * MB]),
        ([5 * MB, 1], [5 * MB, 1]),
        ([4 * MB, 4 * MB, 4 * MB], [8 * MB, 4 * MB]),
        ([12 * MB, 0, 5 * MB], [12 * MB, 5 * MB]),
    ],
    ids=str,
)
def test_only_the_last_part_is_small_and_there_is_always_one(chunks: list[int], parts: list[int]) -> None:
    assert [len(part) for part in _parts(bytes(size) for size in chunks)] == parts


@given(st.lists(st.integers(0, 2 * PART_BYTES), max_size=4))
def test_parts_are_all_of_the_content_in_its_order(sizes: list[int]) -> None:
    chunks = [bytes([number]) * size for number, size in enumerate(sizes)]
    parts = list(_parts(chunks))
    assert b"".join(parts) == b"".join(chunks)
    assert all(len(part) >= PART_BYTES for part in parts[:-1])
