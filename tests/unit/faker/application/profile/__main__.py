"""Writes the published schema anew."""

import json

from ascetic_ddd.faker.application.profile.json_schema import json_schema
from tests.unit.faker.application.profile.test_file import SCHEMA

SCHEMA.write_text(json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n", "utf-8")
