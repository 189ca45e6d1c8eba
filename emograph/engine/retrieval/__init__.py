"""Finding images among those that were explained: what is asked, how it is ranked, and why."""
