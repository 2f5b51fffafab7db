"""What a clustering is worth and what its classes look like."""
