"""The send guard: checks of a reply before it goes out (C-23)."""
