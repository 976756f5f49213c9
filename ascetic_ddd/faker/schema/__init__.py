"""Models with keys become data: synthesizers for pydantic models, pools for primary keys, references for foreign keys.

The way through it, for whoever streams rows into something else::

    schema = SchemaSynthesizer(seed=7)
    schema.add(Employee, 100_000)
    schema.add(Manager, 1_000)
    schema.prepare()                          # all configuration errors are found here, at the latest

    order = schema.order()
    order.models                              # names; what is referred to stands before what refers to it
    order.deferred                            # ForeignKeys that close a circle: deferred constraints, or a second pass

    for name in order.models:
        model = schema[name]                  # a ModelSynthesizer
        model.rows, model.key, model.unique, model.nullable, model.shape.fields
        for row in schema.rows(name):         # instances, validated; made one batch at a time, never kept
            ...

* ``schema.rows(model)`` takes the class or its name and begins anew at each call, with the same rows: what needs a second
  pass asks
  again. Any number of such iterators may be open, of one model and of several, in any order: keys depend on the row's
  number only.
* ``schema.records(model)`` gives the same rows as ``Record(told, made)``: ``told`` is the plain input that pydantic took, by
  alias;
  ``made`` the instance.
* ``schema.references`` are all ``ForeignKey(model, fields, target, target_fields, is_nullable, is_tree, is_whole_key)``. A tree's
  rows come parents first.
* ``model.key`` names the fields of the primary key, ``model.unique`` the fields that are unique by themselves,
  ``model.nullable`` those
  that may be None, ``model.shape.fields`` maps names to pydantic's ``FieldInfo``.
* ``schema.noisy_rows(model, probability=…)`` gives invalid input, marked; see :mod:`ascetic_ddd.faker.schema.noise`.

Source: the seed, "Synthetic Data Spike".
"""

try:
    import annotated_types as _annotated_types  # noqa: F401  # pydantic brings it
    import pydantic as _pydantic
    import rstr as _rstr  # noqa: F401
except ImportError as error:
    raise ImportError(
        f"ascetic_ddd.faker.schema needs {error.name}, which is not installed: pip install 'ascetic-ddd[pydantic]'",
        name=error.name,
    ) from error
if int(_pydantic.VERSION.partition(".")[0]) < 2:
    raise ImportError(f"ascetic_ddd.faker.schema needs pydantic 2, not {_pydantic.VERSION}: pip install 'ascetic-ddd[pydantic]'")

from ascetic_ddd.faker.schema.noise import Fault, NoisyRow
from ascetic_ddd.faker.schema.rows import nested as _nested  # noqa: F401  # its class is found as a subclass
from ascetic_ddd.faker.schema.rows.model_synthesizer import ModelIter, ModelSynthesizer
from ascetic_ddd.faker.schema.rows.records import Record
from ascetic_ddd.faker.schema.schema_synthesizer import ForeignKey, Order, SchemaSynthesizer
from ascetic_ddd.faker.schema.synthesizers.behaviors import Behavior, Independent, Pooled
from ascetic_ddd.faker.schema.synthesizers.dates import SynthesizeDate
from ascetic_ddd.faker.schema.synthesizers.numbers import SynthesizeFloat, SynthesizeInteger, SynthesizeNumber
from ascetic_ddd.faker.schema.synthesizers.references import SynthesizeReference
from ascetic_ddd.faker.schema.synthesizers.registry import synth_class_iter
from ascetic_ddd.faker.schema.synthesizers.strings import SynthesizeString
from ascetic_ddd.faker.schema.synthesizers.synthesizer import Synthesizer
from ascetic_ddd.faker.schema.synthesizers.words import SynthesizeName

__all__ = (
    "Behavior",
    "Fault",
    "ForeignKey",
    "Independent",
    "ModelIter",
    "ModelSynthesizer",
    "NoisyRow",
    "Order",
    "Pooled",
    "Record",
    "SchemaSynthesizer",
    "SynthesizeDate",
    "SynthesizeFloat",
    "SynthesizeInteger",
    "SynthesizeName",
    "SynthesizeNumber",
    "SynthesizeReference",
    "SynthesizeString",
    "Synthesizer",
    "synth_class_iter",
)
