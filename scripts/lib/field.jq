# One field of an object, empty if it is not there. Argument: name.
.[$name] // ""
