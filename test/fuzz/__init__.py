"""Random models, random modules and broken files: `python -m fuzz models|torch|files`."""
