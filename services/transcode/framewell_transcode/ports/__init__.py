"""What transcode needs from outside. `Objects`, `ObjectReferences` and the jobs are the kit's.

`processors`, `assets` and `recordings` serve handlers, commands and queries, together as `wired.Ports`;
`driver`, with its `pictures` and `sound`, serves the sandboxed child.
"""
