"""Which words led to which sales: conversions shared among the touches before them."""
