"""Normalize: the fields of an article from what the document says of itself."""
