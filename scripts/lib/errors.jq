# The one table of what restic, its backends and their servers say: what each error is, and what to do about it.
# A row has
#   pattern  what the message matches, without the names of files (see messages.jq); the first row that matches counts
#   kind     damage       stored data is wrong or gone
#            refused      credentials, rights, certificates, addresses: time does not change it
#            unreachable  no server, or no answer
#            busy         a server that has had enough, or a lock
#            full         no room
#            setting      an option that restic does not understand, or not with its value
#            attribute    contents are complete; an attribute, an owner, a mode or a special file is not
#            benign       said by runs that did all that they should
#            summary      sums up other messages, and says nothing alone
#            verdict      restic's own "damaged", which it also says of what it may not read
#            other        what is left
#   hint     what it means and what to do; {user} is the user's number
#   scheme   only for repositories of that scheme
#   under_lock  damage where restic held a lock; without one, another restic may have removed what is missed
include "errors-of-settings";
include "errors-of-runs";
include "errors-of-repository";
include "errors-of-storage";
include "errors-of-credentials";

def errors:
  errors_without_harm
  + errors_of_settings
  + errors_of_attributes
  + errors_that_look_like_damage
  + errors_of_damage
  + errors_of_files
  + errors_of_network
  + errors_of_certificates
  + errors_of_places
  + errors_of_credentials
  + errors_of_servers;

def without_lock:
  if .under_lock and $ARGS.named.locked == "no" then
    .kind = "other" | .hint = "Another restic has changed the repository meanwhile, or it is damaged. Run this again."
  else . end;

# What no row knows.
def unknown_error: {pattern: "", kind: "other", hint: "The lines above say more."};

# What restic says while it counts the files before it reads them: it ends well all the same, and says again what it cannot
# read.
def error_of_the_scan: {pattern: "", kind: "benign", hint: "A file vanished while restic counted."};

def scheme: $ARGS.named.scheme // "";

# row_of(MESSAGE): a message of messages.jq, or its text.
def row_of($message):
  ($message | if type == "object" then .unnamed else . end) as $words
  | if ($message | type == "object" and .during == "scan") then error_of_the_scan else null end
  // first(errors[] | select((.scheme // scheme) == scheme) | . as $row | select($words | test($row.pattern)) | without_lock)
    // unknown_error;

def is_damage: row_of(.).kind == "damage";
def is_benign: row_of(.).kind == "benign";
def is_attribute: row_of(.).kind == "attribute";

# Whether restic says it of an object of the repository, and not of a file.
def is_of_repository:
  .unnamed | test("(Load|LoadRaw|List|Stat|ReadFull|StreamPack)\\(|download error: |^tree [0-9a-f]+ (could not be loaded|is not known)");

# A list of objects that could not be read to its end makes restic miss packs that are there.
def without_missed_packs:
  if any(.[]; .unnamed | startswith("List(data) failed")) then
    map(if .unnamed | test("^pack [0-9a-f]+: does not exist$") then .kind = "summary" else . end)
  else . end;

# judged: messages with the row of each. Many say the same of many files and objects: each saying is looked up once.
def judged:
  def saying: "\(.during):\(.unnamed)" | if test("[0-9a-f]{8}") then gsub("[0-9a-f]{8,}"; "#") else . end;
  (reduce .[] as $message ({}; .[$message | saying] = $message) | map_values(row_of(.))) as $rows
  | map(. + $rows[saying])
  | without_missed_packs;
