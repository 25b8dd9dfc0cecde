"""Writing dialogues, messages, surveys and offers on screen, as the texts that a plan folder holds."""
