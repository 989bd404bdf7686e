"""The send guard: what speaks against a reply before it goes out (C-23)."""
