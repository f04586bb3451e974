"""Operations on files."""

from __future__ import annotations

import base64
import hashlib
import uuid
from collections.abc import Callable
from urllib.parse import urlsplit

from tests.filerest import answers
from tests.filerest.request import Answer, Request, split_url, trim_dots
from tests.filerest.storage import Account, File, Folder, ServiceError, file_time, now

_LONGEST_RANGE = 4 * 1024 * 1024
_SETTINGS = {
    "x-ms-content-type": "Content-Type",
    "x-ms-content-encoding": "Content-Encoding",
    "x-ms-content-language": "Content-Language",
    "x-ms-cache-control": "Cache-Control",
    "x-ms-content-md5": "Content-MD5",
    "x-ms-content-disposition": "Content-Disposition",
}


def on_file(account: Account, request: Request) -> Answer:
    operations: dict[str, Callable[[Account, Request], Answer]] = {
        "PUT": _create,
        "GET": _get,
        "HEAD": _head,
        "DELETE": _delete,
        "PUT range": _put_range,
        "GET rangelist": _list_ranges,
        "PUT properties": _set_properties,
        "PUT metadata": _set_metadata,
        "PUT lease": _lease,
        "PUT rename": _rename,
        "GET listhandles": lambda _, request: answers.handles(_file(account, request)),
    }
    operation = operations.get(request.operation)
    if operation is None:
        raise ServiceError(400, "UnsupportedQueryParameter")
    return operation(account, request)


def _file(account: Account, request: Request) -> File:
    return account.share(request.share).file(request.parts, request.snapshot)


def _create(account: Account, request: Request) -> Answer:
    if "x-ms-copy-source" in request.headers:
        return _copy(account, request)
    if request.headers.get("x-ms-type", "").lower() != "file":
        raise ServiceError(400, "MissingRequiredHeader")
    size = int(request.headers["x-ms-content-length"])
    parent = account.share(request.share).parent(request.parts)
    earlier = _replaceable(parent, request)
    file = File(request.parts[-1], data=bytearray(size), settings=_settings(request))
    file.metadata = _metadata(request)
    _set_smb_properties(file, request)
    if earlier is not None:  # The file stays the same file; what was in it is gone.
        file.id, file.lease_id, file.lease_state = earlier.id, earlier.lease_id, earlier.lease_state
    parent.put(file)
    return Answer(201, answers.versions(file) | answers.smb_properties(file))


def _replaceable(parent: Folder, request: Request) -> File | None:
    earlier = parent.child(request.parts[-1])
    if isinstance(earlier, Folder):
        raise ServiceError(409, "ResourceTypeMismatch")
    if isinstance(earlier, File):
        earlier.check_lease(request.lease_id)
        return earlier
    return None


def _copy(account: Account, request: Request) -> Answer:
    source = _by_url(account, request.headers["x-ms-copy-source"], None)
    parent = account.share(request.share).parent(request.parts)
    _replaceable(parent, request)
    file = File(request.parts[-1], data=bytearray(source.data), blocks=set(source.blocks))
    file.settings, file.metadata = dict(source.settings), dict(source.metadata)
    parent.put(file)
    return Answer(
        202, answers.versions(file) | {"x-ms-copy-id": str(uuid.uuid4()), "x-ms-copy-status": "success"}
    )


def _by_url(account: Account, url: str, keeps_dots: str | None) -> File:
    _, _, _, share, parts = split_url(url)
    return account.share(share).file(trim_dots(parts, keeps_dots))


def _get(account: Account, request: Request) -> Answer:
    file = _file(account, request)
    headers = answers.file_headers(file)
    wanted = request.byte_range()
    if wanted is None:
        return Answer(200, headers, memoryview(bytes(file.data)))
    start, end = wanted
    if start >= len(file.data):
        raise ServiceError(416, "InvalidRange")
    end = len(file.data) if end is None else min(end, len(file.data))
    body = bytes(file.data[start:end])
    if md5 := headers.pop("Content-MD5", None):
        headers["x-ms-content-md5"] = md5
    if request.headers.get("x-ms-range-get-content-md5", "").lower() == "true":
        if len(body) > _LONGEST_RANGE:
            raise ServiceError(400, "OutOfRangeInput")
        headers["Content-MD5"] = _md5(body)
    headers["Content-Range"] = f"bytes {start}-{end - 1}/{len(file.data)}"
    return Answer(206, headers, memoryview(body))


def _head(account: Account, request: Request) -> Answer:
    file = _file(account, request)
    file.listed = None  # Asking for one file breaks the SMB client's oplock: its cache is flushed.
    return Answer(200, answers.file_headers(file) | {"Content-Length": str(len(file.data))})


def _delete(account: Account, request: Request) -> Answer:
    _file(account, request).check_lease(request.lease_id)
    account.share(request.share).parent(request.parts).remove(request.parts[-1])
    return Answer(202)


