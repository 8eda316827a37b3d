import assert from "node:assert/strict";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { secrets } from "./checked-report";
import { forAnyUser } from "./for-any-user";
import { inBothShells } from "./shell-under-test";
import { withRepository } from "./test-repository";

/** What the backends of restic read from their environment. */
const credentials = [
  ...["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_DEFAULT_REGION", "MINIO_ACCESS_KEY"],
  ...["B2_ACCOUNT_ID", "B2_ACCOUNT_KEY", "AZURE_ACCOUNT_NAME", "AZURE_ACCOUNT_KEY", "AZURE_ACCOUNT_SAS"],
  ...["GOOGLE_PROJECT_ID", "GOOGLE_APPLICATION_CREDENTIALS", "RESTIC_REST_USERNAME", "RESTIC_REST_PASSWORD"],
  ...["ST_AUTH", "ST_USER", "ST_KEY", "OS_AUTH_URL", "OS_PASSWORD", "OS_APPLICATION_CREDENTIAL_SECRET"],
  ...["RCLONE_CONFIG_STORAGE_PASS", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "RESTIC_REPOSITORY", "RESTIC_CACERT"],
];

describe("what all scripts share", function () {
  this.timeout(240_000);

  inBothShells("--help explains each command and its exit codes, and does nothing", async (world) => {
    for (const script of ["init.sh", "backup.sh", "check.sh", "prune.sh", "restore.sh", "restore-shell.sh"]) {
      const shell = join(world.env.PATH as string, world.shell === "dash" ? "dash" : "sh");
      const path = join(__dirname, "..", "..", "scripts", script);
      const { stdout } = await execa(shell, [path, "--help"], { env: { PATH: world.env.PATH }, extendEnv: false });
      assert.match(stdout, /exit codes?:/i);
      assert.match(stdout, / 64 /);
      if (script !== "restore-shell.sh") {
        // Wherever it stands.
        const words = [path, "--skip-space-check", "--help"];
        const late = await execa(shell, words, { env: { PATH: world.env.PATH }, extendEnv: false });
        assert.equal(late.stdout, stdout);
      }
    }
    assert.equal((await readdir(world.folder)).includes("repository"), false);
  });

  inBothShells("refuses rules of retention that would keep no snapshot without a tag", async (world) => {
    const { exitCode, report } = await world.run("backup.sh", [], { env: { BACKUP_RETENTION: "--keep-tag=jira" } });
    assert.equal(exitCode, 64);
    assert.match(report.message, /BACKUP_RETENTION: keeps no snapshot that has not the tags\. Add a rule/);
  });

  inBothShells("reports all bad settings at once, and no secret", async (world) => {
    const { exitCode, report } = await world.run("backup.sh", ["--now"], {
      env: {
        RESTIC_REPOSITORY: `rest:https://jira:${secrets[0]}@backup.example.com/jira`,
        RESTIC_PASSWORD_FILE: "/does/not/exist",
        RESTIC_OPTIONS: "--limit-upload=5\nverbose",
        BACKUP_HOST: "",
        BACKUP_PROBE_TIMEOUT: "08",
        BACKUP_PATH: "var/jira/../export",
        BACKUP_RETENTION: "--keep-daily=7\n--prune",
        BACKUP_LOCK_WAIT: "32m",
        RESTIC_READ_CONCURRENCY: "4294967296",
      },
    });
    assert.equal(exitCode, 64);
    for (const name of [
      /takes no argument but --accept-shrink/,
      /RESTIC_REPOSITORY: holds a password/,
      /RESTIC_PASSWORD_FILE: \/does\/not\/exist/,
      /RESTIC_OPTIONS: /,
      /BACKUP_HOST: not set/,
      /BACKUP_PATH: "var/,
      /BACKUP_RETENTION: "--prune"/,
      /BACKUP_PROBE_TIMEOUT: "08" is not a number of seconds\. Write digits only, without a leading zero/,
      /BACKUP_LOCK_WAIT: "32m"/,
      /RESTIC_READ_CONCURRENCY: 4294967296 is more than/,
    ]) {
      assert.match(report.message, name);
    }
    assert.doesNotMatch(report.message, /"--keep-daily/);
  });

  inBothShells("refuses a credential of any backend that ends in a line end, and no other", async (world) => {
    for (const [index, name] of credentials.entries()) {
      const end = ["\n", "\r\n", "\t", "\r", "\u007f"][index % 5];
      const { exitCode, output, report } = await world.run("check.sh", [], { env: { [name]: `the-value${end}` } });
      assert.equal(exitCode, 64, `${name}: ${output}`);
      assert.match(report.message, new RegExp(`settings\\. ${name}: holds a line end.*printf instead of echo\\.$`));
      assert.doesNotMatch(output, /the-value/);
    }
    const fine = Object.fromEntries(credentials.map((name) => [name, "two words, =é'\"$`"]));
    const others = {
      RESTIC_OPTIONS: "--limit-upload=5\n--verbose",
      RCLONE_CONFIG_X_SERVICE_ACCOUNT_CREDENTIALS: "{\n}",
    };
    const { report } = await world.run("check.sh", [], { env: { ...fine, ...others, SOMETHING: "else\n" } });
    assert.doesNotMatch(report.message, /bad settings|line end/);
  });

  inBothShells(
    "refuses options that are not of all commands, or would have restic do something else",
    async (world) => {
      const refused = [
        ...["--help", "--help=true", "--dry-run", "--repo=/elsewhere", "--repository-file=/elsewhere", "--json=false"],
        ...["--password-command=true", "--insecure-no-password", "--no-lock", "--quiet", "--key-hint=12", "--version"],
        ...[
          "--stdin",
          "--time=2099-01-01 00:00:00",
          "--skip-if-unchanged",
          "--files-from=/x",
          "--verbos",
          "--verbose=x",
        ],
        ...["--limit-upload", "--option=x", "--", "-h", "-n", "-r=/elsewhere", "backup", " --verbose", "--latest=1"],
      ];
      for (const option of refused) {
        const env = { RESTIC_OPTIONS: `--limit-upload=5000\n${option}` };
        const { exitCode, report } = await world.run("backup.sh", [], { env });
        assert.equal(exitCode, 64, `${option}: ${report.message}`);
        assert.match(report.message, /^Nothing was done, because of bad settings\. RESTIC_OPTIONS: [^:]*$/);
      }
    },
  );

  inBothShells("takes the options of all commands", async (world) => {
    await withRepository(world);
    const RESTIC_OPTIONS = [
      ...[
        "--limit-upload=90000",
        "--limit-download=90000",
        "--pack-size=4",
        "--compression=max",
        "--verbose",
        "--no-cache",
      ],
      ...["--option=local.connections=3", "--http-user-agent=a b", "--retry-lock=1s", "--stuck-request-timeout=1m"],
      ...[
        "--cleanup-cache",
        "--no-extra-verify",
        "--insecure-tls",
        `--cache-dir=${world.path("cache")}`,
        "--verbose=2",
      ],
    ].join("\n");
    for (const command of ["backup.sh", "check.sh", "prune.sh", "restore.sh"]) {
      const { exitCode, output } = await world.run(command, [], { env: { RESTIC_OPTIONS } });
      assert.equal(exitCode, 0, output);
    }
  });

  inBothShells("ends with 64, whatever the command, where restic does not understand a setting", async (world) => {
    await withRepository(world);
    for (const env of [
      { RESTIC_COMPRESSION: "much" },
      { RESTIC_PACK_SIZE: "1000" },
      { RESTIC_FEATURES: "speed" },
      { RESTIC_PASSWORD_COMMAND: "echo x" },
      { RESTIC_REPOSITORY_FILE: "/dev/null" },
      { RESTIC_OPTIONS: "--limit-upload=fast" },
      { RESTIC_OPTIONS: "--option=local.layout=s3" },
      { RESTIC_CACERT: "/nowhere" },
      { RESTIC_TLS_CLIENT_CERT: "/nowhere" },
      { RESTIC_REPOSITORY: "foo:bar" },
    ]) {
      const commands = [
        ["backup.sh"],
        ["check.sh"],
        ["prune.sh"],
        ["init.sh"],
        ["restore.sh"],
        ["restore.sh", "--list"],
      ];
      for (const [command = "", ...args] of commands) {
        const { exitCode, report } = await world.run(command, args, { env });
        assert.equal(exitCode, 64, `${command} ${JSON.stringify(env)}: ${report.message}`);
        assert.match(report.message, /restic does not understand a setting: .*Correct /);
      }
    }
    const needless = { RESTIC_FEATURES: "safe-forget-keep-tags=true" };
    assert.equal((await world.run("check.sh", [], { env: needless })).exitCode, 0);
  });

  for (const [script, name] of [
    ["check.sh", "BACKUP_PROBE_TIMEOUT"],
    ["prune.sh", "BACKUP_LOCK_WAIT"],
    ["init.sh", "BACKUP_CONFIRM_WAIT"],
    ["check.sh", "BACKUP_CHECK_PARTS"],
    ["prune.sh", "RESTIC_READ_CONCURRENCY"],
    ["backup.sh", "BACKUP_MAX_SHRINK"],
  ] as const) {
    inBothShells(`takes no octal number and no other nonsense for ${name}`, async (world) => {
      for (const value of ["08", "010", "00", "0x10", "1.5", "-1", "+1", " 1", "1 ", "1e3", "9".repeat(16)]) {
        const { exitCode, report } = await world.run(script, [], { env: { [name]: value } });
        assert.equal(exitCode, 64, value);
        assert.ok(report.message.includes(`${name}: "${value}" is not a number`), report.message);
      }
    });
  }

  inBothShells("refuses a host name with a line end", async (world) => {
    const { exitCode, report } = await world.run("check.sh", [], { env: { BACKUP_HOST: "jira\n" } });
    assert.equal(exitCode, 64);
    assert.match(report.message, /BACKUP_HOST: holds a line end/);
  });

  for (const path of ["/", "/var/jira/", "/var//jira", "/var/./jira", "/var/jira/..", "jira", ""]) {
    inBothShells(`refuses the path "${path}"`, async (world) => {
      const { exitCode, report } = await world.run("backup.sh", [], { env: { BACKUP_PATH: path } });
      assert.equal(exitCode, 64);
      assert.match(report.message, /BACKUP_PATH: /);
    });
  }

  for (const marker of [".", "./", "a/..", "a//b", "/a", "a/", "./a", ".."]) {
    inBothShells(`refuses the marker "${marker}"`, async (world) => {
      const { exitCode, report } = await world.run("backup.sh", [], { env: { BACKUP_MARKER: marker } });
      assert.equal(exitCode, 64);
      assert.ok(report.message.includes(`BACKUP_MARKER: "${marker}" is not the name of a file in BACKUP_PATH`));
    });
  }

  inBothShells("refuses what is no path of a volume, and no file of a password", async (world) => {
    const { exitCode, report } = await world.run("backup.sh", [], {
      env: { BACKUP_REPOSITORY_MOUNT: "/", RESTIC_PASSWORD_FILE: world.folder },
    });
    assert.equal(exitCode, 64);
    assert.match(report.message, /BACKUP_REPOSITORY_MOUNT: "\/" is not in its shortest form/);
    assert.match(report.message, /RESTIC_PASSWORD_FILE: .* is a directory/);
  });

  inBothShells("takes white space for no password", async (world) => {
    for (const blank of ["\n", " \t\r\n\n"]) {
      await writeFile(world.path("password"), blank);
      for (const script of ["backup.sh", "restore.sh", "init.sh"]) {
        const { exitCode, report } = await world.run(script);
        assert.equal(exitCode, 64);
        assert.match(report.message, /RESTIC_PASSWORD_FILE: .* holds nothing but white space/);
      }
    }
  });

  inBothShells("refuses names that are no UTF-8, and takes those that are", async (world) => {
    const names = ["BACKUP_HOST", "BACKUP_PATH", "BACKUP_PATHS", "BACKUP_TAGS", "BACKUP_RETENTION"];
    const { scripts } = await forAnyUser();
    for (const name of names) {
      // No string of JavaScript can hold such a byte.
      const script = world.path(`with-${name}`);
      const value = name === "BACKUP_RETENTION" ? "--keep-tag=\\377" : "/\\377";
      await writeFile(script, `${name}=$(printf -- '${value}') exec sh ${scripts}/backup.sh\n`);
      const { exitCode, report } = await world.run(script);
      assert.equal(exitCode, 64, name);
      assert.ok(report.message.includes(`${name}: "`) && report.message.includes("is not UTF-8"), report.message);
    }
    const { exitCode, report } = await world.run("backup.sh", [], {
      env: { BACKUP_HOST: "jira-é", BACKUP_PATH: "/é/ü", BACKUP_MARKER: "." },
    });
    assert.equal(exitCode, 64);
    assert.doesNotMatch(report.message, /UTF-8/);
  });

  inBothShells("names what the image lacks, and reports even without jq", async (world) => {
    const bin = world.path("empty");
    const { exitCode, report } = await world.run("init.sh", [], { env: { PATH: await withoutJq(world.env, bin) } });
    assert.equal(exitCode, 64);
    assert.match(report.message, /jq does not work in this image.*Use the image restic\/restic/);
  });

  inBothShells("names a TMPDIR that is not writable", async (world) => {
    const { exitCode, report } = await world.run("init.sh", [], { env: { TMPDIR: "/proc" } });
    assert.equal(exitCode, 64);
    assert.match(report.message, /TMPDIR: .*\/proc/);
  });

  inBothShells("runs without a report file", async (world) => {
    const { exitCode } = await world.run("backup.sh", [], {
      env: { BACKUP_REPORT_FILE: world.path("none"), BACKUP_HOST: "" },
    });
    assert.equal(exitCode, 64);
    assert.equal((await readdir(world.folder)).includes("none"), false);
  });

  inBothShells("cuts a report that Kubernetes would cut in the middle", async (world) => {
    await writeFile(world.path("password"), "");
    const { exitCode, report } = await world.run("backup.sh", [], {
      env: { BACKUP_SETTLE: "é".repeat(5000), BACKUP_PATH: `/${"ü".repeat(5000)}/` },
    });
    assert.equal(exitCode, 64);
    assert.ok(report.message.endsWith("…"));
  });
});

/** A folder with all programs of PATH but jq. */
async function withoutJq(env: Readonly<Record<string, string>>, folder: string): Promise<string> {
  await execa("cp", ["-R", `${env.PATH}/.`, folder]);
  await execa("rm", [join(folder, "jq")]);
  return folder;
}
