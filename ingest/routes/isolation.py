"""Whether one site can reach what another sends: said from addresses and kinds of credential alone."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterable
from itertools import combinations
from pathlib import Path

from ingest.model.route import RouteKind, ShareAddress
from ingest.routes.addresses import AzureAddress, FolderAddress, parse_address


def find_shared_places(
    shares: Iterable[ShareAddress], opens_with_key: Callable[[ShareAddress], bool]
) -> tuple[str, ...]:
    """Return in words where two sites are not kept apart; nothing: they are.

    opens_with_key: whether an account key is in use for a share. The SMB route on an Azure share counts as
    keyed in any case: it is mounted with the account's key, which shows every share of the account.

    Raises ConfigurationError for an address that cannot be read.
    """
    parsed = [(share, parse_address(share.address)) for share in shares]
    return (*_same_places(parsed), *_shared_accounts(parsed, opens_with_key))


def _same_places(parsed: list[tuple[ShareAddress, FolderAddress | AzureAddress]]) -> list[str]:
    """Two places that are the same, or one inside the other: a zip would count for two sites or routes."""
    found = []
    for (first, here), (second, there) in combinations(parsed, 2):
        if _overlap(_place(here), _place(there)):
            found.append(
                f"route {first.route.value} of site {first.site} and route {second.route.value} of site "
                f"{second.site} are polled at the same place, or one inside the other: give each its own"
            )
    return found


def _shared_accounts(
    parsed: list[tuple[ShareAddress, FolderAddress | AzureAddress]],
    opens_with_key: Callable[[ShareAddress], bool],
) -> list[str]:
    sites: dict[str, set[str]] = defaultdict(set)
    keyed: set[str] = set()
    for share, address in parsed:
        if isinstance(address, AzureAddress):
            account = address.account.lower()
            sites[account].add(share.site)
            if share.route is RouteKind.SMB or opens_with_key(share):
                keyed.add(account)
    return [
        f"sites {', '.join(sorted(sites[account]))} share the storage account {account}, and its key is in "
        "use: a key opens the whole account. Give each an account of its own, or signatures and no key"
        for account in sorted(keyed)
        if len(sites[account]) > 1
    ]


def _place(address: FolderAddress | AzureAddress) -> tuple[str, ...]:
    if isinstance(address, FolderAddress):
        return ("folder", *Path(os.path.normpath(address.path)).parts)
    folder = tuple(part for part in address.folder.lower().split("/") if part)
    return ("azure", address.endpoint.lower(), address.share.lower(), *folder)


def _overlap(first: tuple[str, ...], second: tuple[str, ...]) -> bool:
    shorter = min(len(first), len(second))
    return first[:shorter] == second[:shorter]
