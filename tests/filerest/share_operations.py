"""Operations on the account, on shares and on folders."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from tests.filerest import answers
from tests.filerest.request import Answer, Request
from tests.filerest.storage import Account, Folder, Node, ServiceError, Share

_PAGE = 5_000


def on_account(account: Account, request: Request, endpoint: str) -> Answer:
    if request.operation == "GET list":
        prefix = request.query.get("prefix", "")
        found = [share for name, share in sorted(account.shares.items()) if name.startswith(prefix)]
        return answers.shares(endpoint, found, "snapshots" in request.query.get("include", ""))
    if request.operation == "GET service properties":
        return answers.xml("<StorageServiceProperties></StorageServiceProperties>")
    raise ServiceError(400, "UnsupportedHttpVerb")


def on_share(account: Account, request: Request) -> Answer:
    name = request.share
    if request.operation == "PUT share":
        if name in account.shares:
            raise ServiceError(409, "ShareAlreadyExists")
        account.shares[name] = Share(name)
        return Answer(201, answers.versions(account.shares[name].root))
    share = account.share(name)
    if request.operation in ("GET share", "HEAD share"):
        return Answer(
            200, answers.versions(share.root) | {"x-ms-share-quota": "5120", "x-ms-access-tier": "Hot"}
        )
    if request.operation == "DELETE share" and request.snapshot is not None:
        if share.snapshots.pop(request.snapshot, None) is None:
            raise ServiceError(404, "ShareSnapshotNotFound")
        return Answer(202)
    if request.operation == "DELETE share":
        if share.snapshots and "x-ms-delete-snapshots" not in request.headers:
            raise ServiceError(409, "ShareHasSnapshots")
        del account.shares[name]
        return Answer(202)
    if request.operation == "PUT share snapshot":
        return Answer(201, answers.versions(share.root) | {"x-ms-snapshot": share.snap()})
    if request.operation == "GET share acl":
        return answers.policies(share)
    if request.operation == "PUT share acl":
        share.policies = _read_policies(request.body)
        return Answer(200, answers.versions(share.root))
    raise ServiceError(400, "UnsupportedQueryParameter")


def _read_policies(body: bytes) -> dict[str, tuple[str, str, str]]:
    found = list(ET.fromstring(body.decode("utf-8-sig"))) if body else []
    if len(found) > 5:
        raise ServiceError(400, "InvalidXmlDocument")
    return {
        each.findtext("Id", ""): (
            each.findtext("AccessPolicy/Start") or "",
            each.findtext("AccessPolicy/Expiry") or "",
            each.findtext("AccessPolicy/Permission") or "",
        )
        for each in found
    }


def on_folder(account: Account, request: Request, endpoint: str) -> Answer:
    share = account.share(request.share)
    if request.operation == "PUT directory":
        return _create(share, request)
    folder = share.folder(request.parts, request.snapshot)
    if request.operation == "GET directory list":
        return _list(endpoint, share, folder, request)
    if request.operation in ("GET directory", "HEAD directory"):
        return Answer(200, answers.versions(folder) | answers.smb_properties(folder))
    if request.operation == "DELETE directory":
        if folder.children:
            raise ServiceError(409, "DirectoryNotEmpty")
        share.parent(request.parts).remove(request.parts[-1])
        return Answer(202)
    if request.operation == "PUT directory properties":
        return Answer(200, answers.versions(folder) | answers.smb_properties(folder))
    if request.operation == "PUT directory metadata":
        return Answer(200, answers.versions(folder))
    if request.operation == "GET directory listhandles":
        return answers.handles(folder)
    raise ServiceError(400, "UnsupportedQueryParameter")


def _create(share: Share, request: Request) -> Answer:
    parent = share.parent(request.parts)
    if parent.child(request.parts[-1]) is not None:
        raise ServiceError(409, "ResourceAlreadyExists")
    folder = Folder(request.parts[-1])
    parent.put(folder)
    return Answer(201, answers.versions(folder) | answers.smb_properties(folder))


def _list(endpoint: str, share: Share, folder: Folder, request: Request) -> Answer:
    query = request.query
    prefix, marker = query.get("prefix", "").lower(), query.get("marker", "")
    most = int(query.get("maxresults", _PAGE))
    found: list[Node] = [
        node
        for name, node in sorted(folder.children.items())
        if name.startswith(prefix) and (not marker or name >= marker)
    ]
    page = found[:most]
    next_marker = found[most].name.lower() if len(found) > most else ""
    return answers.listing(endpoint, folder, page, share.name, request.path, query, next_marker)
