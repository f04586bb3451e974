"""The commands that the pages for operators name, by where they run: none is left out."""

from __future__ import annotations

import re
from pathlib import Path

DOCS = Path(__file__).resolve().parents[1] / "docs"
PAGES = ("runbook.md", "deployment.md")
_PROGRAMS = ("ingest ", "celery ", "docker compose ", "deploy/backup.sh", "deploy/make-secrets.sh", "curl ")

#: Tried with real workers, Redis and PostgreSQL: tests/integration/operations/test_runbook.py.
WITH_A_SERVICE = frozenset(
    {
        "ingest status",
        "ingest health",
        "ingest submissions --state stuck",
        "ingest show S000123",
        "ingest show S000123 --attempts",
        "ingest metrics",
        "ingest metrics --serve 9180",
        "ingest reprocess resume --all",
        "ingest reprocess resume S000123",
        "ingest level",
        "ingest migrate",
        "ingest held list",
        "ingest held show ITEM --show-values --by NAME --reason …",
        "ingest held purge ITEM --by NAME --reason …",
        "ingest held confirm ACT --by NAME --reason …",
        "celery -A workers.app call ingest.reconcile",
        "deploy/backup.sh BACKUP",
    }
)
_KEPT = ("subjects", "withdrawn", "trials", "originals", "quarantine", "reports")
PUT_BACK = f"cp -af {' '.join(f'/backup/{folder}' for folder in _KEPT)} /data/"
#: Tried on a live stack: tests/e2e/compose/test_operations.py.
WITH_CONTAINERS = frozenset(
    {
        "deploy/make-secrets.sh",
        "deploy/backup.sh --compose BACKUP",
        "deploy/backup.sh --compose /srv/backup",
        "docker compose --env-file deploy/try/try.env --profile try up --build",
        "docker compose --env-file deploy/try/try.env --profile try down -v",
        "docker compose up -d --build",
        "docker compose exec worker-light …",
        "docker compose exec worker-light ingest routes check",
        "docker compose exec worker-light ingest status",
        "docker compose exec worker-light ingest site test-upload 123",
        "docker compose logs worker-heavy",
        "docker compose up -d --scale worker-heavy=4",
        "docker compose restart worker-heavy",
        "docker compose up -d redis",
        "docker compose up -d",
        "docker compose stop worker-light worker-heavy beat",
        "docker compose exec -T postgres dropdb -U hamlet --force hamlet",
        "docker compose exec -T postgres createdb -U hamlet hamlet",
        "docker compose exec -T postgres pg_restore -U hamlet --no-owner -d hamlet <BACKUP/ledger.dump",
        f"docker compose run --rm --no-deps -T -v BACKUP:/backup:ro worker-light {PUT_BACK}",
        "docker compose run --rm migrate",
        "docker compose run --rm --no-deps -T worker-light ingest level",
        "curl -s http://127.0.0.1:9180/metrics",
    }
)


def documented_commands() -> set[str]:
    """Return every command that stands in a page as code: in a line, or as a line of a block."""
    found = set()
    for page in PAGES:
        text = (DOCS / page).read_text(encoding="utf-8")
        spans = re.findall(r"(?<!`)`([^`\n]+)`(?!`)", text)
        blocks = re.findall(r"^ *```\n(.*?)^ *```", text, re.M | re.S)
        lines = [line.strip() for block in blocks for line in block.splitlines()]
        found |= {item for item in (*spans, *lines) if item.startswith(_PROGRAMS)}
    return found
