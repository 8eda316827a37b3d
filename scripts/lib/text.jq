# A text as jq reads it: bytes that are no UTF-8 become others. Argument: value.
$value
