"""What is kept of an exception that nobody expected: where it was raised, never what it says."""

from ingest.steps.name_bug import name_bug


def raise_with(text: str) -> None:
    raise KeyError(text)


def test_a_bug_is_named_by_class_and_line_without_its_text() -> None:
    try:
        raise_with("Quillfeather^Ottoline")
    except KeyError as error:
        words = name_bug(error)
    assert words.startswith("KeyError in test_name_bug.py, line ")
    assert "Quillfeather" not in words


def test_an_exception_that_was_never_raised_is_named_by_its_class() -> None:
    assert name_bug(ValueError("x")) == "ValueError"
