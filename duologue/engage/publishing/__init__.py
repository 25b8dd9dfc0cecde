"""Publishing a dialogue's text: all that it names in other rooms must be there, and the versions of that are pinned."""
