"""A zip in a zip: people zip what is a zip already. One is taken out; deeper is refused."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

from ingest.model.finding import Finding
from ingest.package.contents import Member, Package
from ingest.package.gate import open_package
from ingest.package.inflate import Unreadable
from ingest.package.magic import LOCAL_HEADER
from ingest.package.read import MemberReader
from ingest.trial.definition import Limits


def unwrap(package: Package, limits: Limits, spool: Path, deadline: float | None = None) -> Package:
    """Return the zip that is the only data of `package`, opened, or `package` itself where there is none.

    The inner zip is written to a file in `spool`, which must outlive the reading; its findings come after
    the wrapper's. A zip that cannot be inflated is left for the reader to say why. Raises what
    `MemberReader.read` raises.
    """
    if not package.is_readable or len(package.data_members) != 1:
        return package
    member = _admitted(package.data_members[0], limits)
    inner_path = spool / f"nested-{package.depth + 1}.zip"
    try:
        with MemberReader(package, limits, spool, deadline) as reader:
            if reader.peek(member, len(LOCAL_HEADER)) != LOCAL_HEADER:
                return package
            if package.depth >= limits.depth:
                return replace(
                    package, findings=(*package.findings, Finding("PKG124")), members=(), is_readable=False
                )
            reader.spool(member, inner_path)
            inflated = reader.bytes_read
    except Unreadable:
        return package
    inner = open_package(inner_path, limits, deadline)
    return unwrap(_inside(package, inner, inflated), limits, spool, deadline)


def _admitted(member: Member, limits: Limits) -> Member:
    """Return the member without the refusal for its size, where a zip may have that size."""
    is_admitted = member.refusal == "PKG206" and member.size <= limits.zip_bytes
    return replace(member, refusal="") if is_admitted else member


def _inside(wrapper: Package, inner: Package, inflated: int) -> Package:
    """Return the inner zip as the package. Its own bytes are whole: nothing in it is an unfinished upload."""
    return replace(
        inner,
        findings=(*wrapper.findings, Finding("PKG308"), *inner.findings),
        kinds=dict(Counter(wrapper.kinds) + Counter(inner.kinds)),
        depth=wrapper.depth + 1,
        wrapper=wrapper,
        inflated=inflated,
        is_broken_off=False,
    )
