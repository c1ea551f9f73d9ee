"""All network traffic of the connector: one module family per vendor on one HTTP layer.

Here vendor spelling ends: outside of this ring nobody knows SOQL, JSON bodies or status codes.
Gateways decide nothing about reviews or invitations; they fulfil the ports of the flows.
"""
