"""What reads models: types, constraints, words, validators. Nothing here draws."""
