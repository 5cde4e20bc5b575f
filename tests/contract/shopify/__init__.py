"""What we send to Shopify's GraphQL Admin API, against Shopify's own schema."""
