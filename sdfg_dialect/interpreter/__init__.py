"""The oracle of the dialect: an interpreter on xDSL's framework, with NumPy underneath."""
