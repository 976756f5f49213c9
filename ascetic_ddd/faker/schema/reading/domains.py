"""What a field is about, by its name: ``first_name`` is a first name, ``billing_city`` a city."""

__all__ = ("domain_of_name",)

_ALIASES = {
    "name": ("full_name", "fullname", "person_name", "display_name"),
    "first_name": ("firstname", "given_name", "forename", "middle_name"),
    "last_name": ("lastname", "surname", "family_name"),
    "email": ("e_mail", "mail", "email_address", "emails"),
    "phone": ("phone_number", "telephone", "mobile", "fax", "cell_phone", "tel"),
    "city": ("town", "city_name"),
    "country": ("country_name",),
    "country_code": (),
    "postcode": ("zip", "zip_code", "zipcode", "postal_code", "post_code"),
    "street_address": ("street", "address", "address_line", "address_line1", "address_line_1", "street_name"),
    "company": ("company_name", "organization", "organisation", "employer", "organization_name", "organisation_name", "vendor"),
    "job": ("job_title", "profession", "occupation"),
    "url": ("website", "homepage", "link", "web_site", "uri"),
    "user_name": ("username", "login", "nickname", "user_login"),
    "label": ("title", "subject", "headline", "caption", "label"),
    "sentence": ("description", "comment", "text", "bio", "note", "notes", "summary", "remark", "remarks", "about", "message"),
    "currency_code": ("currency",),
    "iban": (),
    "color_name": ("color", "colour"),
    "ipv4": ("ip", "ip_address"),
    "user_agent": (),
    "license_plate": (),
    "isbn13": ("isbn",),
    "language_name": ("language",),
    "file_name": ("filename",),
    "mime_type": ("content_type",),
}
_BY_NAME = {alias: domain for domain, aliases in _ALIASES.items() for alias in (domain, *aliases)}

_NAME_OF = {  # what "name" is, in a model, or before "_name"
    "company": (
        "company",
        "organization",
        "organisation",
        "tenant",
        "vendor",
        "supplier",
        "employer",
        "firm",
        "brand",
        "merchant",
    ),
    "city": ("city", "town"),
    "country": ("country",),
    "label": (
        "product",
        "item",
        "category",
        "project",
        "department",
        "team",
        "tag",
        "role",
        "group",
        "event",
        "task",
        "book",
        "file",
    ),
}
_MEANT = {word: domain for domain, words in _NAME_OF.items() for word in words}


def domain_of_name(name: str, model_name: str = "") -> str | None:
    """The domain that a field of this name has, or None.

    Args:
        name: the field's name.
        model_name: its model's, which tells a person's ``name`` from a company's.

    Example:
        >>> domain_of_name("billing_city"), domain_of_name("name", "Tenant"), domain_of_name("velocity")
        ('city', 'company', None)
    """
    words = _words(name)
    if words == ["name"]:
        return next((_MEANT[word] for word in reversed(_words(model_name)) if word in _MEANT), "name")
    for start in range(max(0, len(words) - 3), len(words)):
        found = _BY_NAME.get("_".join(words[start:]))
        if found == "name" and start:
            return _MEANT.get(words[start - 1], "name")
        if found is not None:
            return found
    return None


def _words(name: str) -> list[str]:
    spaced = "".join(f"_{letter.lower()}" if letter.isupper() and place else letter.lower() for place, letter in enumerate(name))
    return [word for word in spaced.split("_") if word]
