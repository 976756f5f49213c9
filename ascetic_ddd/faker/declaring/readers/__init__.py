"""What models say of their fields, by the library that makes the models: one file each."""
