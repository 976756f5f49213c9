"""The command `ascetic-ddd`; the only room that wires the others together."""
