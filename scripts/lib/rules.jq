# The rules of BACKUP_RETENTION, each an option of `restic forget`, read as restic reads them:
# https://github.com/restic/restic/blob/v0.19.1/cmd/restic/cmd_forget.go
# Input of `policy`: an array of lines. Output: an object with
#   counts   [{bucket, count}]; a count is null where there is no limit
#   within   [{bucket, years, months, days, hours}]; the bucket "" keeps each snapshot
#   tags     [[tag, …]]
# Of a rule that is given twice the last one counts, except for tags; one of 0 is none. An unknown rule is an error: it
# might have kept something.

def trimmed: sub("^\\s+"; "") | sub("\\s+$"; "");

def rule_count($rule):
  if . == "unlimited" or . == "-1" then null
  elif test("^[+]?[0-9]+$") then ltrimstr("+") | tonumber
  else error("\"\($rule)\" needs a number")
  end;

def rule_duration($rule):
  trimmed
  | if test("^([0-9]+[ymdh])*$") then . else error("\"\($rule)\" needs a duration") end
  | reduce scan("[0-9]+[ymdh]") as $part ({y: 0, m: 0, d: 0, h: 0}; .[$part[-1:]] = ($part[:-1] | tonumber))
  | {years: .y, months: .m, days: .d, hours: .h};

def is_zero: .years == 0 and .months == 0 and .days == 0 and .hours == 0;

def buckets: "hourly|daily|weekly|monthly|yearly";

def policy:
  reduce (.[] | select(test("\\S"))) as $rule ({counts: {}, within: {}, tags: []};
    ($rule | index("=") // length) as $sign
    | $rule[:$sign] as $name | $rule[$sign + 1:] as $value
    | if $sign == ($rule | length) then error("\"\($rule)\" has no value")
      elif $name == "--keep-tag" then .tags += [$value | split(",") | map(trimmed) | if . == [] then [""] else . end]
      elif $name | test("^--keep-(last|\(buckets))$") then .counts[$name[7:]] = {count: ($value | rule_count($rule))}
      elif $name | test("^--keep-within(-(\(buckets)))?$") then .within[$name[14:]] = ($value | rule_duration($rule))
      else error("\"\($rule)\" is no rule")
      end)
  | {
      counts: (.counts | to_entries | map({bucket: .key} + .value | select(.count != 0))),
      within: (.within | to_entries | map({bucket: .key} + .value | select(is_zero | not))),
      tags,
    };

def is_empty: .counts == [] and .within == [] and .tags == [];
