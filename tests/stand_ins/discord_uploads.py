"""Bodies with files: `payload_json` and `files[n]`, as Discord's reference, "Uploading Files", describes them."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from typing import Any

from tests.stand_ins.http import RefusedError, Request

LARGEST_REQUEST = 25 * 1_024 * 1_024
LARGEST_FILE = 10 * 1_024 * 1_024
_KINDS = ("application/json", "multipart/form-data")
_FILE = re.compile(r"files\[(\d{1,2})\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    name: str
    content_type: str
    content: bytes


Uploads = Mapping[int, Upload]  # by the number of the part


def kind_of(request: Request) -> str:
    """What the content says it is. Raises RefusedError where Discord does not take that."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in _KINDS:
        raise RefusedError(f'Expected "Content-Type" header to be one of {set(_KINDS)}.', code=50035)
    if len(request.body) > LARGEST_REQUEST:
        raise RefusedError("Request entity too large", status=413, code=40005)
    return kind


def read(request: Request) -> tuple[dict[str, Any], Uploads]:
    """The message and its files. Raises RefusedError."""
    if kind_of(request) == "application/json":
        return request.json(), {}
    parts = _parts(request)
    files = {int(found[1]): part for name, part in parts.items() if (found := _FILE.fullmatch(name))}
    if too_large := [file.name for file in files.values() if len(file.content) > LARGEST_FILE]:
        raise RefusedError(f"Request entity too large: {', '.join(too_large)}", status=413, code=40005)
    if unknown := [name for name in parts if name != "payload_json" and not _FILE.fullmatch(name)]:
        raise RefusedError(f"these parts are none that Discord knows: {', '.join(unknown)}", code=50035)
    return _payload(parts), files


def _payload(parts: Mapping[str, Upload]) -> dict[str, Any]:
    if "payload_json" not in parts:
        return {}
    try:
        body = json.loads(parts["payload_json"].content)
    except ValueError as error:
        raise RefusedError(f"payload_json is no JSON: {error}", code=50109) from error
    if not isinstance(body, dict):
        raise RefusedError("payload_json is no object", code=50109)
    return body


def _parts(request: Request) -> dict[str, Upload]:
    """By their names. Source: RFC 7578."""
    boundary = _header("Content-Type", request.headers["content-type"]).get_param("boundary")
    if not isinstance(boundary, str):
        raise RefusedError("the multipart has no boundary", code=50035)
    sections = request.body.split(b"--" + boundary.encode())
    if len(sections) < 3 or sections[-1].strip() != b"--":
        raise RefusedError("the multipart has no end", code=50035)
    return dict(map(_part, sections[1:-1]))


def _part(section: bytes) -> tuple[str, Upload]:
    head, separator, content = section.removeprefix(b"\r\n").removesuffix(b"\r\n").partition(b"\r\n\r\n")
    lines = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line)
    headers = {name.lower(): value for name, value in lines.items()}
    about = _header("Content-Disposition", headers.get("content-disposition", ""))
    name = about.get_param("name", header="content-disposition")
    if not separator or not isinstance(name, str):
        raise RefusedError("a part of the multipart has no name", code=50035)
    file = about.get_filename() or ""
    return name, Upload(name=file, content_type=headers.get("content-type", "text/plain"), content=content)


def _header(name: str, value: str) -> Message:
    message = Message()
    message[name] = value
    return message
