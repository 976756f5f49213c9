"""Building blocks for Domain-Driven Design.

``ascetic_ddd.faker`` grows databases through an application's own domain model.
"""
