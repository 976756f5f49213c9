"""What a night may bring, brought on purpose: ``make chaos``, or ``python -m tests.chaos --help``.

``plan`` draws histories from a seed, ``events`` has what befalls them, ``history`` plays one, ``audit`` looks at what came out.
A dozen of the events are in ``tests/integration/test_crash.py``.
"""
