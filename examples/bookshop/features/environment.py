"""The features by behave: ``python -m behave examples/bookshop/features``."""

import os

from ascetic_ddd.faker.testing.behave import install
from examples.bookshop.wiring import create_application_schema, make_providers, stored_states
from examples.bookshop.words import english, russian

__all__ = ()

install(
    globals(),
    english(),
    russian(),
    create_schema=create_application_schema,
    providers=make_providers,
    states=stored_states(),
    server_dsn=os.environ.get("SERVER_DSN"),
    background_once=True,
)
