"""A report's page as one HTML file that needs nothing else (R-52 to R-54)."""
