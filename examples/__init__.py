"""Examples of use, each as its users would write it."""
