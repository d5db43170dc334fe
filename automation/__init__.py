"""The engine of readdress."""
