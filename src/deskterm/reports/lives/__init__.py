"""Lives: tickets as of an instant, with everything that figures count of them."""
