"""Applies what the gates allow, once: plan, intent, call, read back."""
