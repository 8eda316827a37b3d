# The report of a command: one JSON object on one line, which fits into a termination message.
# Arguments: limit (bytes), code, seconds, and the report's fields as text; an empty field is left out.

def number: if . == "" then . else tonumber end;
def shortened: .[:(length * 0.9 | floor)] + "…";
def fitted:
  if (tojson | utf8bytelength) < $limit then .
  elif (.warning // "" | length) > (.message | length) then (.warning |= shortened) | fitted
  else (.message |= shortened) | fitted
  end;

{
  command: $command,
  result: ({"0": "success", "3": "partial", "4": "partial"}[$code | tostring] // "failure"),
  exitCode: $code,
  snapshot: $snapshot,
  files: ($files | number),
  bytes: ($bytes | number),
  bytesAdded: ($bytesAdded | number),
  retention: $retention,
  part: ($part | number),
  parts: ($parts | number),
  freed: $freed,
  seconds: $seconds,
  repositoryId: $repositoryId,
  warning: $warning,
  message: $message
}
| with_entries(select(.value != ""))
| fitted
