"""Measurements of speed; tests make no claims about it."""
