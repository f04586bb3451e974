"""The nouns of the service: frozen dataclasses and closed vocabularies.

Standard library only, no input or output. Every other room may import from here.
"""
