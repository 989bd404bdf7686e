"""The way of a mail from its bytes to a message: kept, read, and handed to the desk (M-02)."""
