"""The promises of the files, kept alike by those in memory and those in S3."""

from collections.abc import Iterator
from io import BytesIO
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import boto3
import httpx
import pytest
from botocore.config import Config
from moto import mock_aws

from shared.files.store import PART_BYTES, Files, MemoryFiles, S3Files
from shared.runtime.errors import NotFoundError
from tests.support.local_stack import LocalAws

SIGNED = Config(signature_version="s3v4", s3={"addressing_style": "virtual"})


@pytest.fixture
def in_process() -> Iterator[S3Files]:
    with mock_aws():
        client = boto3.client("s3", config=SIGNED)
        client.create_bucket(Bucket="files")
        yield S3Files(client, "files")


@pytest.fixture
def local(aws: LocalAws) -> S3Files:
    client = boto3.client("s3", endpoint_url=aws.endpoint_url, config=SIGNED)
    bucket = f"files-{uuid4().hex}"
    client.create_bucket(Bucket=bucket)
    return S3Files(client, bucket)


@pytest.fixture(params=["memory", "in_process", "local"])
def files(request: pytest.FixtureRequest) -> Files:
    if request.param == "memory":
        return MemoryFiles()
    kept: Files = request.getfixturevalue(request.param)
    return kept


def in_pieces(*sizes: int) -> Iterator[bytes]:
    return (bytes([number]) * size for number, size in enumerate(sizes))


def test_what_is_put_is_there_until_it_is_deleted(files: Files) -> None:
    files.put("photos/a b é.txt", b"hello", "text/plain")
    assert files.head("photos/a b é.txt") == (5, "text/plain")
    assert files.first_bytes("photos/a b é.txt", 100) == b"hello"
    files.delete("photos/a b é.txt")
    assert files.head("photos/a b é.txt") is None


def test_what_is_put_again_takes_the_place_of_the_old(files: Files) -> None:
    files.put("key", b"old", "text/plain")
    files.put("key", b"newer", "text/csv")
    assert files.head("key") == (5, "text/csv")


def test_the_first_bytes_are_as_many_as_there_are(files: Files) -> None:
    files.put("key", b"\x89PNG....", "image/png")
    files.put("empty", b"", "image/png")
    assert [files.first_bytes("key", n) for n in (1, 4, 8, 9)] == [b"\x89", b"\x89PNG", b"\x89PNG....", b"\x89PNG...."]
    assert files.first_bytes("empty", 4) == b""


def test_there_is_nothing_where_nothing_was_put(files: Files) -> None:
    assert files.head("nothing") is None
    with pytest.raises(NotFoundError):
        files.first_bytes("nothing", 4)
    files.delete("nothing")


@pytest.mark.parametrize(
    "sizes", [(), (0,), (10,), (PART_BYTES,), (PART_BYTES, 1), (PART_BYTES - 1, 2, PART_BYTES, 3), (3 * PART_BYTES,)]
)
def test_an_upload_is_all_of_its_chunks(files: Files, sizes: tuple[int, ...]) -> None:
    files.upload("table.csv", in_pieces(*sizes), "text/csv; charset=utf-8")
    assert files.head("table.csv") == (sum(sizes), "text/csv; charset=utf-8")
    if sum(sizes):
        assert files.first_bytes("table.csv", sum(sizes)) == b"".join(in_pieces(*sizes))


@pytest.mark.parametrize("content", [b"", b"hello", bytes(range(256)) * 10_000], ids=len)
def test_a_download_is_all_that_is_there(files: Files, content: bytes) -> None:
    files.put("snapshot.json", content, "application/json")
    to = BytesIO()
    assert files.download("snapshot.json", to)
    assert to.getvalue() == content


def test_there_is_nothing_to_download_where_nothing_was_put(files: Files) -> None:
    to = BytesIO()
    assert not files.download("nothing", to)
    assert to.getvalue() == b""


def broken_off() -> Iterator[bytes]:
    yield bytes(PART_BYTES)
    yield bytes(PART_BYTES)
    raise RuntimeError("the rest is lost")


def test_an_upload_that_breaks_off_leaves_what_was_there(files: Files) -> None:
    files.put("table.csv", b"old", "text/csv")
    with pytest.raises(RuntimeError):
        files.upload("table.csv", broken_off(), "text/csv")
    assert files.first_bytes("table.csv", 100) == b"old"


def test_an_upload_that_breaks_off_leaves_no_parts_behind(in_process: S3Files) -> None:
    with pytest.raises(RuntimeError):
        in_process.upload("table.csv", broken_off(), "text/csv")
    assert "Uploads" not in boto3.client("s3").list_multipart_uploads(Bucket="files")


def test_a_link_to_upload_is_signed_over_type_and_size_and_ends(in_process: S3Files) -> None:
    signed = parse_qs(urlsplit(in_process.upload_link("photo.jpg", "image/jpeg", 3, 60)).query)
    assert signed["X-Amz-SignedHeaders"] == ["content-length;content-type;host"]
    assert signed["X-Amz-Expires"] == ["60"]


def test_a_link_to_upload_what_is_of_any_size_is_signed_over_its_type(in_process: S3Files) -> None:
    signed = parse_qs(urlsplit(in_process.upload_link("photo.jpg", "image/jpeg", None, 60)).query)
    assert signed["X-Amz-SignedHeaders"] == ["content-type;host"]


def test_a_link_leads_to_the_content_under_the_name_it_is_saved_by(local: S3Files) -> None:
    local.put("reports/a b é.csv", "ü".encode(), "text/csv; charset=utf-8")
    plain, named = local.link("reports/a b é.csv", 60), local.link("reports/a b é.csv", 60, "listings.csv")
    assert httpx.get(plain, trust_env=False).text == "ü"
    answer = httpx.get(named, trust_env=False)
    assert (answer.text, answer.headers["Content-Type"]) == ("ü", "text/csv; charset=utf-8")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="listings.csv"'


@pytest.mark.parametrize(
    ("content", "content_type", "status"),
    [(b"abc", "image/jpeg", 200), (b"abcd", "image/jpeg", 403), (b"abc", "text/html", 403)],
)
def test_a_link_to_upload_takes_what_it_was_made_for(
    local: S3Files, content: bytes, content_type: str, status: int
) -> None:
    link = local.upload_link("photo.jpg", "image/jpeg", 3, 60)
    answer = httpx.put(link, content=content, headers={"Content-Type": content_type}, trust_env=False)
    assert answer.status_code == status
    assert local.head("photo.jpg") == ((3, "image/jpeg") if status == 200 else None)
