"""What the pack needs can be installed, beside the host and beside other packs."""
