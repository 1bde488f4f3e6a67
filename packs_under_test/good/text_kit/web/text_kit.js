// Nothing to add to the frontend yet: the folder is what a pack with widgets of its own ships.
