"""The product as its users meet it: whole meshes, from outside."""
