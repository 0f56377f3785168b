"""One file a handler: a fact is recorded, a question is answered, a change is passed on."""
