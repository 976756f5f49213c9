"""The listings of the seed "Synthetic Data Spike", in order, as text; what a notebook shows by itself is kept in ``shown``."""

MODELS = """
import datetime
from typing import Annotated
from pydantic import BaseModel, Field

class Employee(BaseModel):
    id: Annotated[
        int, Field(json_schema_extra={"sql": {'key': 'primary'}})
    ]
    name: Annotated[
        str, Field(max_length=40)
    ]
    hire_date: Annotated[
        datetime.datetime, Field(ge=datetime.datetime(2021, 1, 18))
    ]
    velocity: Annotated[
        float, Field(ge=2, le=21,
                     json_schema_extra={"distribution": "normal"})
    ]
    manager: Annotated[
        int, Field(json_schema_extra={"sql": {'key': 'foreign', 'reference': 'Manager.id'}})
    ]


class Manager(BaseModel):
    id: Annotated[
        int, Field(json_schema_extra={"sql": {'key': 'primary'}})
    ]
    employee_id: Annotated[
        int, Field(json_schema_extra={"sql": {'key': 'foreign', 'reference': 'Employee.id'}})
    ]
    department_id: Annotated[
        str, Field(max_length=8)
    ]
"""

MOCK = """
from dataclasses import dataclass

@dataclass
class MockModelSynthesizer:
    rows: int

model = MockModelSynthesizer(12)
"""

STRING_CLASS = """
import string

class SynthesizeString(Synthesizer):
    domain = string.ascii_letters + string.punctuation
    min_default = 1

    def prepare(self) -> None:
        self.min_length = self.get_meta(MinLen, attrgetter("min_length"))
        self.max_length = self.get_meta(MaxLen, attrgetter("max_length"))
        if self.min_length is None:
            self.min_length = self.min_default
        if self.max_length is None:
            self.max_length = 32

    def __call__(self, sequence: int | None = None) -> Any:
        size = random.randint(self.min_length, self.max_length)
        return "".join([
            random.choice(self.domain)
            for _ in range(size)
        ])

    @classmethod
    def match(cls, field: FieldInfo) -> bool:
        return issubclass(field.annotation, str)
"""

NAME_CLASS = """
class SynthesizeName(SynthesizeString):
    domain = string.ascii_letters
    min_default = 3

    def __call__(self, sequence: int | None = None) -> Any:
        return super().__call__(sequence).title()

    @classmethod
    def match(cls, field: FieldInfo) -> bool:
        return (
            issubclass(field.annotation, str)
            and field.json_schema_extra and field.json_schema_extra.get("domain") == "name"
        )
"""

NUMBER_CLASSES = """
from functools import partial

class SynthesizeNumber(Synthesizer):
    default_distribution = "uniform"

    def prepare(self) -> None:
        self.min_value = self.get_meta(Ge, attrgetter("ge"))
        self.max_value = self.get_meta(Le, attrgetter("le"))
        if self.min_value is None:
            self.min_value = 0
        if self.max_value is None:
            self.max_value = 2**32-1
        self.dist_name = self.json_schema_extra.get("distribution", self.default_distribution)

class SynthesizeInteger(SynthesizeNumber):
    def prepare(self) -> None:
        super().prepare()
        self.gen = {
            "uniform": partial(random.randint, self.min_value, self.max_value),
            "normal": partial(random.normalvariate,
                              mu=(self.max_value + self.min_value)/2,
                              sigma = (self.max_value - self.min_value)/6)
        }[self.dist_name]
    def __call__(self, sequence: int | None = None) -> Any:
        v = int(self.gen())
        while v < self.min_value or v > self.max_value:
            v = int(self.gen())
        return v

    @classmethod
    def match(cls, field: FieldInfo) -> bool:
        return issubclass(field.annotation, int)

class SynthesizeFloat(SynthesizeNumber):
    def prepare(self) -> None:
        super().prepare()
        self.gen = {
            "uniform": partial(random.randint, self.min_value, self.max_value),
            "normal": partial(random.normalvariate,
                              mu=(self.max_value + self.min_value)/2,
                              sigma=(self.max_value - self.min_value)/6)
        }[self.dist_name]
    def __call__(self, sequence: int | None = None) -> Any:
        v = float(self.gen())
        while v < self.min_value or v > self.max_value:
            v = float(self.gen())
        return v

    @classmethod
    def match(cls, field: FieldInfo) -> bool:
        return issubclass(field.annotation, float)
"""

