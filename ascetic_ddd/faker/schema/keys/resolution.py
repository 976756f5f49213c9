"""Keys first, references after: makes the key tables of all models and the columns of their references."""

from collections.abc import Mapping

from ascetic_ddd.faker.schema.keys.grouping import grouped
from ascetic_ddd.faker.schema.keys.key_resolution import KeyResolver
from ascetic_ddd.faker.schema.keys.reference_resolution import ReferenceResolver
from ascetic_ddd.faker.schema.keys.resolved import ResolvedModel
from ascetic_ddd.faker.schema.rows.model_synthesizer import ModelSynthesizer

__all__ = ("resolve",)


def resolve(schema: Mapping[str, ModelSynthesizer]) -> None:
    """Resolve the references of all models, and give each its :class:`ResolvedModel`.

    Raises:
        ConfigurationError: a reference points nowhere, or the numbers of rows, the domains and the distributions contradict each
            other; the message tells model and field.
        CycleError: keys are made of each other in a circle.
    """
    models = {model.name: ResolvedModel(model, *grouped(model, schema)) for model in schema.values()}
    keys = KeyResolver(models)
    for model in schema.values():
        keys.keys_of(model)
    references = ReferenceResolver(models, keys)
    for model in schema.values():
        references.add_references(model)
    for name, found in models.items():
        schema[name].resolved = found
        schema[name].prepare()
