# How many bytes restic had to write anew.
# Input: the last line of what it wrote, raw. Nothing, if that is no summary.
inputs | fromjson? | select(type == "object" and .message_type == "summary") | .total_bytes // 0
