"""How fast updates, training and exports are."""
