"""Pages: what staff click through, stage by stage, and the public pages people land on."""
