import assert from "node:assert/strict";
import { serviceAccount, serviceAccountProblems } from "../../components/backends/workload-identity";

describe("serviceAccount", () => {
  it("is a new one with annotations, or an existing one", () => {
    assert.deepEqual(serviceAccount(undefined, { role: "backup" }), {
      existing: undefined,
      annotations: { role: "backup" },
      podLabels: {},
    });
    assert.deepEqual(serviceAccount("kept", {}, { use: "true" }), {
      existing: "kept",
      annotations: {},
      podLabels: { use: "true" },
    });
  });
});

describe("serviceAccountProblems", () => {
  const found = (workloadIdentity: unknown) =>
    serviceAccountProblems({ workloadIdentity }, "repository.s3", ["roleArn"]);

  it("finds an annotation for a service account that is not ours", () => {
    assert.deepEqual(found({ roleArn: "role", serviceAccountName: "kept" }), [
      {
        property: "repository.s3.workloadIdentity.roleArn",
        value: undefined,
        reason:
          "becomes an annotation of a new service account, and serviceAccountName names an existing one: remove one of them",
      },
    ]);
  });

  for (const identity of [undefined, null, "role", {}, { roleArn: "role" }, { serviceAccountName: "kept" }]) {
    it(`finds none in ${JSON.stringify(identity)}`, () => {
      assert.deepEqual(found(identity), []);
    });
  }
});
