"""What other tools do with the same input; run by the peers' own interpreter."""
