# What restic wrote to stderr, plain lines or JSON, as a list of messages that can be shown and judged.
# Input of `messages`: the whole text as one string (jq -Rs). Each message has
#   text     what a human may read: one line without secrets and stack traces, at most 1,000 characters
#   item     the file that it is about, or ""
#   during   what restic was doing (archival, scan, restore), or ""
#   unnamed  the text without the names of files, because a file may be called "hash mismatch"
# jq wants a function to stand above its callers: read from `messages`, at the end, upwards.

# Variables whose values no log may show: Go prints a header that it refuses, and a key may stand in it.
def secrets:
  ["AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AZURE_ACCOUNT_KEY", "AZURE_ACCOUNT_SAS", "B2_ACCOUNT_KEY", "ST_KEY",
   "OS_PASSWORD", "OS_AUTH_TOKEN", "OS_APPLICATION_CREDENTIAL_SECRET", "RESTIC_REST_PASSWORD", "RESTIC_PASSWORD"]
  | map(env[.] // empty | sub("\\s+$"; "") | select(length > 3));

def without_secrets($secrets):
  reduce $secrets[] as $secret (.; if contains($secret) then split($secret) | join("***") else . end);

# An address with a query may hold a signature that gives access, as those of Azure do. restic masks the passwords in
# most addresses, not in all.
def without_credentials:
  if contains("://") then
    gsub("(?<address>[a-z0-9+]+://[^ \"?]+)\\?[^ \"]*"; "\(.address)?…")
    | gsub("(?<user>[a-z0-9+]+://[^ /:@\"]*):(?![0-9]{1,5}/)[^ @\"]*@"; "\(.user):***@")
  elif contains("@") then gsub("(?<user>https?:[^ /:@\"]+):[^ @\"]*@"; "\(.user):***@")
  else . end;

# jq is slow to match and quick to compare.
def on_one_line:
  if contains("\n") or contains("\t") or contains("\r") or contains("  ") or startswith(" ") or endswith(" ") then
    gsub("\\s+"; " ") | sub("^ "; "") | sub(" $"; "")
  else . end;

def without_rulers: if contains("----------") then gsub("-{10,}"; " ") else . end;

def cleaned($secrets):
  without_rulers | on_one_line | without_secrets($secrets) | without_credentials | .[:1000]
  | if endswith(".") or endswith(" ") then sub("[. ]+$"; "") else . end;

def without($name): if ($name | length) > 1 and contains($name) then split($name) | join("") else . end;

# Names stand wherever the item is named, in quotation marks after a few words, after "path", and in what the system
# says ("open NAME: permission denied"). What Go quotes, it escapes as JSON does.
def without_names($item):
  without($item)
  | without($item | tojson[1:-1])
  | if contains("\"") then
      gsub("(?<word>(file|node|directory|of|last|path|pattern)) \"(\\\\.|[^\"\\\\])*\""; "\(.word) \"\"")
    else . end
  | if contains("path ") then sub("(?<path>(^|: )path) [\\s\\S]*: (?=not |id [0-9a-f]|[A-Z]\\w*\\(<|de(crypt|compress)ing |read blob )"; "\(.path): ") else . end
  | if contains("/restic-") then gsub("/[^ ]*/(?<own>restic-(temp-pack|check-cache)-)[0-9]+"; .own) else . end
  | if contains(" /") then
      gsub("(?<call>(^|\\W)(for|open|openat|l?stat|fstat|mkdir|mkdirat|mknod|unlink|unlinkat|remove|rename|renameat|link|symlink|readlink|read|write|close|f?sync|seek|f?truncate|fallocate|f?chmod|fchmodat|l?chown|fchown|utimensat|chtimes|readdir|readdirent|readdirnames|fdopendir|fork/exec|MkdirAll|xattr[.][A-Za-z]+)) /[\\s\\S]*: "; "\(.call): ")
    else . end;

# A line of a stack trace: a function, or its place.
def is_frame: (contains(" ") | not) and test("^(\\t[^ ]+[.](go|s):[0-9]+|(main|runtime|[a-z.]+[.](com|org|io|in|net)/[^ ]*)[.][^ ]*)$");

def without_frames: if contains("\n") then split("\n") | map(select(is_frame | not)) | join("\n") else . end;

# said: a line as a message.
def said($secrets):
  ((select(startswith("{")) | fromjson? | objects) // {message: .})
  | (.error.message? // .message? // "" | tostring | without_frames) as $words
  | (.item // "" | tostring) as $item
  | {
      text: (if $item == "" or ($words | contains($item)) then $words else "\($item): \($words)" end | cleaned($secrets)),
      item: $item,
      during: (.during // "" | tostring),
      unnamed: ($words | without_names($item) | cleaned($secrets)),
    };

# Azure and Google answer in several lines, of which these tell the reason.
def is_answer: test("^(RESPONSE |ERROR CODE: |Response: )");

def joined: reduce .[] as $message ([];
  if length > 0 and ($message.text | is_answer) then
    .[-1] |= (.text += ", \($message.text)" | .unnamed += ", \($message.unnamed)")
  else . + [$message] end);

def messages:
  secrets as $secrets
  | split("\n")
  | map(select(contains(" ") or (test("[^-\\s]") and (is_frame | not))) | said($secrets) | select(.text != ""))
  | if any(.[]; .text | is_answer) then joined else . end;
