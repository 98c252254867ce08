"""When a story was published: candidates from every source, one chooser, provable bounds."""
