"""What a new site is sent, and what its Azure administrator must do: scripts and instructions, by route.

No secret is in any of them: keys and signatures are handed over by telephone or in an encrypted message.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass

from ingest.model.route import RouteKind
from ingest.reports.page import render_page, render_plain

_ACCOUNT = re.compile(r"[a-z0-9]{3,24}")


@dataclass(frozen=True, slots=True)
class SiteKitInput:
    """A new site.

    accounts:  route → storage account; the routes that need a key have one of their own.
    example:   a study ID of the site.
    contact:   where the site writes with questions.
    """

    number: str
    name: str
    routes: tuple[RouteKind, ...]
    accounts: Mapping[RouteKind, str]
    resource_group: str
    example: str
    contact: str
    trial_name: str
    trial_title: str

    @property
    def share(self) -> str:
        """The name of the site's share."""
        return f"site-{self.number}"


def default_accounts(base: str, number: str, routes: tuple[RouteKind, ...]) -> Mapping[RouteKind, str]:
    """Return an account for each route: shared where signatures keep sites apart, the site's own for a key.

    Raises ValueError where a name is not one that Azure takes (3 to 24 lower-case letters and digits).
    """
    own = f"{base}{number}"
    accounts = {RouteKind.EXPLORER: base, RouteKind.SMB: own, RouteKind.HTP: own}
    chosen = {route: accounts[route] for route in routes if route in accounts}
    if not number.isalnum() or not all(_ACCOUNT.fullmatch(account) for account in chosen.values()):
        raise ValueError("an account's name is 3 to 24 lower-case letters and digits")
    return chosen


def build_site_kit(source: SiteKitInput) -> Mapping[str, str]:
    """Return file name → text. Names of sites are quoted for each kind of file."""
    plain = {
        "kit": source,
        "quoted_name": _one_line(source.name),
        "quoted_group": shlex.quote(source.resource_group),
    }
    files = {
        "trial-file-entry.toml": render_plain("kit/site.toml.j2", **plain),
    }
    if source.accounts:
        files["azure-administrator.sh"] = render_plain("kit/azure.sh.j2", **plain)
    if RouteKind.SMB in source.accounts:
        files |= {
            "mount-windows.ps1": render_plain("kit/windows.ps1.j2", **plain),
            "mount-macos.sh": render_plain("kit/macos.sh.j2", **plain),
            "mount-linux.sh": render_plain("kit/linux.sh.j2", **plain),
        }
    for route in source.routes:
        files[f"instructions-{route.value}.html"] = render_page(
            "kit/sheet.html.j2", kit=source, route=route.value, files=tuple(files)
        )
    return files


def rotation_commands(account: str, share: str, is_keyed: bool) -> str:
    """Return what the Azure administrator types to end an old key or signature and make a new one."""
    return render_plain("kit/rotate.sh.j2", account=account, share=share, is_keyed=is_keyed)


def _one_line(name: str) -> str:
    """Return a name for a comment or a TOML string: one line, no quotes or backslashes."""
    return re.sub(r"[\x00-\x1f\x7f\"\\]", " ", name)
