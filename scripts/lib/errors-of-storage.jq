# Rows of errors.jq: what backends, their servers and what lies between say, from what stands in the way first.
# refused: time does not change it. unreachable and busy: time may.

def errors_of_network: [
  {
    pattern: "no such host|server misbehaving|Could not resolve hostname",
    kind: "unreachable",
    hint: "Check the host name in the repository's address, and DNS."
  },
  {
    pattern: "[Cc]onnection refused",
    kind: "unreachable",
    hint: "Check the port in the repository's address, and that the server runs."
  },
  {
    pattern: "host key is known for",
    kind: "refused",
    hint: "known_hosts has no key of this server under this name and port: ask its operator for the key, and put it there as ssh-keyscan prints it."
  },
  {
    pattern: "IDENTIFICATION HAS CHANGED|Host key verification failed",
    kind: "refused",
    hint: "The server has another host key than known_hosts: it was installed anew, or somebody stands in between. Ask its operator for the key."
  },
  {
    pattern: "No user exists for uid",
    kind: "refused",
    hint: "ssh needs user {user} in /etc/passwd: run as a user that is there."
  },
  {
    pattern: "Load key|invalid format|bad permissions|error in libcrypto",
    kind: "refused",
    hint: "The SSH key cannot be used: it must be a private key in OpenSSH's format, and without a passphrase."
  },
  {
    pattern: "Permission denied \\(|Too many authentication failures",
    kind: "refused",
    hint: "The server does not accept the SSH key: check the user in the repository's address, the private key, which must have no passphrase, and authorized_keys on the server."
  },
  {
    pattern: "MkdirAll|^create (key in )?repository at .*mkdir ?:",
    kind: "other",
    hint: "The directory of the repository cannot be made: check the repository's address, and what its user may do there."
  },
  {
    pattern: "Connection closed by|Connection reset by|kex_exchange_identification",
    kind: "unreachable",
    hint: "The server hangs up: check the port and the protocol in the repository's address."
  },
  {
    pattern: "subsystem request failed",
    kind: "refused",
    hint: "The server offers no SFTP: allow the subsystem sftp there."
  }
];

def errors_of_certificates: [
  {
    pattern: "HTTP response to HTTPS|malformed HTTP|HTTP request to an HTTPS|first record does not look like a TLS handshake|HTTP response \\(400\\)",
    kind: "refused",
    hint: "Check http and https in the repository's address."
  },
  {
    pattern: "certificate has expired",
    kind: "refused",
    hint: "The server's certificate has expired, or the clock of this node is wrong: renew the certificate."
  },
  {
    pattern: "certificate is valid for|doesn't contain any IP SANs|not valid for any names",
    kind: "refused",
    hint: "The server's certificate is for another name: write the repository's address with the name that is in it."
  },
  {
    pattern: "certificate required|bad certificate",
    kind: "refused",
    hint: "The server wants a client certificate that it knows: give it, with its key."
  },
  {
    pattern: "x509|certificate|tls: ",
    kind: "refused",
    hint: "The server's certificate is not trusted: check the address, or give its CA."
  }
];

# Whether there is a bucket, and room in it.
def errors_of_places: [
  {
    pattern: "NoSuchBucket|bucket does not exist|bucket not found|ContainerNotFound|container does not exist|createContainer|Bucket not found",
    kind: "refused",
    hint: "The bucket or container does not exist: create it, or correct its name."
  },
  {
    pattern: "didn't find section in config file",
    kind: "refused",
    hint: "rclone.conf has no remote of that name: correct the repository's address or rclone.conf."
  },
  {
    pattern: "directory not found",
    kind: "other",
    hint: "rclone does not find the directory or bucket: create it, or correct the repository's address."
  },
  {
    pattern: "executable file not found|fork/exec",
    kind: "refused",
    scheme: "rclone",
    hint: "The program rclone is not there: it comes from the container that prepares the pod."
  },
  {
    pattern: "executable file not found|fork/exec",
    kind: "refused",
    hint: "A program that restic starts is not in this image."
  },
  { # backend/local/local.go
    pattern: "(^|[^a-z])stat ?: not a directory",
    kind: "refused",
    hint: "The address of the repository leads through a file: name the directory that holds the repository."
  },
  {
    pattern: "no space left on device|[Qq]uota.*exceeded|QuotaExceeded|Insufficient Storage|\\(507\\)",
    kind: "full",
    hint: "The storage is full: enlarge it."
  }
];
