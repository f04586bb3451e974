"""The figures as a table, and their place in docs/performance.md."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

TARGET = Path(__file__).resolve().parents[1] / "docs" / "performance.md"
BEGIN, END = "<!-- figures: written by make bench -->", "<!-- end of figures -->"


def describe_machine() -> dict[str, str]:
    """Return processor, cores, memory, load and the versions that matter."""
    cpuinfo = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    models = [
        line.partition(":")[2].strip() for line in cpuinfo.splitlines() if line.startswith("model name")
    ]
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "processor": f"{models[0] if models else platform.processor()}, {os.cpu_count()} cores",
        "memory": f"{pages / 1024**3:.0f} GiB",
        "load at the start": f"{os.getloadavg()[0]:.1f}",
        "versions": f"Python {platform.python_version()}, "
        + ", ".join(f"{name} {version(name)}" for name in ("hamlet-ingest", "pydicom", "isal", "sqlalchemy")),
    }


def write_figures(figures: dict[str, Any], *, is_writing: bool) -> str:
    """Return the figures as Markdown; with `is_writing` they take the place of those in the document."""
    text = "\n".join((*_machine(figures["machine"]), "", *_table(figures)))
    if is_writing:
        page = TARGET.read_text(encoding="utf-8")
        head, _, rest = page.partition(BEGIN)
        _, _, tail = rest.partition(END)
        TARGET.write_text(f"{head}{BEGIN}\n\n{text}\n\n{END}{tail}", encoding="utf-8")
    return text


def _machine(machine: dict[str, str]) -> list[str]:
    return [f"- {name}: {value}" for name, value in machine.items()]


def _table(figures: dict[str, Any]) -> list[str]:
    rows = ["| Measure | must | aim | here |", "|---|---|---|---|"]

    def add(name: str, must: str, aim: str, here: str) -> None:
        rows.append(f"| {name} | {must} | {aim} | {here} |")

    for case, must, aim in (("B", "≤ 0.70", "≤ 0.45"), ("A", "≤ 0.90", "≤ 0.60")):
        if job := figures.get(f"job {case}"):
            seconds = f"{job['wall_ratio']:.2f} ({job['wall']:.2f} s; Y {job['other_wall']:.2f} s)"
            add(f"wall / Y, case {case}", must, aim, seconds)
            must, aim = ("≤ 1.0", "≤ 0.60") if case == "B" else ("", "")
            add(f"CPU / Y, case {case}", must, aim, f"{job['cpu_ratio']:.2f} ({job['cpu']:.2f} s)")
    if peer := figures.get("orthanc"):
        add("wall / Orthanc zip POST, case B", "≤ 0.55", "≤ 0.35", f"{peer['wall_ratio']:.2f}")
    if memory := figures.get("memory"):
        small, large = memory["52 MB"], memory["1 GB"]
        add(
            "PSS of a worker with its child, 52 MB and 1 GB",
            "≤ 256 MiB, +10 %",
            "≤ 160 MiB",
            f"{small:.0f} and {large:.0f} MiB",
        )
    if workers := figures.get("workers"):
        here = (
            f"{workers['wall_ratio']:.2f} ({workers['wall']:.2f} s of {workers['cpu']:.2f} CPU s; "
            f"one {workers['other_wall']:.2f} s of {workers['other_cpu']:.2f} CPU s)"
        )
        add("1 → 2 workers, backlog of case A", "≤ 0.60", "≤ 0.53", here)
    if catalogue := figures.get("catalogue"):
        name = "case A with {} and {} instances catalogued".format(*catalogue["counts"])
        add(
            name,
            "≤ 1.10 ×",
            "≤ 1.03 ×",
            "{:.2f} × (quartiles {:.2f} and {:.2f}; CPU {:.2f} ×, {:.2f} and {:.2f})".format(
                catalogue["wall_ratio"],
                *catalogue["wall_range"],
                catalogue["cpu_ratio"],
                *catalogue["cpu_range"],
            ),
        )
    if check := figures.get("check"):
        add(
            "`ingest check`, one instance, cold",
            "≤ 0.5 s",
            "≤ 0.3 s",
            f"{check['wall']:.2f} s (CPU {check['cpu']:.2f} s)",
        )
    if idle := figures.get("idle"):
        for name, shares in (("idle", "shares"), ("idle azure", "shares of Azure Files")):
            if at_rest := figures.get(name):
                share = at_rest["empty"] / at_rest["every"]
                add(
                    f"idle, {at_rest['shares']} {shares} polled every {at_rest['every']:g} s",
                    "< 1 % of a core",
                    "",
                    f"{share:.2%} ({at_rest['empty'] * 1000:.0f} ms a round)",
                )
        add(
            "the same round with 100,000 old zips in received/",
            "no slower",
            "",
            f"{idle['received'] * 1000:.0f} ms",
        )
        beside = f"{(idle['beside'] - idle['empty']) * 1000:.0f} ms; listing {idle['listing'] * 1000:.0f} ms"
        add("what 100,000 other entries on a share add to it", "its listing", "", beside)
    return rows
