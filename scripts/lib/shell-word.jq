# A word as it is typed in a shell. Input, raw: the word.
include "one-line";

typed
