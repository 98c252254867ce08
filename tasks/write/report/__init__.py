"""The report: what a run did, to look at rather than to read.

files    what is published -> counts, picked documents, groups; and the page, written
count    published rows -> counts, a table at a time
pick     published rows -> the documents worth looking at
compare  an article and its copy -> their paragraphs side by side, differences marked
overview counts -> what the page says
charts   counts -> pictures (SVG)
page     all of it -> one HTML page under a strict policy; templates, style and script lie in `page/`
"""
