"""Published architectures with random weights, each through every door of the compiler."""
