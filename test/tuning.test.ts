import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { kinds } from "../components/backends";
import { settle } from "../components/inputs";
import { tuningEnvironment, tuningOptions, tuningProblems, tuningSchema } from "../components/tuning";
import { resolved } from "./support/output";

type Given = Record<string, unknown>;

const settings = (given: Given) => settle("backup", tuningSchema.parse(given));

describe("tuning", () => {
  it("changes nothing without being asked", async () => {
    assert.deepEqual(settings({}), {});
    assert.deepEqual(await resolved(tuningEnvironment({})), {});
    assert.deepEqual(await resolved(tuningOptions({}, "s3")), []);
  });

  it("becomes environment and options, numbers in quotes and numbers that are known late too", async () => {
    for (const number of [(n: number) => n, String, (n: number) => pulumi.output(n)]) {
      const tuning = settings({
        connections: number(10),
        packSize: number(64),
        readConcurrency: number(4),
        compression: "max",
        limitUpload: number(512),
        limitDownload: number(1024),
      });
      assert.deepEqual(await resolved(tuningEnvironment(tuning)), {
        RESTIC_PACK_SIZE: "64",
        RESTIC_READ_CONCURRENCY: "4",
        RESTIC_COMPRESSION: "max",
      });
      assert.deepEqual(await resolved(tuningOptions(tuning, "gcs")), [
        "--option=gs.connections=10",
        "--limit-upload=512",
        "--limit-download=1024",
      ]);
    }
  });

  it("names the connections after the storage", async () => {
    const options = await Promise.all(kinds.map((kind) => resolved<string[]>(tuningOptions({ connections: 3 }, kind))));
    assert.deepEqual(
      options.flat(),
      ["local", "sftp", "rest", "s3", "b2", "azure", "gs", "swift", "rclone"].map(
        (scheme) => `--option=${scheme}.connections=3`,
      ),
    );
  });

  const refused: [Given, string][] = [
    [{ connections: 0 }, "must be a whole number from 1 to 1000"],
    [{ connections: "many" }, "must be a whole number from 1 to 1000"],
    [{ packSize: 3 }, "must be a whole number from 4 to 128"],
    [{ packSize: 129 }, "must be a whole number from 4 to 128"],
    [{ packSize: 16.5 }, "must be a whole number from 4 to 128"],
    [{ readConcurrency: -1 }, "must be a whole number from 1 to 1000"],
    [{ compression: "best" }, "must be one of off, fastest, auto, better, max"],
    [{ limitUpload: 0 }, "must be a whole number from 1 up"],
    [{ limitDownload: "1M" }, "must be a whole number from 1 up"],
    [
      { limit: 1 },
      "unknown property: known here are connections, packSize, readConcurrency, compression, limitUpload, limitDownload",
    ],
  ];
  for (const [given, reason] of refused) {
    it(`refuses ${JSON.stringify(given)}`, () => {
      assert.deepEqual(
        tuningSchema.safeParse(given).error?.issues.map(({ message }) => message),
        [reason],
      );
    });
  }
});

describe("tuningProblems", () => {
  const fitting: Given[] = [
    {},
    { packSize: 128 },
    { connections: 15, packSize: 128 },
    { connections: 127 },
    { connections: pulumi.output(1000), packSize: 128 },
    { connections: Promise.resolve(1000), packSize: 128 },
  ];
  it("finds room for what is asked, and waits for what is not known yet", () => {
    for (const given of fitting) {
      assert.deepEqual(tuningProblems(given), [], JSON.stringify(Object.keys(given)));
    }
    assert.deepEqual(tuningProblems(undefined), []);
  });

  it("never makes a number of an Output, which complains", () => {
    const connections = Object.assign(pulumi.output(1), {
      toString: () => assert.fail("Calling [toString] on an [Output<T>] is not supported."),
    });
    assert.deepEqual(tuningProblems({ connections }), []);
  });

  it("finds no room for more", () => {
    for (const [given, needed] of [
      [{ connections: 16, packSize: 128 }, 2176],
      [{ connections: "128" }, 2064],
      [{ connections: "1000", packSize: "4" }, 4004],
    ] as const) {
      assert.deepEqual(tuningProblems(given), [
        {
          property: "tuning",
          value: undefined,
          reason: `connections and packSize together need ${needed} MiB of scratch space, and pods have 2048: lower one of them`,
        },
      ]);
    }
  });
});
