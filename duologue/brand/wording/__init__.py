"""How texts are worded: whether they keep to the brand's voice, claim no more than it proves, and are easy to read and to answer."""
