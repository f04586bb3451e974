"""A verdict on the terminal, for a person."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from ingest.model.finding import InstanceRef, JudgedFinding, Severity
from ingest.model.inspection import Inspection
from ingest.model.verdict import Outcome, SubjectVerdict, Verdict
from ingest.package.gate import open_package
from ingest.reports.plain_text import clean
from ingest.trial.definition import Trial

_COLOURS = {Outcome.ACCEPTED: "green", Outcome.HELD: "yellow", Outcome.REJECTED: "red"}
_WORDS = {
    Outcome.ACCEPTED: "would be accepted",
    Outcome.HELD: "would be held: a person must look",
    Outcome.REJECTED: "would be rejected: send it again",
}
_SEVERITY_COLOURS = {
    Severity.BLOCK: "red",
    Severity.REVIEW: "yellow",
    Severity.WARN: "cyan",
    Severity.INFO: "dim",
}
#: Files named in one finding.
_FILES_SHOWN = 4


def show_verdict(
    inspection: Inspection, verdict: Verdict, package: Path | None, trial: Trial, *, is_check: bool = True
) -> None:
    """Print a verdict; with `package`, the names of the files within the zip are shown too.

    is_check: nothing was filed, so the sentence says what would become of the zip.
    """
    console = Console(highlight=False)
    names = _names(package, trial) if package else {}
    facts = inspection.package
    console.print(
        f"[bold {_COLOURS[verdict.outcome]}]{_sentence(verdict.outcome, is_check)}[/] "
        f"[dim]{facts.instances} DICOM files of {facts.members} members, {facts.size:,} bytes[/]"
    )
    _show_findings(console, verdict.findings, names)
    for subject in verdict.subjects:
        _show_subject(console, subject, names)
    for what, count in inspection.coverage.not_checked.items():
        console.print(f"[dim]Not checked: {escape(what)} ({count}).[/]")
    console.print(f"[dim]sha256 {facts.sha256} · trial {escape(verdict.trial_name)}[/]")


def _sentence(outcome: Outcome, is_check: bool) -> str:
    return f"This zip {_WORDS[outcome]}." if is_check else f"{outcome.value.capitalize()}."


def _show_subject(console: Console, subject: SubjectVerdict, names: dict[int, str]) -> None:
    console.print()
    console.print(
        f"[bold]{escape(subject.label)}[/]  [{_COLOURS[subject.outcome]}]{subject.outcome.value}[/], "
        f"{subject.completeness.state.value}"
    )
    if subject.completeness.missing:
        table = Table("missing", "expected", "found", box=None, pad_edge=False, header_style="dim")
        for item in subject.completeness.missing:
            table.add_row(escape(item.object), escape(item.expected), escape(item.found))
        console.print(Padding(table, (0, 0, 0, 2)))
    _show_findings(console, subject.findings, names)


def _show_findings(console: Console, findings: tuple[JudgedFinding, ...], names: dict[int, str]) -> None:
    for judged in findings:
        finding = judged.finding
        colour = _SEVERITY_COLOURS[judged.severity]
        where = f" [dim]{escape(finding.where)} {finding.keyword}[/]" if finding.where else ""
        console.print(
            f"  [{colour}]{judged.severity.value:6}[/] {finding.code} {escape(judged.message)}{where}"
        )
        if judged.action and judged.severity in (Severity.BLOCK, Severity.REVIEW):
            console.print(f"         [dim]→[/] {escape(judged.action)}")
        files = [_name_file(item, names) for item in finding.instances[:_FILES_SHOWN]]
        if files and (names or finding.count > 1):
            console.print(f"         [dim]{escape(', '.join(files))}[/]")


def _name_file(instance: InstanceRef, names: dict[int, str]) -> str:
    if instance.ordinal in names:
        return names[instance.ordinal]
    parts = [instance.modality or "file"]
    if instance.series_number is not None:
        parts.append(f"series {instance.series_number}")
    if instance.instance_number is not None:
        parts.append(f"image {instance.instance_number}")
    return " ".join(parts)


def _names(package: Path, trial: Trial) -> dict[int, str]:
    return {item.ordinal: clean(item.name) for item in open_package(package, trial.limits).members}
