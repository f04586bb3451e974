"""What a submission changed in the archive, and what the archive holds of the subject now."""

from __future__ import annotations

from ingest.model.verdict import Outcome
from ingest.reports.arrived import kind_rank
from ingest.reports.currency import currency_lines
from ingest.reports.inputs import SubjectInput
from ingest.reports.plain_text import counted, joined, sentence
from ingest.reports.texts import Texts


def changes_of(subject: SubjectInput, is_repeat: bool, texts: Texts) -> tuple[str, ...]:
    """Return it in sentences; of what was held before only what is still so."""
    verdict, said = subject.verdict, texts.changes
    is_accepted = verdict.outcome is Outcome.ACCEPTED
    lines = []
    if is_accepted and verdict.new and not is_repeat:
        text = said["added" if verdict.head_version else "filed"].text
        lines.append(text.format(files=counted(verdict.new, "file")))
    if is_accepted and subject.replaced:
        lines.append(said["replaced"].text.format(files=counted(subject.replaced, "file")))
    if verdict.duplicates:
        lines.append(said["known"].text.format(files=counted(verdict.duplicates, "file")))
    if subject.resolved and verdict.head_version and is_accepted and not subject.replaced:
        named = joined([texts.object_words(kind).the for kind in subject.resolved])
        lines.append(sentence(said["resolved"].text.format(objects=named)))
    if is_accepted and verdict.new:
        lines += currency_lines(subject, texts)
    if subject.filed:
        filed = sorted(subject.filed.items(), key=lambda entry: kind_rank(entry[0]))
        amounts = joined([_amount(kind, count, texts) for kind, count in filed if count])
        lines.append(said["archive"].text.format(amounts=amounts))
    return tuple(lines)


def _amount(kind: str, count: int, texts: Texts) -> str:
    words = texts.object_words(kind)
    if words.one == "image":
        return f"{words.title} {counted(count, words.one, words.many)}"
    return counted(count, words.one, words.many)
