"""How fast media is read, beside FFmpeg's command and PySceneDetect, and how surely shots are found.

`footage` makes the clips, `contest` says who takes part and runs one in a process of its own, `rounds` plays
them by turns, `shots` measures F1 on rendered programmes, `mesh` sends clips through a whole mesh, `report`
makes the tables.
"""
