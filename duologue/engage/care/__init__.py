"""How people are cared for: by when they are answered, in which hours, with which ready words, and what may be given to them."""
