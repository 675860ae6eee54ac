"""What a derivation is made of, whatever it derives: steps, certificates, and their pages."""
