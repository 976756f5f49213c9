"""Providers declared by recipes on the class, and resolved into those of ``faker.domain.providers``."""
