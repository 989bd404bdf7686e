"""The demo desk and its stories."""
