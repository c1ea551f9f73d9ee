"""Salesforce over the network: sessions, reads, writes, jobs, deployments, its spelling."""
