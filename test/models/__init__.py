"""Models with random weights, built in code: nothing is downloaded."""
