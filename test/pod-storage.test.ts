import assert from "node:assert/strict";
import { args } from "./support/args";
import { pod, roles } from "./support/pod";

describe("podStorage", () => {
  for (const role of roles) {
    it(`gives ${role} scratch space within limits`, async () => {
      const { spec } = await pod(role);
      const scratch = spec.volumes.filter((volume) => "emptyDir" in volume);
      assert.deepEqual(
        scratch.map(({ name, emptyDir }) => [name, emptyDir]),
        [
          ["tmp", { sizeLimit: "2048Mi" }],
          ["cache", { sizeLimit: "10Gi" }],
        ],
      );
    });
  }

  it("mounts the source read-only to back it up, writable to restore, and not at all for the rest", async () => {
    assert.equal((await pod("backup")).mount("source")?.readOnly, true);
    assert.equal((await pod("restore")).mount("source")?.readOnly, false);
    for (const role of ["init", "check", "prune"] as const) {
      assert.equal((await pod(role)).mount("source"), undefined);
    }
  });

  it("mounts the part of the volume that is asked for, where it is asked for", async () => {
    const source = { claimName: "c", mountPath: "/data", subPath: "app", path: "/data", restorePath: "/data/restored" };
    const { mount } = await pod("backup", args({ source }));
    assert.deepEqual(mount("source"), { name: "source", mountPath: "/data", subPath: "app", readOnly: true });
  });

  it("shows the commands where operators type them, and their parts below", async () => {
    for (const role of roles) {
      const { spec, mount } = await pod(role);
      assert.deepEqual(mount("scripts"), { name: "scripts", mountPath: "/usr/local/bin", readOnly: true });
      const { configMap } = spec.volumes.find(({ name }) => name === "scripts") as {
        configMap: { name: string; defaultMode: number; items: { key: string; path: string; mode: number }[] };
      };
      assert.deepEqual([configMap.name, configMap.defaultMode], ["the-scripts", 0o555]);
      assert.deepEqual(
        configMap.items.find(({ path }) => path === "restore.sh"),
        { key: "restore.sh", path: "restore.sh", mode: 0o555 },
      );
      assert.deepEqual(
        configMap.items.find(({ path }) => path === "lib/run.sh"),
        { key: "lib.run.sh", path: "lib/run.sh", mode: 0o444 },
      );
    }
  });

  it("gives another user a password file that it can read", async () => {
    const { spec } = await pod("restore", args({ runAs: { user: 2001 } }));
    const password = spec.volumes.find(({ name }) => name === "password") as { secret: { defaultMode: number } };
    assert.equal(password.secret.defaultMode, 0o444);
  });

  it("gives root a password file that only root can read", async () => {
    const { spec, mount } = await pod("backup");
    const password = spec.volumes.find(({ name }) => name === "password") as { secret: Record<string, unknown> };
    assert.deepEqual(password.secret, {
      secretName: "the-password",
      items: [{ key: "password", path: "password" }],
      defaultMode: 0o400,
    });
    assert.equal(mount("password")?.mountPath, "/etc/restic");
  });

  it("lets restic read what steps left in the scratch volume, in backups with steps alone", async () => {
    const steps = { before: [{ name: "dump", image: "postgres:17", command: ["pg_dump"] }], scratchSize: "3Gi" };
    const { spec, mount } = await pod("backup", args({ steps }));
    assert.deepEqual(mount("scratch"), { name: "scratch", mountPath: "/scratch", readOnly: true });
    assert.deepEqual(
      spec.volumes.find(({ name }) => name === "scratch"),
      { name: "scratch", emptyDir: { sizeLimit: "3Gi" } },
    );
    for (const role of roles.filter((one) => one !== "backup")) {
      assert.equal((await pod(role, args({ steps }))).mount("scratch"), undefined, role);
    }
    assert.equal((await pod("backup", args({ steps: { scratchSize: "3Gi" } }))).mount("scratch"), undefined);
  });
});