def _put_range(account: Account, request: Request) -> Answer:
    file = _file(account, request)
    file.check_lease(request.lease_id)
    wanted = request.byte_range()
    if wanted is None or wanted[1] is None:
        raise ServiceError(400, "MissingRequiredHeader")
    start, end = wanted[0], wanted[1]
    if end > len(file.data) or start >= end:
        raise ServiceError(416, "InvalidRange")
    if request.headers.get("x-ms-write", "").lower() == "clear":
        file.clear(start, end)
        return Answer(201, answers.versions(file))
    if len(request.body) != end - start:
        raise ServiceError(400, "InvalidHeaderValue")
    if len(request.body) > _LONGEST_RANGE:
        raise ServiceError(413, "RequestBodyTooLarge")
    digest = _md5(request.body)
    if request.headers.get("content-md5", digest) != digest:
        raise ServiceError(400, "Md5Mismatch")
    file.write(start, request.body)
    if request.headers.get("x-ms-file-last-write-time", "now") == "now":
        file.written = file_time(file.modified)
    return Answer(201, answers.versions(file) | {"Content-MD5": digest})


def _list_ranges(account: Account, request: Request) -> Answer:
    file = _file(account, request)
    start, end = request.byte_range() or (0, None)
    found = list(file.ranges(start, len(file.data) if end is None else end))
    answer = answers.ranges(found)
    answer.headers |= answers.versions(file) | {"x-ms-content-length": str(len(file.data))}
    return answer


def _set_properties(account: Account, request: Request) -> Answer:
    file = _file(account, request)
    file.check_lease(request.lease_id)
    if size := request.headers.get("x-ms-content-length"):
        file.resize(int(size))
    if any(name in request.headers for name in _SETTINGS) or not size:
        file.settings = _settings(request)
    _set_smb_properties(file, request)
    file.touch()
    return Answer(200, answers.versions(file) | answers.smb_properties(file))


def _set_metadata(account: Account, request: Request) -> Answer:
    file = _file(account, request)
    file.check_lease(request.lease_id)
    file.metadata = _metadata(request)
    file.touch()
    return Answer(200, answers.versions(file))


def _lease(account: Account, request: Request) -> Answer:
    file = _file(account, request)
    action = request.headers.get("x-ms-lease-action", "").lower()
    headers = answers.versions(file)
    if action == "acquire":
        proposed = request.headers.get("x-ms-proposed-lease-id") or str(uuid.uuid4())
        if request.headers.get("x-ms-lease-duration", "-1") != "-1":
            raise ServiceError(400, "InvalidHeaderValue")
        if file.smb_writers:
            raise ServiceError(409, "SharingViolation")
        if file.lease_id and file.lease_id != proposed:
            raise ServiceError(409, "LeaseAlreadyPresent")
        file.lease_id, file.lease_state = proposed, "leased"
        return Answer(201, headers | {"x-ms-lease-id": proposed})
    if not file.lease_id:
        raise ServiceError(409, "LeaseNotPresentWithLeaseOperation")
    if action == "break":
        file.lease_id, file.lease_state = None, "broken"
        return Answer(202, headers | {"x-ms-lease-time": "0"})
    if request.lease_id != file.lease_id:
        raise ServiceError(409, "LeaseIdMismatchWithLeaseOperation")
    if action == "release":
        file.lease_id, file.lease_state = None, "available"
        return Answer(200, headers)
    if action == "change":
        file.lease_id = request.headers["x-ms-proposed-lease-id"]
        return Answer(200, headers | {"x-ms-lease-id": file.lease_id})
    raise ServiceError(400, "InvalidHeaderValue")


def _rename(account: Account, request: Request) -> Answer:
    source_url = request.headers["x-ms-file-rename-source"]
    _, _, _, source_share, source_parts = split_url(source_url)
    if source_share != request.share or urlsplit(source_url).scheme not in ("http", "https"):
        raise ServiceError(400, "InvalidHeaderValue")
    source_parts = trim_dots(source_parts, request.headers.get("x-ms-source-allow-trailing-dot"))
    share = account.share(request.share)
    source = share.file(source_parts)
    source.check_lease(request.headers.get("x-ms-source-lease-id") or None)
    parent = share.parent(request.parts)
    existing = parent.child(request.parts[-1])
    if (
        existing is not None
        and request.headers.get("x-ms-file-rename-replace-if-exists", "").lower() != "true"
    ):
        raise ServiceError(409, "ResourceAlreadyExists")
    if isinstance(existing, File):
        existing.check_lease(request.headers.get("x-ms-destination-lease-id") or None)
    share.parent(source_parts).remove(source_parts[-1])
    source.name = request.parts[-1]
    parent.put(source)
    source.touch()
    return Answer(200, answers.versions(source) | answers.smb_properties(source))


def _settings(request: Request) -> dict[str, str]:
    found = {ours: request.headers[name] for name, ours in _SETTINGS.items() if request.headers.get(name)}
    return {"Content-Type": "application/octet-stream"} | found


def _metadata(request: Request) -> dict[str, str]:
    prefix = "x-ms-meta-"
    return {
        name.removeprefix(prefix): value for name, value in request.headers.items() if name.startswith(prefix)
    }


def _set_smb_properties(file: File, request: Request) -> None:
    for header, attribute in (
        ("x-ms-file-last-write-time", "written"),
        ("x-ms-file-creation-time", "created"),
        ("x-ms-file-attributes", "attributes"),
    ):
        value = request.headers.get(header, "preserve")
        if value.lower() == "now":
            value = file_time(now())
        if value.lower() not in ("preserve", "none"):
            setattr(file, attribute, value)


def _md5(data: bytes) -> str:
    return base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode("ascii")
