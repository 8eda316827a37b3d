# Why restic cannot write its lock, or, in `unlock`, remove one; nothing where it can, or may be able to in a while.
# Input: what a run wrote to stderr, as one string. Arguments: those of errors.jq, and status (its exit code; "" as long as
# it runs). restic tries for 15 minutes again what a file system or a server refuses.
include "messages";
include "errors";

def is_of_lock: .unnamed | test("^(Save|Remove)\\(<lock/");

# Of the lock that another restic holds, and of locks that cannot be read, errors.jq knows more; "context canceled" is a
# signal. A lock that could be written at first, and not be renewed, is lost after half an hour.
def last_words:
  .unnamed
  | capture("^(Fatal: )?(unable to create lock in backend: (?!repository is already locked|(LoadRaw|invalid)|context canceled)|(?=failed to refresh lock))(?<reason>.*)").reason;

def reason: .unnamed | capture("^[^>]*>\\) (returned error, retrying after [^:]*|failed): (?<reason>.*)").reason;

# What time does not change. A server may say of such a disk that it has an error: then several tries decide.
def is_final:
  test("read-only file system|permission denied|operation not permitted") or ([row_of(.).kind] | inside(["refused", "full"]));

def is_unreachable: row_of(.).kind == "unreachable";

messages
| (map(last_words) | last) as $last
| map(select(is_of_lock) | reason | select(is_unreachable | not)) as $tried
| if $status == "0" or ($last // "" | is_unreachable) then empty
  elif $status != "" then $last // empty
  elif ($tried | length) >= 6 or ($tried | length >= 2 and (.[-2:] | all(is_final))) then $tried[-1]
  else empty
  end
