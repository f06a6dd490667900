"""The use cases of the steward: contribute, roll back, index again, verify."""
