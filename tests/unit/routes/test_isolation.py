from __future__ import annotations

import pytest

from ingest.model.route import RouteKind, ShareAddress
from ingest.routes.isolation import find_shared_places


def azure(site: str, account: str, share: str, route: RouteKind = RouteKind.EXPLORER) -> ShareAddress:
    return ShareAddress(route, site, f"azure-files:https://{account}.file.core.windows.net/{share}")


def folder(site: str, path: str) -> ShareAddress:
    return ShareAddress(RouteKind.EGRESS, site, f"folder:{path}")


def test_two_sites_on_a_keyed_account_are_not_kept_apart() -> None:
    shares = [azure("123", "hamlet", "a"), azure("124", "Hamlet", "b"), azure("125", "other", "c")]
    (words,) = find_shared_places(shares, lambda share: share.site == "124")
    assert words.startswith("sites 123, 124 share the storage account hamlet, and its key is in use")


def test_two_sites_with_signatures_may_share_an_account() -> None:
    assert (
        find_shared_places([azure("123", "hamlet", "a"), azure("124", "hamlet", "b")], lambda _: False) == ()
    )


def test_a_mounted_share_counts_as_keyed() -> None:
    shares = [azure("123", "hamlet", "a", RouteKind.SMB), azure("124", "hamlet", "b")]
    assert len(find_shared_places(shares, lambda _: False)) == 1


def test_one_site_may_have_a_keyed_account_to_itself() -> None:
    shares = [azure("123", "hamlet", "a"), azure("123", "hamlet", "b", RouteKind.SMB)]
    assert find_shared_places(shares, lambda _: True) == ()


@pytest.mark.parametrize(
    ("first", "second", "is_shared"),
    [
        (folder("123", "/srv/123"), folder("124", "/srv/124"), False),
        (folder("123", "/srv/12"), folder("124", "/srv/123"), False),
        (folder("123", "/srv/123"), folder("124", "/srv/./123/"), True),
        (folder("123", "/srv"), folder("124", "/srv/124"), True),
        (azure("123", "h", "in/123"), azure("124", "h", "in/124"), False),
        (azure("123", "h", "in"), azure("124", "h", "IN/124"), True),
        (azure("123", "h", "in"), folder("124", "/srv"), False),
    ],
)
def test_two_sites_are_not_polled_at_one_place(
    first: ShareAddress, second: ShareAddress, is_shared: bool
) -> None:
    assert bool(find_shared_places([first, second], lambda _: False)) is is_shared
