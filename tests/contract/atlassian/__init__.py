"""The contract with Jira and Confluence in the cloud."""
