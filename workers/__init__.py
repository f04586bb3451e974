"""Celery tasks: a few lines each, ids only."""
