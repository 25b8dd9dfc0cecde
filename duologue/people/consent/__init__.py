"""What a person allowed: dated statements with wording and proof, chained; suppression apart."""
