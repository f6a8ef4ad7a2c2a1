"""A made-up person, their circle and eighteen months, so that every page can be seen full."""
