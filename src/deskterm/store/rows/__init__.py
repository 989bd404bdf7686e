"""Parts of rows that several queries share."""
