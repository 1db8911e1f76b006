"""Do groups of items get the exposure that users' wishes and histories would give them."""
