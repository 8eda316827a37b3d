# shellcheck shell=sh disable=SC2154,SC2034 # variables that other files set or read
# Keeps restic from making buckets and containers, which it does where its credentials allow it: a typo would begin a new
# repository in a new bucket. docs/decisions.md says how it is done for each backend.
# Inputs: RESTIC_REPOSITORY, AWS_DEFAULT_REGION, RESTIC_OPTIONS, and the run `probe`.
# Exit codes: 1 the bucket does not exist, and those of fail_unharmed.

# Every restic makes a missing container of Swift, but not one with a policy that the server does not know.
export SWIFT_DEFAULT_CONTAINER_POLICY=no-container-is-made-here
# restic wants it for new buckets only, and this is none.
export GOOGLE_PROJECT_ID=-
# rclone makes what it writes to.
export RCLONE_S3_NO_CHECK_BUCKET=true RCLONE_GCS_NO_CHECK_BUCKET=true RCLONE_OOS_NO_CHECK_BUCKET=true
export RCLONE_AZUREBLOB_NO_CHECK_CONTAINER=true

# require_bucket: after "there is no repository" (10), proof that there is a place for one.
require_bucket() {
  case $RESTIC_REPOSITORY in
    s3:*) require_s3_bucket ;;
    gs:*) ! grep -q "bucket does not exist" "$work/probe.err" || end_without_bucket ;;
    # With a bucket, it is the config that is missing.
    b2:*) grep -q "unable to open config file" "$work/probe.err" || end_without_bucket ;;
  esac
}

end_without_bucket() {
  end 1 "Nothing was initialized: the bucket of $repository_shown does not exist. Create it, or correct its name."
}

require_s3_bucket() {
  probe_without_region
  ! ended bucket 0 && ! ended bucket 10 || return 0
  explain bucket
  case $explain_cause in
    *"Access Denied"* | *AccessDenied* | *"400 Bad Request"* | *Forbidden*)
      require_bucket_for_anybody
      # Plain restic works with such rights. They do not make buckets either, as a rule.
      say "These credentials may not ask for the bucket's region (s3:GetBucketLocation), so it is not certain that the bucket exists. restic makes it where it does not, and the credentials allow that."
      ;;
    *) fail_unharmed bucket "Nothing was initialized" ;;
  esac
}

# require_bucket_for_anybody asks without credentials: Amazon, for example, tells everybody that a bucket does not exist.
require_bucket_for_anybody() {
  probe_without_region --option=s3.unsafe-anonymous-auth=true
  ! grep -q "bucket does not exist\|NoSuchBucket" "$work/bucket.err" || end_without_bucket
}

# explain_refusal_of_s3: S3 answers a look at an object with a bare code: a missing bucket is "not found" as a missing
# object is, and an expired token "bad request". A restic that does not know the region asks the bucket first, and is told
# the reason.
explain_refusal_of_s3() {
  case $RESTIC_REPOSITORY in
    s3:*) ;;
    *) return 0 ;;
  esac
  ! was_timed_out probe || return 0
  explain probe
  case $explain_cause in
    *"Access Denied"* | *"400 Bad Request"*) ;;
    *) return 0 ;;
  esac
  probe_without_region
  if ended bucket 0 || ended bucket 10; then
    [ -z "${AWS_DEFAULT_REGION:-}" ] || end 1 "Nothing was initialized: the server refuses the region $AWS_DEFAULT_REGION, and answers without it. Correct the region, or leave it out."
  elif ! was_timed_out bucket; then
    fail_unharmed bucket "Nothing was initialized"
  fi
}

# probe_without_region OPTION… leaves the run `bucket`. The address of one of Amazon's regions names the region too. Those of China
# and of the US government are apart from the others, and have no common address.
probe_without_region() {
  case $RESTIC_REPOSITORY in
    *.us-gov-*) bucket_location=$RESTIC_REPOSITORY ;;
    *) bucket_location=$(printf '%s\n' "$RESTIC_REPOSITORY" |
      sed 's#^s3:\(https*://\)*s3[-.][-.a-z0-9]*\.amazonaws\.com/#s3:\1s3.amazonaws.com/#') ;;
  esac
  bucket_options=$(printf '%s\n' "${RESTIC_OPTIONS:-}" | sed '/^--option=s3\.region=/d')
  bucket_region=${AWS_DEFAULT_REGION:-} bucket_all_options=${RESTIC_OPTIONS:-}
  unset AWS_DEFAULT_REGION
  RESTIC_OPTIONS=$bucket_options
  run_restic bucket "$BACKUP_PROBE_TIMEOUT" "looking for the bucket" --no-lock --no-cache --repo "$bucket_location" "$@" cat config
  RESTIC_OPTIONS=$bucket_all_options
  [ -z "$bucket_region" ] || export AWS_DEFAULT_REGION="$bucket_region"
}
