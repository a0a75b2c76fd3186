"""Facts across systems and time that decide whether the data may be acted on."""
