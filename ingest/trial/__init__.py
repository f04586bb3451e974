"""The trial as data: trial.toml read into typed, frozen definitions."""

from ingest.trial.definition import Trial
from ingest.trial.load import load_default_trial, load_trial, parse_trial

__all__ = ["Trial", "load_default_trial", "load_trial", "parse_trial"]
