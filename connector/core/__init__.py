"""What the connector decides, and nothing else: no network, files, clock, randomness or logging.

Facts come in as frozen values, decisions go out as frozen actions.
Time, ids, nonces and initialisation vectors are arguments.
"""
