"""Models as aggregates: the providers that make them one by one."""
