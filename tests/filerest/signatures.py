"""Who may do what: SharedKey and shared access signatures, as strict as the service."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from tests.filerest.request import Request
from tests.filerest.storage import Account, ServiceError, now

_SIGNED_HEADERS = (
    "content-encoding",
    "content-language",
    "content-length",
    "content-md5",
    "content-type",
    "date",
    "if-modified-since",
    "if-match",
    "if-none-match",
    "if-unmodified-since",
    "range",
)
_CLOCK_SKEW = timedelta(minutes=15)
_DENIED = "AuthorizationPermissionMismatch"


def check(account: Account, request: Request, scheme: str = "http") -> None:
    """Raise ServiceError unless the request is signed by the account's key, or by a SAS that allows it."""
    if "x-ms-version" not in request.headers and "sv" not in request.query:
        raise ServiceError(400, "MissingRequiredHeader")
    authorization = request.headers.get("authorization", "")
    if authorization.startswith("SharedKey "):
        _check_shared_key(account, request, authorization.removeprefix("SharedKey "))
    elif "sig" in request.query:
        _check_sas(account, request, scheme)
    else:
        raise ServiceError(401, "NoAuthenticationInformation")


def _sign(key: str, text: str) -> str:
    return base64.b64encode(
        hmac.new(base64.b64decode(key), text.encode("utf-8"), hashlib.sha256).digest()
    ).decode("ascii")


def _check_shared_key(account: Account, request: Request, given: str) -> None:
    name, _, signature = given.partition(":")
    expected = _sign(account.key, shared_key_text(account.name, request))
    if name != account.name or not hmac.compare_digest(signature, expected):
        raise ServiceError(403, "AuthenticationFailed")
    date = request.headers.get("x-ms-date") or request.headers.get("date")
    if not date or abs(parsedate_to_datetime(date) - now()) > _CLOCK_SKEW:
        raise ServiceError(403, "AuthenticationFailed")


def shared_key_text(account: str, request: Request) -> str:
    """Return the string to sign."""
    signed = dict(request.headers)
    if signed.get("content-length") == "0":
        signed["content-length"] = ""
    if "x-ms-date" in signed:
        signed["date"] = ""
    lines = [request.method, *(signed.get(name, "") for name in _SIGNED_HEADERS)]
    own = sorted((name for name in request.headers if name.startswith("x-ms-")), key=_header_order)
    lines += [f"{name}:{' '.join(request.headers[name].split())}" for name in own]
    lines.append(f"/{account}{request.raw_path}")
    lines += [f"{name}:{value}" for name, value in sorted(request.query.items())]
    return "\n".join(lines)


def _header_order(name: str) -> tuple[str, str]:
    """Order names as the service does: a hyphen counts only between names that are the same without it."""
    return name.replace("-", "").replace("_", "!"), name


def _check_sas(account: Account, request: Request, scheme: str) -> None:
    query = request.query
    is_account_sas = "ss" in query
    text = (
        _account_sas_text(account.name, query) if is_account_sas else _service_sas_text(account.name, request)
    )
    if not hmac.compare_digest(query["sig"], _sign(account.key, text)):
        raise ServiceError(403, "AuthenticationFailed")
    start, expiry, permissions = query.get("st", ""), query.get("se", ""), query.get("sp", "")
    if "si" in query and not is_account_sas:
        start, expiry, permissions = _stored_policy(account, request, (start, expiry, permissions))
    if not expiry or _time(expiry) < now() or (start and _time(start) > now()):
        raise ServiceError(403, "AuthenticationFailed")
    if query.get("spr") == "https" and scheme != "https":
        raise ServiceError(403, "AuthorizationProtocolMismatch")
    if is_account_sas:
        _check_account_scope(request)
    elif request.restype == "share" or not request.share or request.comp == "acl":
        raise ServiceError(403, "AuthorizationFailure")
    if not all(any(each in permissions for each in one_of) for one_of in needed(request)):
        raise ServiceError(403, _DENIED)


def _stored_policy(account: Account, request: Request, given: tuple[str, str, str]) -> tuple[str, str, str]:
    policy = account.share(request.share).policies.get(request.query["si"])
    if policy is None:
        raise ServiceError(403, "AuthenticationFailed")
    if any(mine and theirs for mine, theirs in zip(given, policy, strict=True)):
        raise ServiceError(403, "AuthenticationFailed")  # A field belongs to one of the two.
    start, expiry, permissions = (mine or theirs for mine, theirs in zip(given, policy, strict=True))
    return start, expiry, permissions


def _check_account_scope(request: Request) -> None:
    kind = "o" if request.parts else "c" if request.share else "s"
    if "f" not in request.query.get("ss", ""):
        raise ServiceError(403, "AuthorizationServiceMismatch")
    if kind not in request.query.get("srt", ""):
        raise ServiceError(403, "AuthorizationResourceTypeMismatch")


def _service_sas_text(account: str, request: Request) -> str:
    query = request.query
    if query.get("sr") not in ("s", "f"):
        raise ServiceError(403, "AuthenticationFailed")
    path = f"/{request.share}" if query["sr"] == "s" else f"/{request.share}/{request.path}"
    first = [query.get(name, "") for name in ("sp", "st", "se")]
    last = [
        query.get(name, "") for name in ("si", "sip", "spr", "sv", "rscc", "rscd", "rsce", "rscl", "rsct")
    ]
    return "\n".join([*first, f"/file/{account}{path}", *last])


def _account_sas_text(account: str, query: dict[str, str]) -> str:
    names = ("sp", "ss", "srt", "st", "se", "sip", "spr", "sv", "ses")
    return "\n".join([account, *(query.get(name, "") for name in names), ""])


def _time(text: str) -> datetime:
    when = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def needed(request: Request) -> tuple[str, ...]:
    """Return groups of permissions; one of each group is needed."""
    if request.method in ("GET", "HEAD"):
        return ("l",) if request.comp in ("list", "listhandles") else ("r",)
    if request.method == "DELETE":
        return ("d",)
    if request.comp == "rename":
        return "w", "d"
    return ("w",) if request.comp else ("cw",)