DATE_CLASS = """
class SynthesizeDate(SynthesizeNumber):
    def prepare(self) -> None:
        super().prepare()
        self.min_value = self.get_meta(Ge, attrgetter("ge"))
        self.max_value = self.get_meta(Le, attrgetter("le"))
        if self.min_value is None:
            self.min_value = datetime.datetime(1970,1,1)
        if self.max_value is None:
            self.max_value = datetime.datetime(2099,12,31)
        self.dist_name = self.json_schema_extra.get("distribution", self.default_distribution)

        self.min_date = self.min_value.timestamp()
        self.max_date = self.max_value.timestamp()
        self.gen = {
            "uniform": lambda : random.random() * (self.max_date - self.min_date) + self.min_date,
            "normal": partial(random.normalvariate, mu=(self.max_date + self.min_date)/2,
                              sigma = (self.max_date - self.min_date)/6)
        }[self.dist_name]

    def __call__(self, sequence: int | None = None) -> Any:
        dt = self.gen()
        return datetime.datetime.fromtimestamp(dt)

    @classmethod
    def match(cls, field: FieldInfo) -> bool:
        return issubclass(field.annotation, datetime.datetime)
"""

REFERENCE_CLASS = '''
class SynthesizeReference(Synthesizer):

    def __init__(self, model: "ModelSynthesizer", field: FieldInfo, behavior: type[Behavior] = Independent) -> None:
        super().__init__(model, field, behavior)
        # "sql": {'key': "foreign", "reference": "Manager.id"}
        self.model_ref, self.field_ref = self.json_schema_extra["sql"]["reference"].split(".")
        self.source: Synthesizer | None = None

    def __call__(self, sequence: int | None = None) -> Any:
        """Generate a value."""
        try:
            return next(self.source)
        except TypeError as ex:
            # Usually, it's because the source is not resolved or not a pool.
            raise ValueError(f"source {self.model_ref}.{self.field_ref} not resolved")
'''

CLASSES = (STRING_CLASS, NAME_CLASS, NUMBER_CLASSES, DATE_CLASS, REFERENCE_CLASS)
"""The spike's own synthesizers, for what a user who wrote them would have."""

CLASSES_NEED = """
import abc
from annotated_types import MaxLen, MinLen, Ge, Le
from operator import attrgetter
import random
from typing import Any, Iterator

from pydantic.fields import FieldInfo
"""

STRINGS = """
g = SynthesizeString(None, Employee.model_fields['name'])
shown["g()"] = g()
ig = SynthesizeString(model, Employee.model_fields['name'], behavior=Independent)
shown["ig"] = next(iter(ig))
pg = SynthesizeString(model, Employee.model_fields['name'], behavior=Pooled)
shown["pg"] = next(iter(pg))
shown["pool[0]"] = pg.behavior.pool[0]
"""

NAMES = """
g2 = SynthesizeName(model, Employee.model_fields['name'])
shown["names"] = [next(g2) for _ in range(10)]
"""

NUMBERS = """
g3 = SynthesizeInteger(model, Employee.model_fields['id'])
shown["ids"] = [next(g3) for _ in range(10)]
g4 = SynthesizeFloat(model, Employee.model_fields['velocity'])
shown["velocities"] = [next(g4) for _ in range(10)]
from statistics import mean, stdev
s = [next(g4) for _ in range(200)]
shown["summary"] = f"{min(s)=:.2f}, {max(s)=:.2f}, {mean(s)=:.2f}, {stdev(s)=:.3f}"
"""

DATES = """
g5 = SynthesizeDate(model, Employee.model_fields['hire_date'])
shown["hire_date"] = next(g5)
"""

WRONG = """
emp_synth = ModelSynthesizer(Employee, 100)
emp_synth_iter = iter(emp_synth)
for _ in range(10):
    print(next(emp_synth_iter))
"""

SCHEMA = """
s = SchemaSynthesizer()
s.add(Employee, 10)
s.add(Manager, 2)

print(s.schema['Employee'])
for name, f in s.schema['Employee'].fields.items():
    print(f"  {name}: {f}")
"""

EMPLOYEES = """
for e in s.rows(Employee):
    print(e)
"""

MANAGERS = """
for m in s.rows(Manager):
    print(m)
"""

IN_ORDER = (MODELS, MOCK, STRINGS, NAMES, NUMBERS, DATES)
