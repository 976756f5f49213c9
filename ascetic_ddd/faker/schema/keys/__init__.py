"""Keys and references between models: which row refers to which, reckoned beforehand."""
