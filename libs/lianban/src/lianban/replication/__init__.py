"""Themes handed on to another division (复制推广): packages, mappings to what is local, and taking them in."""
