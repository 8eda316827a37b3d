# What a run of restic says, in the lines that the shell reads.
# Call: jq -Rrs … --arg status CODE --arg ending "" --arg limit SECONDS --arg user UID --arg scheme SCHEME NAME.err
#   ending: "", or how the watch ended restic: timed-out, given-up, lock-refused, cache-refused
#   scheme: that of the repository's address (s3, sftp, rclone, …), "local" for a directory
#   --arg locked no, where restic ran with --no-lock: what another restic may have removed meanwhile is no damage then
# Results, each on a line of its own, which may be empty:
#   1 cause            the message that matters; never empty
#   2 hint             what it means and what to do; never empty
#   3 damage           the first message that only damage makes restic say, at most 300 characters
#   4 unclean          the first message that no run says that has done all that it should
#   5 attributes_only  yes: nothing is missing but attributes, owners, modes and special files; else no
#   6 refused_again    yes: restic was refused the same thing twice in a row, for a reason that time does not change; else no
#   7 kind             of the cause: a kind of errors.jq
#   8 attributes       how many files lack something of that kind
#   9 and all that follow: restic's words for the log, the first ones and the last
include "messages";
include "errors";

def said_by($program): map(select(.text | startswith("\($program): ")));

# What ssh and rclone say, which restic passes on.
def words_of_programs:
  (said_by("subprocess ssh") | map(.text | sub("^subprocess ssh: (ssh: )?"; "") | gsub("^[@ ]+|[@ ]+$"; ""))
    | (map(select(test("host key is known for|HAS CHANGED|^Load key"))) | first // empty), (last // empty)),
  (said_by("rclone") | map(.text | select(test(" (CRITICAL|ERROR|Failed|Fatal)")) | sub("^rclone: ([0-9/]+ [0-9:]+ )?"; ""))
    | last // empty)
  | select(. != "");

# What made restic try again, without what differs each time, and without the end that the watch made of the last one.
def retried:
  def reason: sub("^.* retrying after [^:]*: "; "") | gsub("current time [^ ]+"; "the time here");
  map(select(.text | test(" retrying after ")) | .text |= reason | .unnamed |= reason)
  | map(select(.text | endswith("context canceled") | not));

# What ended restic. A cache that cannot be opened is what a run without an error of its own ended by. What Go says of a
# pipe whose other end is gone differs each time, and ssh knows better.
def ended_by:
  (map(select(.text | test("^(fatal error|panic): "))) | first) // (map(select(.text | startswith("Fatal"))) | last)
  // (map(select(.text | startswith("unable to open cache"))) | last) // (map(select(.kind != "benign")) | last) // last
  | objects
  | .text |= (gsub("Fatal: "; "") | sub("(?<start>unable to start the sftp session), error: .*"; "\(.start)"))
  | .unnamed |= gsub("Fatal: "; "");

# What the last words sum up: the first damage, else the first error.
def summed_up:
  map(select([.kind] | inside(["benign", "summary", "verdict"]) | not))
  | (map(select(.kind == "damage")) + .)[0];

def unless_empty(words): if . == "" then "" else words end;

# A run that ended with 0 has no last words: what it should not have said is the cause.
def words_of_a_good_run: if $status == "0" then summed_up else null end | objects;

def why_ended:
  (words_of_a_good_run // ended_by // ("restic ended with code \($status) and said nothing" | {text: ., unnamed: .})) as $last
  | (if $last.kind == "summary" then summed_up else null end) as $detail
  | if $detail == null then $last
    else {text: "\($last.text) (\($detail.text))", unnamed: $detail.unnamed}
    end;

def why_ended_early:
  (retried | last // {text: "", unnamed: ""})
  | if $ending == "timed-out" then
      "no answer within \(if $limit == "1" then "1 second" else "\($limit) seconds" end)" as $late
      | {text: ($late + (.text | unless_empty(" (\(.))"))), unnamed: ($late + (.unnamed | unless_empty(" (\(.))")))}
    else . end;

# What they say, once each.
def said:
  reduce words_of_programs as $word ([]; if index([$word]) then . else . + [$word] end) | join(", ");

# cause: what ended restic, with the row of the table that knows it.
def cause:
  said as $said
  | (if $ending == "" then why_ended else why_ended_early end)
  | if $said == "" or (.text | contains($said)) then .
    else {text: "\(.text) (\($said))", unnamed: "\(.unnamed) (\($said))"}
    end
  | . + row_of(.);

# Damage in words that no row knows shows in restic's verdict, if no server and no file system has to do with it.
def is_only_told_by_verdict:
  all(.[]; .pattern == "" or ([.kind] | inside(["summary", "verdict", "benign"])))
  and all(.[]; is_of_repository | not);

def damage:
  (map(select(.kind == "damage")) | first)
  // (if is_only_told_by_verdict then map(select(.kind == "verdict")) | first else null end)
  // {text: "", hint: ""};

def is_refused_again: retried | length > 1 and .[-1].text == .[-2].text and (.[-1] | row_of(.).kind == "refused");

def yes_or_no: if . then "yes" else "no" end;

def shown: map("  restic: \(.text)") | if length > 12 then .[:4] + ["  …"] + .[-7:] else . end | .[];

messages
| judged
| cause as $cause
| damage as $damage
| map(select([.kind] | inside(["benign", "summary"]) | not)) as $errors
| map(select(.kind == "attribute")) as $attributes
| $cause.text,
  ([$damage.hint, $cause.hint, "The lines above say more."] | map(select(. != ""))[0] | gsub("[{]user[}]"; $user)),
  $damage.text[:300],
  (($errors[0] // map(select(.kind != "benign"))[0]).text // ""),
  ($attributes != [] and ($errors | length) == ($attributes | length) | yes_or_no),
  (is_refused_again | yes_or_no),
  $cause.kind,
  ($attributes | map(.item) | unique | length),
  shown
