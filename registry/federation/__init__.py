"""Federation out: SERVICE, asked of the endpoints that the operator allows."""
