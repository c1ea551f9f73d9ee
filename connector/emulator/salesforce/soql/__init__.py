"""SOQL: from its text to SQL, and back to the vendor's records."""
