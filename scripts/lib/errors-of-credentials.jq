# Rows of errors.jq: what servers say of credentials and rights, and what is left: answers that say little.

def errors_of_credentials: [
  {
    pattern: "ExpiredToken|[Tt]oken.*expired|expired.*[Tt]oken|AADSTS|Signature not valid in the specified time frame|token is malformed|InvalidToken",
    kind: "refused",
    hint: "The session token has expired, or is not whole: make new credentials."
  },
  {
    pattern: "invalid_grant|cannot fetch token|invalid_client",
    kind: "refused",
    hint: "Google does not accept the key of the service account: check that it is whole and has not been deleted, and the clock of this node."
  },
  {
    pattern: "could not find default credentials",
    kind: "refused",
    hint: "There are no credentials: give the key of a service account, or a workload identity."
  },
  {
    pattern: "GOOGLE_APPLICATION_CREDENTIALS",
    kind: "refused",
    hint: "The key of the service account cannot be read: it must be there, and be JSON."
  },
  {
    pattern: "decode account key",
    kind: "refused",
    hint: "The account key is not whole: copy it again."
  },
  {
    pattern: "AZURE_ACCOUNT_NAME",
    kind: "refused",
    hint: "Give the name of the storage account."
  },
  {
    pattern: "B2_ACCOUNT",
    kind: "refused",
    hint: "Give both the id and the key of the application key."
  },
  {
    pattern: "SignatureDoesNotMatch|signature we calculated",
    kind: "refused",
    hint: "The secret access key is wrong, or belongs to another access key: check both."
  },
  {
    pattern: "InvalidAccessKeyId|Access Key Id you provided|ccess key.*does not exist",
    kind: "refused",
    hint: "The server does not know the access key: check it, and that it is the right server."
  },
  {
    pattern: "no credentials|no EC2 IMDS role found",
    kind: "refused",
    hint: "There are no credentials: give an access key and its secret, or a workload identity."
  },
  {
    pattern: "invalid header field value",
    kind: "refused",
    hint: "A credential holds a character that no header may hold, most often a line end: write it anew, for example with printf instead of echo."
  },
  {
    pattern: "AuthenticationFailed|AuthorizationFailure|AuthorizationPermissionMismatch|AccountIsDisabled",
    kind: "refused",
    hint: "Azure refuses the credentials: check the name of the storage account, and its key or SAS token and what that allows."
  },
  {
    pattern: "\\(401\\)| 401|[Uu]nauthorized|Authorization Failed",
    kind: "refused",
    hint: "Access denied: check the credentials, user and password or the key. The server does not accept them."
  },
  {
    pattern: "([Rr]emov|delet).*(\\(403\\)|[Aa]ccess ?[Dd]enied)",
    kind: "refused",
    hint: "Access denied: the server lets nobody delete, as one with --append-only does. Apply retention and prune from there, and leave retention out here."
  },
  {
    pattern: "[Aa]ccess.*[Dd]enied|[Ff]orbidden|\\(403\\)| 403",
    kind: "refused",
    hint: "Access denied: check the credentials and what they are allowed to do, and the name in the repository's address."
  },
  {
    pattern: "400 Bad Request",
    kind: "refused",
    hint: "The server refuses the request and does not say why: check the region, the session token and the clock of this node."
  },
  {
    pattern: "read-only file system|permission denied|operation not permitted",
    kind: "other",
    hint: "Check the rights of user {user} there."
  }
];

def errors_of_servers: [
  {
    pattern: "404 Not Found|\\(404\\)",
    kind: "other",
    hint: "The server does not know this path: check the repository's address."
  },
  {
    pattern: "\\(429\\)|Too Many Requests|SlowDown|reduce your request rate",
    kind: "busy",
    hint: "The server refuses more requests for now: try again later."
  },
  {
    pattern: "\\(50[0-9]\\)|[Ee]rror:? 50[0-9]|: 50[0-9]: |RESPONSE 50[0-9]|Internal Server Error|Service Unavailable|Bad Gateway|InternalError|ServerBusy",
    kind: "busy",
    scheme: "rclone",
    hint: "rclone does not get on with its storage: check the remote in rclone.conf, its credentials first."
  },
  {
    pattern: "\\(50[0-9]\\)|[Ee]rror:? 50[0-9]|: 50[0-9]: |RESPONSE 50[0-9]|Internal Server Error|Service Unavailable|Bad Gateway|InternalError|ServerBusy",
    kind: "busy",
    hint: "The server has an error of its own: look there."
  },
  {
    pattern: "no answer within|timeout|timed out|deadline exceeded|[Nn]o route to host|unreachable",
    kind: "unreachable",
    hint: "The server cannot be reached: check the address, the network policies and the server."
  },
  { # backend/retry/backend_retry.go: "circuit breaker"
    pattern: "circuit breaker open|unexpected EOF|: EOF$|connection reset|broken pipe|stream closed|server closed|http2: ",
    kind: "unreachable",
    hint: "The connection to the server breaks off: check the network, what lies between, and the server."
  }
];
