"""What happens to a letter before it goes out (C-23)."""
