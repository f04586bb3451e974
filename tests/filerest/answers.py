"""The shapes of answers: headers of files and folders, XML with a byte order mark."""

from __future__ import annotations

from email.utils import format_datetime
from xml.sax.saxutils import escape, quoteattr

from tests.filerest.request import Answer
from tests.filerest.storage import File, Folder, Node, Share

_BOM = b"\xef\xbb\xbf"


def http_date(node: Node) -> str:
    return format_datetime(node.modified.replace(microsecond=0), usegmt=True)


def versions(node: Node) -> dict[str, str]:
    """The headers that every answer about a file or folder has."""
    return {"ETag": node.etag, "Last-Modified": http_date(node)}


def smb_properties(node: Node) -> dict[str, str]:
    return {
        "x-ms-file-attributes": node.attributes,
        "x-ms-file-creation-time": node.created,
        "x-ms-file-last-write-time": node.written,
        "x-ms-file-change-time": node.changed,
        "x-ms-file-permission-key": "0*0",
        "x-ms-file-id": node.id,
        "x-ms-file-parent-id": node.parent_id,
    }


def file_headers(file: File) -> dict[str, str]:
    """The headers of GET and HEAD."""
    headers = versions(file) | smb_properties(file)
    headers |= {"x-ms-type": "File", "Accept-Ranges": "bytes", "x-ms-server-encrypted": "true"}
    headers |= {"x-ms-lease-status": "locked" if file.lease_id else "unlocked"}
    headers |= {"x-ms-lease-state": file.lease_state}
    if file.lease_id:
        headers["x-ms-lease-duration"] = "infinite"
    headers |= {f"x-ms-meta-{name}": value for name, value in file.metadata.items()}
    return headers | file.settings


def xml(root: str) -> Answer:
    text = f'<?xml version="1.0" encoding="utf-8"?>{root}'
    return Answer(200, {"Content-Type": "application/xml"}, _BOM + text.encode("utf-8"), is_xml=True)


def error_body(code: str) -> bytes | memoryview:
    return xml(f"<Error><Code>{code}</Code><Message>{code}.</Message></Error>").body


def ranges(found: list[tuple[int, int]]) -> Answer:
    each = "".join(f"<Range><Start>{start}</Start><End>{end}</End></Range>" for start, end in found)
    return xml(f"<Ranges>{each}</Ranges>")


def handles(file_or_folder: Node) -> Answer:
    writers = file_or_folder.smb_writers if isinstance(file_or_folder, File) else 0
    each = "".join(
        f"<Handle><HandleId>{number}</HandleId><Path></Path><FileId>{file_or_folder.id}</FileId>"
        f"<ParentId>{file_or_folder.parent_id}</ParentId><SessionId>1</SessionId><ClientIp>127.0.0.1:1</ClientIp>"
        f"<OpenTime>{http_date(file_or_folder)}</OpenTime></Handle>"
        for number in range(1, writers + 1)
    )
    return xml(f"<EnumerationResults><Entries>{each}</Entries><NextMarker /></EnumerationResults>")


def listing(
    endpoint: str,
    folder: Folder,
    nodes: list[Node],
    share: str,
    path: str,
    query: dict[str, str],
    marker: str,
) -> Answer:
    """One page of what a folder holds."""
    include = query.get("include", "").lower().split(",")
    attributes = f"ServiceEndpoint={quoteattr(endpoint)} ShareName={quoteattr(share)}"
    head = f"<EnumerationResults {attributes} DirectoryPath={quoteattr(path)}>"
    for name in ("Prefix", "Marker", "MaxResults"):
        if value := query.get(name.lower()):
            head += f"<{name}>{escape(value)}</{name}>"
    each = "".join(_entry(node, include) for node in nodes)
    return xml(
        f"{head}<DirectoryId>{folder.id}</DirectoryId><Entries>{each}</Entries>"
        f"<NextMarker>{escape(marker)}</NextMarker></EnumerationResults>"
    )


def _entry(node: Node, include: list[str]) -> str:
    is_file = isinstance(node, File)
    size = len(node.data) if isinstance(node, File) else 0
    etag, modified = node.etag, http_date(node)
    if isinstance(node, File) and node.listed is not None:
        size, etag, _ = node.listed
    properties = f"<Content-Length>{size}</Content-Length>" if is_file else ""
    if "timestamps" in include:
        properties += (
            f"<CreationTime>{node.created}</CreationTime><LastAccessTime>{node.written}</LastAccessTime>"
            f"<LastWriteTime>{node.written}</LastWriteTime><ChangeTime>{node.changed}</ChangeTime>"
            f"<Last-Modified>{modified}</Last-Modified>"
        )
    if "etag" in include:
        properties += f"<Etag>{escape(etag)}</Etag>"
    extra = f"<Attributes>{node.attributes}</Attributes>" if "attributes" in include else ""
    if "permissionkey" in include:
        extra += "<PermissionKey>0*0</PermissionKey>"
    kind = "File" if is_file else "Directory"
    return (
        f"<{kind}><FileId>{node.id}</FileId><Name>{escape(node.name)}</Name>"
        f"<Properties>{properties}</Properties>{extra}</{kind}>"
    )


def shares(endpoint: str, found: list[Share], with_snapshots: bool) -> Answer:
    each = ""
    for share in found:
        times = [*share.snapshots, ""] if with_snapshots else [""]
        for time in times:
            snapshot = f"<Snapshot>{time}</Snapshot>" if time else ""
            each += (
                f"<Share><Name>{escape(share.name)}</Name>{snapshot}<Properties>"
                f"<Last-Modified>{http_date(share.root)}</Last-Modified><Etag>{escape(share.root.etag)}</Etag>"
                "<Quota>5120</Quota></Properties></Share>"
            )
    return xml(
        f"<EnumerationResults ServiceEndpoint={quoteattr(endpoint)}>"
        f"<Shares>{each}</Shares><NextMarker /></EnumerationResults>"
    )


def policies(share: Share) -> Answer:
    each = "".join(
        f"<SignedIdentifier><Id>{escape(name)}</Id><AccessPolicy><Start>{start}</Start><Expiry>{expiry}</Expiry>"
        f"<Permission>{permissions}</Permission></AccessPolicy></SignedIdentifier>"
        for name, (start, expiry, permissions) in share.policies.items()
    )
    return xml(f"<SignedIdentifiers>{each}</SignedIdentifiers>")
