# shellcheck shell=sh disable=SC2154,SC2034 # variables that lib.sh and the commands set
# Keeps restic from making buckets and containers, which it does where its credentials allow it: a typo would begin a new
# repository in a new bucket. docs/decisions.md says how it is done for each backend.
# Inputs: RESTIC_REPOSITORY, AWS_DEFAULT_REGION, RESTIC_OPTIONS, and $status and $work/stderr as `probe` left them.
# Exit codes: 1 the bucket does not exist, and those of fail_as_restic.

# Every restic makes a missing container of Swift, but not one with a policy that the server does not know.
export SWIFT_DEFAULT_CONTAINER_POLICY=no-container-is-made-here
# restic wants it for new buckets only, and this is none.
export GOOGLE_PROJECT_ID=-
# rclone makes what it writes to.
export RCLONE_S3_NO_CHECK_BUCKET=true RCLONE_GCS_NO_CHECK_BUCKET=true RCLONE_OOS_NO_CHECK_BUCKET=true
export RCLONE_AZUREBLOB_NO_CHECK_CONTAINER=true

# After "there is no repository" (10): proof that there is a place for one.
require_bucket() {
  case $RESTIC_REPOSITORY in
    s3:*)
      probe_without_region
      case $status in
        0 | 10) ;;
        *) fail_as_restic "Nothing was initialised" ;;
      esac
      ;;
    gs:*) ! grep -q "bucket does not exist" "$work/stderr" || end_without_bucket ;;
    # With a bucket, it is the config that is missing.
    b2:*) grep -q "unable to open config file" "$work/stderr" || end_without_bucket ;;
  esac
}

end_without_bucket() {
  end 1 "Nothing was initialised: the bucket of $RESTIC_REPOSITORY does not exist. Create it, or correct its name."
}

# S3 answers a look at an object with a bare code: a missing bucket is "not found" as a missing object is, and an expired
# token "bad request". A restic that does not know the region asks the bucket first, and is told the reason.
explain_refusal_of_s3() {
  case $RESTIC_REPOSITORY in
    s3:*) ;;
    *) return 0 ;;
  esac
  [ ! -e "$work/timed-out" ] || return 0
  case $(restic_error) in
    *"Access Denied"* | *"400 Bad Request"*) ;;
    *) return 0 ;;
  esac
  first_status=$status
  cp "$work/stderr" "$work/first-stderr"
  mv "$work/given-up" "$work/first-given-up" 2>/dev/null || :
  probe_without_region
  if [ "$status" -eq 0 ] || [ "$status" -eq 10 ]; then
    [ -z "${AWS_DEFAULT_REGION:-}" ] || end 1 "Nothing was initialised: the server refuses the region $AWS_DEFAULT_REGION, and answers without it. Correct the region, or leave it out."
  elif [ ! -e "$work/timed-out" ]; then
    return 0
  fi
  status=$first_status
  rm -f "$work/timed-out" "$work/given-up"
  mv "$work/first-stderr" "$work/stderr"
  mv "$work/first-given-up" "$work/given-up" 2>/dev/null || :
}

# The address of one of Amazon's regions names the region too. Those of China and of the US government are apart from
# the others, and have no common address.
probe_without_region() {
  region=${AWS_DEFAULT_REGION:-} repository=$RESTIC_REPOSITORY options=${RESTIC_OPTIONS:-}
  unset AWS_DEFAULT_REGION
  RESTIC_OPTIONS=$(printf '%s\n' "$options" | sed '/^--option=s3\.region=/d')
  case $repository in
    *.us-gov-*) ;;
    *) RESTIC_REPOSITORY=$(printf '%s\n' "$repository" |
      sed 's#^s3:\(https*://\)*s3[-.][-.a-z0-9]*\.amazonaws\.com/#s3:\1s3.amazonaws.com/#') ;;
  esac
  probe "$BACKUP_PROBE_TIMEOUT"
  RESTIC_REPOSITORY=$repository RESTIC_OPTIONS=$options
  [ -z "$region" ] || export AWS_DEFAULT_REGION="$region"
}
