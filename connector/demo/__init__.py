"""The whole job on emulated vendors: the real commands over real HTTPS, watched from outside."""
