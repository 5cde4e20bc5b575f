"""When S3 is unwell the files say so, in their own words; when we are wrong, they do not."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.response import StreamingBody
from botocore.stub import ANY, Stubber
from urllib3.exceptions import ProtocolError

from shared.files.store import S3Files
from shared.runtime.errors import DependencyError

PLACE = {"Bucket": "files", "Key": "key"}
UPLOAD = {**PLACE, "UploadId": "1"}


@pytest.fixture
def stubbed() -> Iterator[Any]:
    client = boto3.client("s3")
    with Stubber(client) as stubber:
        yield S3Files(client, "files"), stubber
        stubber.assert_no_pending_responses()


def test_an_unwell_store_is_a_dependency_that_failed(stubbed: Any) -> None:
    files, stubber = stubbed
    stubber.add_client_error("put_object", "ServiceUnavailable", http_status_code=503)
    with pytest.raises(DependencyError):
        files.put("key", b"", "text/plain")


@pytest.mark.parametrize("code", ["403", "AccessDenied"])
def test_a_call_that_is_wrong_is_not_taken_for_a_file_that_is_not_there(stubbed: Any, code: str) -> None:
    files, stubber = stubbed
    stubber.add_client_error("head_object", code, http_status_code=403)
    stubber.add_client_error("get_object", code, http_status_code=403)
    with pytest.raises(ClientError):
        files.head("key")
    stubber.add_client_error("get_object", code, http_status_code=403)
    with pytest.raises(ClientError):
        files.first_bytes("key", 1)
    with pytest.raises(ClientError):
        files.download("key", BytesIO())


class BrokenOff(BytesIO):
    """Ends in the middle, as a connection does."""

    def read(self, *_: object) -> bytes:
        raise ProtocolError("Connection broken")


def test_a_download_that_breaks_off_is_a_dependency_that_failed(stubbed: Any) -> None:
    files, stubber = stubbed
    stubber.add_response("get_object", {"Body": StreamingBody(BrokenOff(), 10)}, PLACE)
    with pytest.raises(DependencyError):
        files.download("key", BytesIO())


def started(stubber: Stubber) -> None:
    stubber.add_response("create_multipart_upload", {"UploadId": "1"}, {**PLACE, "ContentType": "text/csv"})


@pytest.mark.parametrize("abort_fails", [False, True])
def test_an_upload_whose_part_is_not_taken_is_aborted_and_says_why(stubbed: Any, abort_fails: bool) -> None:
    files, stubber = stubbed
    started(stubber)
    stubber.add_client_error("upload_part", "ServiceUnavailable", http_status_code=503)
    if abort_fails:
        stubber.add_client_error("abort_multipart_upload", "ServiceUnavailable", http_status_code=503)
    else:
        stubber.add_response("abort_multipart_upload", {}, UPLOAD)
    with pytest.raises(DependencyError):
        files.upload("key", [b"x"], "text/csv")


def test_an_upload_that_cannot_be_completed_is_aborted(stubbed: Any) -> None:
    files, stubber = stubbed
    started(stubber)
    stubber.add_response("upload_part", {"ETag": "e"}, {**UPLOAD, "PartNumber": 1, "Body": ANY})
    stubber.add_client_error("complete_multipart_upload", "ServiceUnavailable", http_status_code=503)
    stubber.add_response("abort_multipart_upload", {}, UPLOAD)
    with pytest.raises(DependencyError):
        files.upload("key", [b"x"], "text/csv")


def test_an_upload_that_cannot_be_started_has_nothing_to_abort(stubbed: Any) -> None:
    files, stubber = stubbed
    stubber.add_client_error("create_multipart_upload", "ServiceUnavailable", http_status_code=503)
    with pytest.raises(DependencyError):
        files.upload("key", [b"x"], "text/csv")
