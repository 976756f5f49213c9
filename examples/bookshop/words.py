"""The bookshop's language, for the steps of its features."""

from ascetic_ddd.faker.testing.vocabulary import Vocabulary, named

__all__ = ("english", "russian")


def english() -> Vocabulary:
    """The words in English."""
    words = Vocabulary("en")
    words.noun("customers", "customer", "customers", name="name")
    words.noun("products", "product", "products", name="title")
    words.noun("orders", "order", "orders")
    for status in ("active", "blocked"):
        words.adjective("customers", status, meaning={"status": status})
    words.adjective("products", "discontinued", meaning={"status": "discontinued"})
    for status in ("placed", "paid", "shipped", "cancelled"):
        words.adjective("orders", status, meaning={"status": status})
    words.phrase("customers", "from {city}", {"city": "{city}"})
    words.phrase("products", "for {price}", {"price": "{price}"})
    words.phrase("orders", "of {customer}", {"customer_id": named("customers", "{customer}")})
    words.phrase("orders", "of customers from {city}", {"customer_id": {"city": "{city}"}})
    return words


def russian() -> Vocabulary:
    """The same in Russian."""
    words = Vocabulary("ru")
    words.noun("customers", "покупатель", "покупателя", "покупателей", "покупатели", name="name")
    words.noun("products", "товар", "товара", "товаров", "товары", name="title")
    words.noun("orders", "заказ", "заказа", "заказов", "заказы")
    words.adjective("customers", "активный", "активных", "активных", meaning={"status": "active"})
    words.adjective("customers", "заблокированный", "заблокированных", "заблокированных", meaning={"status": "blocked"})
    words.adjective("orders", "оплаченный", "оплаченных", "оплаченных", meaning={"status": "paid"})
    words.phrase("customers", "из города {city}", {"city": "{city}"})
    words.phrase("products", "по цене {price}", {"price": "{price}"})
    words.phrase("orders", "покупателя {customer}", {"customer_id": named("customers", "{customer}")})
    return words
