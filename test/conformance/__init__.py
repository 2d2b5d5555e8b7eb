"""The standards' own test suites, every case of them."""
