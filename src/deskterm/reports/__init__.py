"""What many tickets say together: attainment, and what it would be under another procedure."""
