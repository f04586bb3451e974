"""Inputs that lie, made by generators: each is named for the finding code that it must raise."""
