def seed():
    """Nothing: the app keeps all that it knows in the cache."""
