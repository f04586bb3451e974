"""What differs from one deployment to the next: places, addresses, secrets; from INGEST_* and secret files.

The trial file says what the trial wants; the settings say where this service runs.
"""

from __future__ import annotations

import secrets
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from ingest.model.errors import ConfigurationError

SECRETS_DIR = Path("/run/secrets")


class Settings(BaseSettings):
    """Settings of one deployment.

    Each comes from the environment (`INGEST_DATA_DIR`) or from a file of that name in lower case in
    /run/secrets (`ingest_ledger_url`). Keys and passwords belong in files.
    """

    model_config = SettingsConfigDict(
        env_prefix="INGEST_",
        secrets_dir=str(SECRETS_DIR) if SECRETS_DIR.is_dir() else None,
        extra="ignore",
        # A compose file hands on what was left empty: that means the default.
        env_ignore_empty=True,
    )

    data_dir: Path = Field(default=Path("hamlet-data"), description="originals, staging, quarantine, archive")
    shares: str = Field(default="", description="what {shares} in the trial file's addresses stands for")
    trial_file: Path | None = Field(default=None, description="the trial file; none: the one that is shipped")
    ledger_url: SecretStr = Field(default=SecretStr(""), description="database; none: SQLite in data_dir")
    redis_url: SecretStr = Field(default=SecretStr("redis://127.0.0.1:6379/0"), description="Celery's broker")
    queue_endpoint: str = Field(
        default="", description="https://ACCOUNT.queue.core.windows.net; none: no queue"
    )
    queue_credential: SecretStr = Field(default=SecretStr(""), description="as a share's credential")
    share_secrets_dir: Path | None = Field(default=None, description="one credential file a share account")
    smtp_host: str = Field(default="", description="mail server; none: e-mails wait in the outbox")
    smtp_port: int = 587
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_starttls: bool = True
    smtp_ca_file: Path | None = Field(default=None, description="certificates to trust besides the system's")
    mail_dir: Path | None = Field(default=None, description="e-mails as files, where there is no mail server")
    key_file: Path | None = Field(default=None, description="key of the keyed hashes; none: made in data_dir")
    lease_seconds: float = Field(
        default=120.0, gt=0, description="a dead worker's step is free after so long"
    )
    back_off: tuple[float, ...] = Field(
        default=(60.0, 900.0),
        description="seconds to wait after each try of a step but the last that met a bug or a dead worker, "
        "as JSON: [60, 900]",
    )
    fault_back_off: tuple[float, ...] = Field(
        default=(60.0, 300.0, 900.0, 1800.0),
        description="the same after passing faults (a share down, a disk full); the last one again and again",
    )
    fault_patience_days: float = Field(
        default=7.0, gt=0, description="days of passing faults after which a step is stuck"
    )
    inspection_memory: int = Field(default=1024**3, description="address space of an inspection child, bytes")
    fixity_days: int = Field(default=28, ge=1, description="days in which all of the archive is read again")
    fixity_rate: float = Field(default=50.0, ge=0, description="MB/s at which that is done; 0: no limit")
    log_level: str = "INFO"

    @property
    def database_url(self) -> str:
        """Return the ledger's URL: the setting, or SQLite in the data folder."""
        return self.ledger_url.get_secret_value() or f"sqlite:///{self.data_dir / 'ledger.sqlite'}"

    def read_key(self) -> bytes:
        """Return the key of the keyed hashes; made at the first start. Raises ConfigurationError."""
        path = self.key_file or self.data_dir / "hash.key"
        try:
            if not path.exists():
                if self.key_file is not None:
                    raise ConfigurationError(
                        f"INGEST_KEY_FILE: there is no file {path}; expected: 32 bytes in hex."
                    )
                _create_key(path)
            return bytes.fromhex(path.read_text(encoding="ascii").strip())
        except (OSError, ValueError):
            raise ConfigurationError(
                f"The key file {path} cannot be read; expected: 32 bytes in hex."
            ) from None


def _create_key(path: Path) -> None:
    """Write a new key, once: the loser of a race reads the winner's."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    draft.touch(mode=0o600)
    draft.write_text(secrets.token_hex(32), encoding="ascii")
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
