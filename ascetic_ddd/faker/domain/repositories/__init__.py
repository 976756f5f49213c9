"""The repository ports: what a provider needs of a store, and the one way to tell which of them a repository keeps."""

from ascetic_ddd.faker.domain.repositories.auditing import IAudit, IAuditable, IConstrained, Uses
from ascetic_ddd.faker.domain.repositories.offering import (
    ILayered,
    lookup_of,
    methods_of,
    offers,
    reads_the_application,
    sides_of,
    stored_states,
    stored_values,
    values_of,
)
from ascetic_ddd.faker.domain.repositories.preparing import ICleanUp, ISetUp
from ascetic_ddd.faker.domain.repositories.reading import ILookup, IReadable, IValuesReadable
from ascetic_ddd.faker.domain.repositories.remembering import IDeferring, IExporting, IInternalRepository, IMemory, INumbering
from ascetic_ddd.faker.domain.repositories.rules import CheckRule, ColumnRule, IRuled, ReferenceRule, StoreRules, UniqueRule
from ascetic_ddd.faker.domain.repositories.storing import (
    IAggregateRepository,
    IBulkRepository,
    IExternalRepository,
    IObservable,
    IStagedBulkRepository,
    IUpdatable,
    Staged,
    StoredListener,
)
from ascetic_ddd.faker.domain.repositories.writing_behind import IWritingBehind, WritingBehind

__all__ = (
    "CheckRule",
    "ColumnRule",
    "IAggregateRepository",
    "IAudit",
    "IAuditable",
    "IBulkRepository",
    "ICleanUp",
    "IConstrained",
    "IDeferring",
    "IExporting",
    "IExternalRepository",
    "IInternalRepository",
    "ILayered",
    "ILookup",
    "IMemory",
    "INumbering",
    "IObservable",
    "IReadable",
    "IRuled",
    "ISetUp",
    "IStagedBulkRepository",
    "IUpdatable",
    "IValuesReadable",
    "IWritingBehind",
    "ReferenceRule",
    "Staged",
    "StoreRules",
    "StoredListener",
    "UniqueRule",
    "Uses",
    "WritingBehind",
    "lookup_of",
    "methods_of",
    "offers",
    "reads_the_application",
    "sides_of",
    "stored_states",
    "stored_values",
    "values_of",
)
