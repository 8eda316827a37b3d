import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as automation from "@pulumi/pulumi/automation";
import { execa } from "execa";

const root = join(__dirname, "..", "..", "..");

/** Settings as they stand in `Pulumi.<stack>.yaml`, without the name of the project in front. */
export type Config = Record<string, unknown>;

/** What an `up` or `preview` printed and changed: operations by logical name. */
export interface Outcome {
  readonly text: string;
  /** What was done to which resource, such as `update CronJob backup`; nothing that stayed the same, and no providers. */
  readonly changes: readonly string[];
}

/** A stack of the project's own program, driven by the real engine, in a project folder of its own. */
export class Stack {
  private readonly folder: string;
  private readonly stack: automation.Stack;

  private constructor(folder: string, stack: automation.Stack) {
    this.folder = folder;
    this.stack = stack;
  }

  static async create(name: string): Promise<Stack> {
    const folder = mkdtempSync(join(tmpdir(), `restic-backup-${name}-`));
    writeFileSync(
      join(folder, "Pulumi.yaml"),
      JSON.stringify({ name: "restic-backup", runtime: "nodejs", main: join(root, "index.ts") }),
    );
    // A state of its own: whatever a killed run has left in another one, a lock or a stack, is not in the way.
    const options = { envVars: stateIn(folder) };
    const stack = await automation.LocalWorkspace.createStack({ stackName: name, workDir: folder }, options);
    return new Stack(folder, stack);
  }

  /** Sets the whole config; what `secrets` names by its path is encrypted. */
  async configure(config: Config, secrets: Record<string, string> = {}): Promise<void> {
    const settings = await this.stack.workspace.stackSettings(this.stack.name);
    const named = Object.entries(config).map(([key, value]) => [`restic-backup:${key}`, value]);
    await this.stack.workspace.saveStackSettings(this.stack.name, { ...settings, config: Object.fromEntries(named) });
    const encrypted = Object.entries(secrets).map(([path, value]) => [
      `restic-backup:${path}`,
      { value, secret: true },
    ]);
    if (encrypted.length > 0) {
      await this.stack.setAllConfig(Object.fromEntries(encrypted), true);
    }
  }

  async up(): Promise<Outcome> {
    return this.run("up", "--yes", "--skip-preview");
  }

  async preview(): Promise<Outcome> {
    return this.run("preview");
  }

  /**
   * As the Automation API runs it, without the three commands that it adds to read outputs and history, each of which
   * derives a key from the passphrase for a second.
   */
  private async run(...command: readonly string[]): Promise<Outcome> {
    const log = join(this.folder, "events.log");
    rmSync(log, { force: true });
    const words = [...command, "--stack", this.stack.name, "--event-log", log];
    const { exitCode, all } = await execa(
      "pulumi",
      [...words, "--non-interactive", "--suppress-progress", "--color", "never"],
      { cwd: this.folder, env: { ...stateIn(this.folder), ...eventLog }, all: true, reject: false, stdin: "ignore" },
    );
    if (exitCode !== 0) {
      throw new OperationError(all);
    }
    return { text: all, changes: readFileSync(log, "utf8").split("\n").flatMap(changeIn) };
  }

  async outputs(): Promise<Record<string, unknown>> {
    const entries = Object.entries(await this.stack.outputs());
    return Object.fromEntries(entries.map(([name, { value }]) => [name, value]));
  }

  /** State as it is stored. The Automation API's own export decrypts it. */
  async state(): Promise<string> {
    const args = ["stack", "export", "--stack", this.stack.name];
    const { stdout } = await execa("pulumi", args, { cwd: this.folder, env: stateIn(this.folder) });
    return stdout;
  }

  async destroy(): Promise<void> {
    await this.stack.destroy({ suppressProgress: true });
  }

  async remove(): Promise<void> {
    await this.stack.workspace.removeStack(this.stack.name, { force: true });
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function stateIn(folder: string): Record<string, string> {
  return { PULUMI_BACKEND_URL: `file://${folder}` };
}

/** Without it the engine has no such option. */
const eventLog = { PULUMI_DEBUG_COMMANDS: "true" };

/** What one line of the engine's log says that was done. */
function changeIn(line: string): string[] {
  const event: automation.EngineEvent = line === "" ? {} : JSON.parse(line);
  const { op, type, urn } = event.resourcePreEvent?.metadata ?? {};
  return op === undefined || op === "same" || type?.startsWith("pulumi:providers:")
    ? []
    : [`${op} ${type?.split(":").at(-1)} ${urn?.split("::").at(-1)}`];
}

/** A failed operation, its message being all that the operator got to see. */
export class OperationError extends Error {}
