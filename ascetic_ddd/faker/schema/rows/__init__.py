"""Rows of one model: columns side by side, validated."""
