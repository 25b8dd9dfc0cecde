"""How far people came: people, runs, deliveries and turns that add up."""
