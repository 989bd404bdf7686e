"""`deskterm ticket`, `item`, `release`, `quotes`, `feedback`, and the lists beside them."""
