# shellcheck shell=sh
# What the errors of restic, of its backends and of their servers mean to the one who must mend them.

# hint ERROR: what to do about it.
hint() {
  case $1 in
    *"no such host"* | *"server misbehaving"* | *"Could not resolve hostname"*)
      echo "Check the host name in the repository's address, and DNS."
      ;;
    *[Cc]"onnection refused"*) echo "Check the port in the repository's address, and that the server runs." ;;
    *"host key is known for"*)
      echo "known_hosts has no key of this server under this name and port: ask its operator for the key, and put it there as ssh-keyscan prints it."
      ;;
    *"IDENTIFICATION HAS CHANGED"* | *"Host key verification failed"*)
      echo "The server has another host key than known_hosts: it was installed anew, or somebody stands in between. Ask its operator for the key."
      ;;
    *"No user exists for uid"*) echo "ssh needs user $(id -u) in /etc/passwd: run as a user that is there." ;;
    *"Permission denied ("* | *"Too many authentication failures"*)
      echo "The server does not accept the SSH key: check the user in the repository's address, the private key, which must have no passphrase, and authorized_keys on the server."
      ;;
    *"Load key"* | *"invalid format"* | *"bad permissions"* | *"error in libcrypto"*)
      echo "The SSH key cannot be used: it must be a private key in OpenSSH's format, and without a passphrase."
      ;;
    *"open cache"*) echo "RESTIC_CACHE_DIR must be a folder that user $(id -u) can write to." ;;
    *MkdirAll* | *"mkdir "*) echo "The folder of the repository cannot be made: check the repository's address, and what its user may do there." ;;
    *"Connection closed by"* | *"Connection reset by"* | *kex_exchange_identification*)
      echo "The server hangs up: check the port and the protocol in the repository's address."
      ;;
    *"subsystem request failed"*) echo "The server offers no SFTP: allow the subsystem sftp there." ;;
    *"HTTP response to HTTPS"* | *"malformed HTTP"* | *"HTTP request to an HTTPS"* | *"first record does not look like a TLS handshake"* | \
      *"HTTP response (400)"*)
      echo "Check http and https in the repository's address."
      ;;
    *"certificate has expired"*) echo "The server's certificate has expired, or the clock of this node is wrong: renew the certificate." ;;
    *"certificate is valid for"* | *"doesn't contain any IP SANs"* | *"not valid for any names"*)
      echo "The server's certificate is for another name: write the repository's address with the name that is in it."
      ;;
    *"certificate required"* | *"bad certificate"*) echo "The server wants a client certificate that it knows: give it, with its key." ;;
    *x509* | *certificate* | *"tls: "*) echo "The server's certificate is not trusted: check the address, or give its CA." ;;
    *NoSuchBucket* | *"bucket does not exist"* | *"bucket not found"* | *ContainerNotFound* | *"container does not exist"* | \
      *createContainer* | *"Bucket not found"*)
      echo "The bucket or container does not exist: create it, or correct its name."
      ;;
    *"didn't find section in config file"*) echo "rclone.conf has no remote of that name: correct the repository's address or rclone.conf." ;;
    *"directory not found"*) echo "rclone does not find the folder or bucket: create it, or correct the repository's address." ;;
    *rclone*"executable file not found"* | *rclone*"no such file or directory"*)
      echo "The program rclone is not there: it comes from the container that prepares the pod."
      ;;
    *ExpiredToken* | *"token"*"expired"* | *"expired"*"token"* | *"AADSTS"* | *"Signature not valid in the specified time frame"* | \
      *"token is malformed"* | *InvalidToken*)
      echo "The session token has expired, or is not whole: make new credentials."
      ;;
    *invalid_grant* | *"cannot fetch token"* | *"invalid_client"*)
      echo "Google does not accept the key of the service account: check that it is whole and has not been deleted, and the clock of this node."
      ;;
    *"could not find default credentials"*) echo "There are no credentials: give the key of a service account, or a workload identity." ;;
    *GOOGLE_APPLICATION_CREDENTIALS*) echo "The key of the service account cannot be read: it must be there, and be JSON." ;;
    *"decode account key"*) echo "The account key is not whole: copy it again." ;;
    *AZURE_ACCOUNT_NAME*) echo "Give the name of the storage account." ;;
    *B2_ACCOUNT*) echo "Give both the id and the key of the application key." ;;
    *SignatureDoesNotMatch* | *"signature we calculated"*) echo "The secret access key is wrong, or belongs to another access key: check both." ;;
    *InvalidAccessKeyId* | *"Access Key Id you provided"* | *"ccess key"*"does not exist"*) echo "The server does not know the access key: check it, and that it is the right server." ;;
    *"no credentials"* | *"no EC2 IMDS role found"*) echo "There are no credentials: give an access key and its secret, or a workload identity." ;;
    *AuthenticationFailed* | *AuthorizationFailure* | *AuthorizationPermissionMismatch*)
      echo "Azure refuses the credentials: check the name of the storage account, and its key or SAS token and what that allows."
      ;;
    *"(401)"* | *" 401"* | *[Uu]nauthorized* | *"Authorization Failed"*)
      echo "Access denied: check the credentials, user and password or the key. The server does not accept them."
      ;;
    *Remove*"(403)"* | *"delet"*"(403)"* | *"remov"*"(403)"*)
      echo "Access denied: the server lets nobody delete, as one with --append-only does. Apply retention and prune from there, and leave retention out here."
      ;;
    *[Aa]"ccess"*[Dd]"enied"* | *[Ff]orbidden* | *"(403)"* | *" 403"*)
      echo "Access denied: check the credentials and what they are allowed to do, and the name in the repository's address."
      ;;
    *"no space left"* | *"quota"*"exceeded"* | *"Quota"*"xceeded"* | *"Insufficient Storage"* | *"(507)"*) echo "The storage is full: enlarge it." ;;
    *"config or key"*"is damaged"*)
      echo "This key does not belong to the config: two inits ran at once, or one of both is damaged. If the repository holds no backup yet, remove everything in it and run init.sh again; otherwise delete nothing, move the key of that name out of its folder keys/, and try again."
      ;;
    *"ciphertext verification"* | *"missing from the index"* | *"invalid data"* | *"does not match"*)
      echo "The repository is damaged: keep all of it, and run restic check before anything else."
      ;;
    *"read-only file system"* | *"permission denied"*) echo "Check the rights of user $(id -u) there." ;;
    *"404 Not Found"* | *"(404)"*) echo "The server does not know this path: check the repository's address." ;;
    *"(429)"* | *"Too Many Requests"* | *SlowDown* | *"reduce your request rate"*) echo "The server refuses more requests for now: try again later." ;;
    *"(50"[0-9]")"* | *"Internal Server Error"* | *"Service Unavailable"* | *"Bad Gateway"* | *InternalError*)
      case ${RESTIC_REPOSITORY:-} in
        rclone:*) echo "rclone does not get on with its storage: check the remote in rclone.conf, its credentials first." ;;
        *) echo "The server has an error of its own: look there." ;;
      esac
      ;;
    *"no answer within"* | *timeout* | *"timed out"* | *"deadline exceeded"* | *[Nn]"o route to host"* | *unreachable*)
      echo "The server cannot be reached: check the address, the network policies and the server."
      ;;
    *) echo "The lines above say more." ;;
  esac
}

# will_not_change ERROR: credentials, rights, certificates, addresses. Not so names that DNS does not know yet, servers
# that are starting, and whatever is not known here.
will_not_change() {
  case $1 in
    *x509* | *certificate* | *"tls: "* | *"HTTP response to HTTPS"* | *"malformed HTTP"* | *"HTTP request to an HTTPS"*) ;;
    *SignatureDoesNotMatch* | *"signature we calculated"* | *InvalidAccessKeyId* | *"ccess Key"* | *"ccess key"* | *ExpiredToken* | \
      *InvalidToken* | *"token is malformed"* | *"token"*"expired"* | *"expired"*"token"* | *"400 Bad Request"*) ;;
    *"Access Denied"* | *AccessDenied* | *AuthenticationFailed* | *Authorization* | *Unauthorized* | *unauthorized* | *Forbidden* | *invalid_grant*) ;;
    *NoSuchBucket* | *"bucket does not exist"* | *ContainerNotFound* | *"container does not exist"* | *AccountIsDisabled*) ;;
    *) return 1 ;;
  esac
}
