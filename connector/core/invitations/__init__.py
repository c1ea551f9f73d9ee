"""Who is asked about which experience: claims, checks, recipients, requests, the desk."""
