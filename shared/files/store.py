"""Files by key: in an S3 bucket or in memory, with links that let others read or write one of them for a while."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, suppress
from typing import IO, TYPE_CHECKING, Any, Final, Protocol
from urllib.parse import quote, urlencode

from botocore.exceptions import BotoCoreError, ClientError

from shared.runtime.aws import asking
from shared.runtime.errors import NotFoundError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_CHUNK_BYTES: Final = 1024 * 1024
PART_BYTES: Final = 5 * 1024 * 1024  # S3 takes no smaller part, but for the last
# Without s3:ListBucket S3 says 403 of a key that is not there, and we do not guess: it rises.
_ABSENT: Final = frozenset({"404", "NoSuchKey"})
_EMPTY: Final = "InvalidRange"


class Files(Protocol):
    """Content under a key. Every method may raise DependencyError when the store is unwell."""

    def put(self, key: str, content: bytes, content_type: str) -> None:
        """In the place of what is there."""

    def upload(self, key: str, chunks: Iterable[bytes], content_type: str) -> None:
        """Content that comes bit by bit, in bits of any size. There is all of it in the end, or nothing new."""

    def link(self, key: str, seconds: int, filename: str | None = None) -> str:
        """An address from which anybody can GET the content for so long.

        With a filename (letters, digits, dots, dashes) browsers save it under that name.
        """

    def upload_link(self, key: str, content_type: str, size: int | None, seconds: int) -> str:
        """An address to which anybody can PUT content of just this type and so many bytes, for so long.

        Where the size is None, of any: who takes it from there looks at it.
        """

    def head(self, key: str) -> tuple[int, str] | None:
        """Bytes and content type; None where there is nothing."""

    def first_bytes(self, key: str, n: int) -> bytes:
        """At most `n`, which is at least 1. Raises NotFoundError."""

    def download(self, key: str, to: IO[bytes]) -> bool:
        """Bit by bit; false where there is nothing."""

    def delete(self, key: str) -> None:
        """It is gone, if it was there."""


class S3Files:
    """The client must sign with version 4 (`s3v4`): older signatures say nothing of the size."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, key: str, content: bytes, content_type: str) -> None:
        with asking("the file store"):
            self._client.put_object(Bucket=self._bucket, Key=key, Body=content, ContentType=content_type)

    def upload(self, key: str, chunks: Iterable[bytes], content_type: str) -> None:
        place: dict[str, Any] = {"Bucket": self._bucket, "Key": key}
        with asking("the file store"):
            place["UploadId"] = self._client.create_multipart_upload(**place, ContentType=content_type)["UploadId"]
        with ExitStack() as undoing:
            undoing.callback(self._abort, place)
            parts = [self._upload_part(place, number, part) for number, part in enumerate(_parts(chunks), start=1)]
            with asking("the file store"):
                self._client.complete_multipart_upload(**place, MultipartUpload={"Parts": parts})
            undoing.pop_all()

    def _upload_part(self, place: dict[str, Any], number: int, part: bytes) -> Any:
        with asking("the file store"):
            answer = self._client.upload_part(**place, PartNumber=number, Body=part)
        return {"PartNumber": number, "ETag": answer["ETag"]}

    def _abort(self, place: dict[str, Any]) -> None:
        """What went wrong before is what the caller should hear; the bucket sweeps up after a day."""
        with suppress(ClientError, BotoCoreError):
            self._client.abort_multipart_upload(**place)

    def link(self, key: str, seconds: int, filename: str | None = None) -> str:
        wanted = {"Bucket": self._bucket, "Key": key}
        if filename:
            wanted["ResponseContentDisposition"] = attachment(filename)
        return self._client.generate_presigned_url("get_object", Params=wanted, ExpiresIn=seconds)

    def upload_link(self, key: str, content_type: str, size: int | None, seconds: int) -> str:
        allowed: dict[str, Any] = {"Bucket": self._bucket, "Key": key, "ContentType": content_type}
        if size is not None:
            allowed["ContentLength"] = size
        return self._client.generate_presigned_url("put_object", Params=allowed, ExpiresIn=seconds)

    def head(self, key: str) -> tuple[int, str] | None:
        try:
            with asking("the file store"):
                answer = self._client.head_object(Bucket=self._bucket, Key=key)
        except ClientError as error:
            if _code(error) in _ABSENT:
                return None
            raise
        return answer["ContentLength"], answer["ContentType"]

    def first_bytes(self, key: str, n: int) -> bytes:
        try:
            with asking("the file store"):
                answer = self._client.get_object(Bucket=self._bucket, Key=key, Range=f"bytes=0-{n - 1}")
                return answer["Body"].read()
        except ClientError as error:
            if _code(error) == _EMPTY:
                return b""
            if _code(error) in _ABSENT:
                raise NotFoundError(f"there is no file {key}") from error
            raise

    def download(self, key: str, to: IO[bytes]) -> bool:
        try:
            with asking("the file store"):
                answer = self._client.get_object(Bucket=self._bucket, Key=key)
                for chunk in answer["Body"].iter_chunks(_CHUNK_BYTES):
                    to.write(chunk)
        except ClientError as error:
            if _code(error) in _ABSENT:
                return False
            raise
        return True

    def delete(self, key: str) -> None:
        with asking("the file store"):
            self._client.delete_object(Bucket=self._bucket, Key=key)


class MemoryFiles:
    def __init__(self) -> None:
        self._files: dict[str, tuple[bytes, str]] = {}

    def put(self, key: str, content: bytes, content_type: str) -> None:
        self._files[key] = (content, content_type)

    def upload(self, key: str, chunks: Iterable[bytes], content_type: str) -> None:
        self._files[key] = (b"".join(chunks), content_type)

    def link(self, key: str, seconds: int, filename: str | None = None) -> str:
        return _memory_link(key, method="GET", seconds=seconds, filename=filename or "")

    def upload_link(self, key: str, content_type: str, size: int | None, seconds: int) -> str:
        return _memory_link(key, method="PUT", seconds=seconds, content_type=content_type, size=size or "any")

    def head(self, key: str) -> tuple[int, str] | None:
        content, content_type = self._files.get(key, (None, ""))
        return None if content is None else (len(content), content_type)

    def first_bytes(self, key: str, n: int) -> bytes:
        try:
            return self._files[key][0][:n]
        except KeyError:
            raise NotFoundError(f"there is no file {key}") from None

    def download(self, key: str, to: IO[bytes]) -> bool:
        if key not in self._files:
            return False
        to.write(self._files[key][0])
        return True

    def delete(self, key: str) -> None:
        self._files.pop(key, None)


def attachment(filename: str) -> str:
    """The Content-Disposition of what browsers should save, not show."""
    return f'attachment; filename="{filename}"'


def _memory_link(key: str, **said: object) -> str:
    """Leads nowhere, and says what it would allow."""
    return f"https://files.example/{quote(key)}?{urlencode(said)}"


def _parts(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in parts that S3 takes: at least one, and only the last is small."""
    part = bytearray()
    sent = False
    for chunk in chunks:
        part += chunk
        if len(part) >= PART_BYTES:
            yield bytes(part)
            sent = True
            part.clear()
    if part or not sent:
        yield bytes(part)


def _code(error: ClientError) -> str:
    return error.response["Error"]["Code"]
