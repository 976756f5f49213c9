"""Plain values that come several times: 200 different cities in 10,000 rows, as a law has it."""

from collections.abc import Mapping
from random import Random
from typing import Any

from ascetic_ddd.faker.domain.distributors.counts.factory import DEFAULT_MEAN, counts_of
from ascetic_ddd.faker.domain.errors import ConfigurationError, ExhaustedError
from ascetic_ddd.faker.domain.randomness import seed_of
from ascetic_ddd.faker.schema.reading.sql_words import law_of
from ascetic_ddd.faker.schema.rows.tickets import Pointer, TicketColumn, tickets_of
from ascetic_ddd.faker.schema.rows.uses import planned_uses
from ascetic_ddd.faker.schema.synthesizers.behaviors import pool_of
from ascetic_ddd.faker.schema.synthesizers.choices import SynthesizeChoice
from ascetic_ddd.faker.schema.synthesizers.synthesizer import Synthesizer
from ascetic_ddd.faker.schema.synthesizers.unions import SynthesizeOptional, SynthesizeUnion

__all__ = ("ValuePlan", "value_law")


def value_law(synth: Synthesizer) -> dict[str, Any]:
    """The law of a plain field's values; empty if each is drawn by itself, or if the words mean the members of a list.

    Raises:
        ConfigurationError: the law cannot be.
    """
    inner = synth.inner if isinstance(synth, SynthesizeOptional) else synth
    if inner is None or isinstance(inner, (SynthesizeChoice, SynthesizeUnion)):
        return {}
    law = law_of(synth.json_schema_extra, {}, is_reference=False)
    if law and "histogram" not in law:
        law.setdefault("mean", DEFAULT_MEAN)
    counts_of(**law)
    return law


class ValuePlan:
    """How often each of a field's distinct values comes.

    Args:
        synth: of the field.
        law: its count distribution.
        rows: of the model.
        name: the field's.
        null_weight: share of None.

    Raises:
        ConfigurationError: the field has fewer distinct values than the law needs; both numbers are told.
        ExhaustedError: the same, of a synthesizer whose values cannot be counted beforehand.
    """

    def __init__(self, synth: Synthesizer, law: Mapping[str, Any], rows: int | None, name: str, null_weight: float) -> None:
        if rows is None:
            raise ConfigurationError(
                f"{synth.place}: a planned distribution needs a number of rows; tell it, e.g. add(…, rows=1000)"
            )
        inner = synth.inner if isinstance(synth, SynthesizeOptional) and synth.inner is not None else synth
        self._nulls = round(rows * null_weight)
        random = Random(seed_of(synth.seed, f"{synth.place} uses"))
        self._uses = planned_uses(law, rows - self._nulls, max(1, rows), random)
        try:
            pool = pool_of(inner, len(self._uses))
        except (ConfigurationError, ExhaustedError) as error:
            raise type(error)(
                f"{synth.place}: {', '.join(f'{key}={value!r}' for key, value in law.items())} asks for {len(self._uses):,} "
                f"different values in {rows:,} rows: {error}"
            ) from error
        self._pointer = Pointer([name], [pool], [bool(self._nulls)], len(self._uses), null_weight if self._nulls else 0.0)

    def column(self, random: Random) -> TicketColumn:
        """A fresh column for one run through the rows."""
        return TicketColumn(self._pointer, tickets_of(self._uses, range(len(self._uses)), self._nulls, len(self._uses)), random)
