"""The schema, and what the database's errors become."""

from __future__ import annotations

import sqlite3
import threading
import traceback
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from ingest.ledger import schema
from ingest.ledger.database import Database
from ingest.ledger.engine import BUSY_TIMEOUT_MS, make_engine
from ingest.ledger.errors import LedgerError
from ingest.ledger.ledger import Ledger
from ingest.ledger.rows import dump, id_of, seq_of
from ingest.ledger.tables import metadata
from ingest.ledger.tables.people import enrolment
from ingest.ledger.tables.service import trial_files
from ingest.model.errors import ConfigurationError, TransientError
from tests.ledger_rows import ManualClock


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'ledger.db'}"


def test_the_migrations_make_what_the_tables_say(url: str) -> None:
    schema.upgrade(url)
    engine = make_engine(url)
    with engine.begin() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


def test_an_upgrade_done_twice_changes_nothing(url: str) -> None:
    schema.upgrade(url)
    ledger = Ledger.open(url, ManualClock())
    with ledger.write() as tx:
        tx.audit.append("made")
    schema.upgrade(url)
    with ledger.read() as tx:
        assert tx.audit.verify().events == 1
    ledger.close()


def test_upgrades_at_the_same_time_wait_for_each_other(url: str) -> None:
    errors: list[Exception] = []

    def run() -> None:
        try:
            schema.upgrade(url)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    Ledger.open(url, ManualClock()).close()


def test_commits_are_on_the_disk_and_readers_do_not_wait_for_writers(url: str) -> None:
    schema.upgrade(url)
    engine = make_engine(url)
    with engine.begin() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        assert connection.exec_driver_sql("PRAGMA temp_store").scalar() == 2  # no statement writes a file
    engine.dispose()


@pytest.mark.parametrize("wrong", ["mysql://root@localhost/x", "not a url", ""])
def test_another_database_is_a_matter_of_configuration(wrong: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Ledger.open(wrong, ManualClock())
    assert "root" not in str(caught.value)


def test_an_empty_or_older_ledger_is_not_opened(url: str) -> None:
    with pytest.raises(ConfigurationError, match="ingest migrate"):
        Ledger.open(url, ManualClock())
    schema.upgrade(url)
    engine = make_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0000'"))
    engine.dispose()
    with pytest.raises(ConfigurationError, match="0000"):
        Ledger.open(url, ManualClock())


def test_a_missing_folder_is_a_passing_fault(tmp_path: Path) -> None:
    with pytest.raises(TransientError):
        Ledger.open(f"sqlite:///{tmp_path / 'unmounted' / 'ledger.db'}", ManualClock())


def test_a_server_that_does_not_answer_is_a_passing_fault() -> None:
    password = "".join(("hunt", "er2"))
    address = f"postgresql://someone:{password}@127.0.0.1:1/x"
    with pytest.raises(TransientError) as caught:
        Ledger.open(address, ManualClock())
    assert password not in "".join(traceback.format_exception(caught.value))


def test_no_value_of_a_row_gets_into_an_error(url: str) -> None:
    schema.upgrade(url)
    database = Database(url)
    with pytest.raises(LedgerError) as caught, database.writing() as connection:
        row = {"sha256": "SECRET^NAME", "name": "SECRET^NAME", "registered": ManualClock().now()}
        connection.execute(trial_files.insert(), [row, row])
    with pytest.raises(LedgerError) as naive, database.writing() as connection:
        when = ManualClock().now().replace(tzinfo=None)
        connection.execute(enrolment.insert().values(subject_id="SECRET^NAME", changed=when))
    database.close()
    for error in (caught.value, naive.value):
        assert "SECRET" not in "".join(traceback.format_exception(error))


def test_a_locked_ledger_is_a_passing_fault(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    schema.upgrade(url)
    monkeypatch.setattr("ingest.ledger.engine.BUSY_TIMEOUT_MS", 50)
    ledger = Ledger.open(url, ManualClock())
    other = sqlite3.connect(tmp_path / "ledger.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(TransientError), ledger.write() as tx:
        tx.audit.append("never")
    other.execute("ROLLBACK")
    other.close()
    with ledger.write() as tx:
        tx.audit.append("now")
    ledger.close()


def test_a_writer_waits_for_its_turn_and_for_nothing_else(url: str) -> None:
    schema.upgrade(url)
    ledgers = [Ledger.open(url, ManualClock()) for _ in range(3)]
    is_written = threading.Event()

    def append(ledger: Ledger) -> None:
        for _ in range(20):
            with ledger.write() as tx:
                tx.audit.append("appended")
                timeout = tx.connection.exec_driver_sql("PRAGMA busy_timeout").scalar()
                assert timeout == BUSY_TIMEOUT_MS  # what else may be locked is waited for as before
        is_written.set()

    with ledgers[0].write() as tx:
        threads = [threading.Thread(target=append, args=[ledger]) for ledger in ledgers[1:]]
        for thread in threads:
            thread.start()
        assert not is_written.wait(0.05)
        tx.audit.append("first")
    for thread in threads:
        thread.join()
    with ledgers[0].read() as tx:
        checked = tx.audit.verify()
        assert (checked.events, checked.fault) == (41, "")
    for ledger in ledgers:
        ledger.close()


def test_a_reader_sees_one_state_while_others_write(url: str) -> None:
    schema.upgrade(url)
    ledger = Ledger.open(url, ManualClock())
    with ledger.read() as reading:
        assert reading.audit.head()[0] == 0
        with ledger.write() as tx:
            tx.audit.append("meanwhile")
        assert reading.audit.head()[0] == 0
    with ledger.read() as reading:
        assert reading.audit.head()[0] == 1
    ledger.close()


def test_ids_are_shown_with_six_digits_and_grow_beyond() -> None:
    assert id_of(42) == "S000042"
    assert seq_of(id_of(12_345_678)) == 12_345_678
    assert dump({"b": 1, "a": "é"}) == '{"a":"é","b":1}'
