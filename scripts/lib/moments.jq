# Moments, from the times that restic writes: RFC 3339, with up to nine digits of a fraction and the offset of the clock
# that wrote them, such as 2026-11-20T23:59:00.123456789+01:00. It is all arithmetic: jq's own functions depend on the
# C library, jq 1.6 takes the daylight saving time of TZ for part of a moment, and none knows offsets or fractions:
# https://github.com/jqlang/jq/issues/2001

# A clock may be ahead of ours by so many seconds before what it wrote counts as written in the future.
def tolerance: 300;

# The number of a day, counted from 1 January 1970. Months and days may lie outside of their year and month, as in Go:
# day 31 of a month of 30 days is the first of the next one. The year begins in March here, so that its last day may be
# the 29th of February.
def days($year; $month; $day):
  (($month - 3) / 12 | floor) as $years
  | ($year + $years) as $y
  | $y * 365 + ($y / 4 | floor) - ($y / 100 | floor) + ($y / 400 | floor)
    + ((($month - 3 - $years * 12) * 153 + 2) / 5 | floor) + $day - 719469;

# A time's own calendar day and clock: as restic's rules count days, whatever the zone of the reader is.
def local_days: days(.[:4] | tonumber; .[5:7] | tonumber; .[8:10] | tonumber);
def local_seconds: (.[11:13] | tonumber) * 3600 + (.[14:16] | tonumber) * 60 + (.[17:19] | tonumber);

# How far a time's clock is ahead of UTC, in seconds.
def offset:
  if endswith("Z") then 0
  else (if .[-6:-5] == "-" then -60 else 60 end) * ((.[-5:-3] | tonumber) * 60 + (.[-2:] | tonumber))
  end;

# The digits of a time's fraction of a second, which sort as words do.
def fraction:
  if .[19:20] != "." then ""
  elif endswith("Z") then .[20:-1]
  else .[20:-6]
  end;

# A time in seconds since 1970, UTC, cut to microseconds, which is what a number can hold.
def moment:
  local_days * 86400 + local_seconds - offset
  + (fraction | if . == "" then 0 else ((. + "00000")[:6] | tonumber) / 1000000 end);

# When a snapshot was begun, to the last digit: what `restic rewrite` leaves has this in common with its original.
def begun: [.moment, (.time | fraction)];

# The order of snapshots in time: a key to sort by, for objects with time and moment. Of those of one moment, as `restic
# rewrite` leaves them, the one that holds more counts as the newer one, so that it stays where one has to go; of those
# that hold the same, the one that was not made of the other. Of what does not say what it holds nothing is known to lack.
def by_time:
  begun + [
    (.summary.total_files_processed // infinite),
    (.summary.total_bytes_processed // infinite),
    (.tags // [] | index(["rewrite"]) == null),
    .original == null,
    .id
  ];
