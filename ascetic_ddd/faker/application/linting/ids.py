"""Ids that come again."""

from collections.abc import Iterator

from ascetic_ddd.faker.application.linting.graph import Aggregate, figure
from ascetic_ddd.faker.application.runs.finding import Finding
from ascetic_ddd.faker.application.runs.repeats import cells_of, expected_repeats
from ascetic_ddd.faker.domain.providers.composed import leaves

__all__ = ("repeated_ids",)

_FEW = 0.01  # repeated ids that are not worth a word


def repeated_ids(aggregate: Aggregate, rows: float) -> Iterator[Finding]:
    """Find an id of which all parts are reused, with the number of rows to expect that have one that was there before."""
    id_provider = aggregate.id_provider
    within = list(leaves(id_provider))
    if any(all(part in within for part in parts) for parts in aggregate.unique_parts):
        return
    parts = list(id_provider.parts().values()) or [id_provider]
    cells = [found for part in parts if (found := cells_of(part, rows)) is not None]
    if len(cells) < len(parts):
        return
    repeats = expected_repeats(cells, rows)
    if repeats >= _FEW:
        yield Finding(
            path=id_provider.path,
            asked=f"an id of its own for each of {figure(rows)} rows",
            implies=f"{' and '.join(part.path for part in parts)} {'are' if len(parts) > 1 else 'is'} reused, so about "
            f"{figure(repeats)} rows would have an id that was there before",
            advice="Say that they are unique together (unique=True, or unique_together), or give one of the parts mean=1 or a "
            "running number, or add a part that is different in each row, or tell the ids yourself",
        )
