# The clock of TZ. `localtime` of jq is right; `strflocaltime` is not: jq 1.7 knows no zone, and jq 1.8 takes the name
# of summer time for both of the hours that come twice: https://github.com/jqlang/jq/issues/2429

# How far the clock of TZ is ahead of UTC at a moment, in seconds.
def utc_offset: floor | (localtime | mktime) - .;

def two_digits: tostring | if length < 2 then "0\(.)" else . end;

# 3600 is "+01:00".
def offset_words:
  (if . < 0 then ["-", -.] else ["+", .] end)
  | "\(.[0])\(.[1] / 3600 | floor | two_digits):\(.[1] % 3600 / 60 | floor | two_digits)";

# The name of the zone at a moment, such as CEST; three hours earlier or later, no hour comes twice. Else the offset.
def zone_words:
  floor
  | utc_offset as $offset
  | ($offset | offset_words) as $words
  | first(
      (., . + 10800, . - 10800)
      | select(utc_offset == $offset and strflocaltime("%z") == ($words | gsub(":"; "")))
      | strflocaltime("%Z")
      | select(. != "")
    ) // $words;

# A moment as people read it: 2026-11-20 23:59:00 CET.
def clock_words: "\(floor + utc_offset | strftime("%Y-%m-%d %H:%M:%S")) \(zone_words)";

# A day, or a day and a time, as in 2026-11-20, "2026-11-20 23:59", 2026-11-20T23:59:00+01:00 or what clock_words makes.
def parts:
  "(?<day>[0-9]{4}-[0-9]{2}-[0-9]{2})" as $day
  | "(?<time>[Tt ](?<minute>[0-9]{2}:[0-9]{2})(?<second>:[0-9]{2}([.,][0-9]+)?)?)?" as $time
  | "(?<zone>[A-Za-z]+|[+-][0-9]{2}(:?[0-5][0-9])?)?" as $zone
  | capture("^\($day)\($time) ?\($zone)$") // empty
  # A day alone has no offset: 2026-11-20-05 is most likely no day at all.
  | select(.time != null or (.zone // "" | test("^[+-]") | not));

# "+0130" is 5400.
def offset_of_words:
  [scan("[0-9]{2}") | tonumber] as $numbers
  | select($numbers[0] < 24)
  | (if startswith("-") then -1 else 1 end) * ($numbers[0] * 3600 + ($numbers[1] // 0) * 60);

# The last moment before the clock of TZ shows more than this. Clocks skip one day at most.
def last_moment_before_gap($shown):
  [$shown - 172800, $shown + 172800]
  | until(.[1] - .[0] <= 1;
      ((.[0] + .[1]) / 2 | floor) as $middle
      | if $middle + ($middle | utc_offset) <= $shown then .[0] = $middle else .[1] = $middle end)
  | .[0];

# The last moment at which the clock of TZ shows this: it may do so twice, or never.
def last_moment_on_clock($shown; $zone):
  [(-172800, -86400, 0, 86400, 172800) | $shown - ($shown + . | utc_offset)]
  | map(select(. + utc_offset == $shown and ($zone == "" or zone_words == $zone)))
  | if . != [] then max elif $zone == "" then last_moment_before_gap($shown) else empty end;

# The last moment that the words can mean, in seconds since 1970: a day lasts until its end, a minute has 60 seconds.
# Without an offset they are meant on the clock of TZ. Empty where they mean none.
def last_moment:
  parts
  | (.zone // "") as $zone
  | "\(.day) \(.minute // "23:59")\(.second // ":59" | .[:3])" as $words
  # What a clock shows, in seconds, as if it were UTC's. What no calendar has, such as 31 February, becomes another day.
  | ([$words | scan("[0-9]+") | tonumber] | .[1] -= 1 | . + [0, 0] | mktime) as $shown
  | select($shown | strftime("%Y-%m-%d %H:%M:%S") == $words)
  | if $zone | test("^([Zz]|UTC|GMT)$") then $shown
    elif $zone | test("^[+-]") then $shown - ($zone | offset_of_words)
    else last_moment_on_clock($shown; $zone)
    end;

def unit($size; $one; $many): (. / $size | floor) | "\(.) \(if . == 1 then $one else $many end)";

# How long so many seconds are: the largest unit of which there are two.
def duration_words:
  if . >= 172800 then unit(86400; "day"; "days")
  elif . >= 7200 then unit(3600; "hour"; "hours")
  elif . >= 120 then unit(60; "minute"; "minutes")
  else unit(1; "second"; "seconds")
  end;
