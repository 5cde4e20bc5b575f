"""What we send to Notion, against the types of Notion's own client."""
