"""Backups of a desk: proved copies with a manifest, and the way back from them."""
