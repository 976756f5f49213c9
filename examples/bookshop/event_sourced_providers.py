"""The provider of event-sourced orders: that of the others, and the times of the events."""

from datetime import UTC, datetime, timedelta
from typing import Any

from ascetic_ddd.faker.domain.generators.input_generators import FakerGenerator
from ascetic_ddd.faker.domain.providers.interfaces import IValueProvider
from ascetic_ddd.faker.domain.providers.value_provider import ValueProvider
from ascetic_ddd.faker.domain.repositories import IExternalRepository
from examples.bookshop import providers
from examples.bookshop.journeys import EVENT_SOURCED_ORDER

__all__ = ("OrderProvider",)

YEAR = (datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC))


class OrderProvider(providers.OrderProvider):
    """Orders whose events happened in a year of ours, and not while they were generated; their streams are numbered by us.

    Of the same name as the other one: by that, the same seed gives the same orders.
    """

    placed_at: IValueProvider[datetime, datetime]
    hesitation: IValueProvider[int, timedelta]
    tells_ids = True

    def __init__(
        self, repository: IExternalRepository[Any], customers: providers.CustomerProvider, products: providers.ProductProvider
    ) -> None:
        self.placed_at = ValueProvider[datetime, datetime](
            input_generator=FakerGenerator("date_time_between_dates", datetime_start=YEAR[0], datetime_end=YEAR[1], tzinfo=UTC)
        )
        self.hesitation = ValueProvider[int, timedelta](
            input_generator=FakerGenerator("pyint", min_value=1, max_value=180),
            output_factory=lambda minutes: timedelta(minutes=minutes),
        )
        super().__init__(repository, customers, products, EVENT_SOURCED_ORDER)
