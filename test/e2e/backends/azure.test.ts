import { livesThrough } from "../support/life";
import { startAzurite } from "../support/servers/azurite";

livesThrough({
  member: "azure",
  server: "Azurite 3.35.0",
  how: "account key, TLS of a private authority",
  namespace: "e2e-azure",
  prepare: async (namespace) => {
    const { accountName, accountKey, wrongKey, endpointSuffix, container, authority } = await startAzurite(namespace);
    return {
      // Azurite refuses the empty access tier that restic asks for otherwise.
      repository: { accountName, container, endpointSuffix, accessTier: "Hot", tls: { caBundle: authority } },
      secrets: { "repository.azure.accountKey": accountKey },
      wrong: { "repository.azure.accountKey": wrongKey },
      refusal: /AuthorizationFailure|AuthenticationFailed|403/,
    };
  },
});
