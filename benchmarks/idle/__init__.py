"""What the embedded mesh costs while nobody asks anything of it: memory and processor time of every process.

`mesh` starts a whole mesh in a folder of its own and waits until it has nothing left to do, `processes` reads
the kernel's figures, `report` makes the table.
"""
