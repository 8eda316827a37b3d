# Names in messages.

# What would break a line, or move the cursor.
def on_one_line: gsub("\\p{Cc}+"; " ");

# A word as it is typed in a shell.
def typed: if test("^[A-Za-z0-9_./:@%+=-]+$") then . else @sh end;

# What restores a snapshot of another path.
def command($path): "BACKUP_PATH=\($path | typed) restore.sh \(.short)";
