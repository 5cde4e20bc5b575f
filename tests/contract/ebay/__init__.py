"""What we send to eBay, against eBay's own types."""
