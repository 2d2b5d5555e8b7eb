"""The benchmark's models in plain torch, with random weights; what a file needs is in the file."""
