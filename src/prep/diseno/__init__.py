"""What every screen shares: tokens, components, texts, icons and keys. The gallery at /diseno/ shows them all."""
