# Names that others gave, in messages, and in the commands that these tell an operator to type.

# Without what would break a line, or move the cursor.
def without_controls: gsub("\\p{Cc}+"; " ");

# A word as it is typed in a shell.
def typed: if test("^[A-Za-z0-9_./:@%+=-]+$") then . else @sh end;

# What restores a snapshot of another path.
def restore_command($path): "BACKUP_PATH=\($path | typed) restore.sh \(.short)";
