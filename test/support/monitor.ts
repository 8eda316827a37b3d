import * as pulumi from "@pulumi/pulumi";
import * as settings from "@pulumi/pulumi/runtime/settings";

/** Part of the SDK, though its types hide it: resolves when nothing is left to register. */
const { waitForRPCs } = settings as unknown as { waitForRPCs: () => Promise<void> };

/** What Pulumi was asked to register: what `setMocks` alone does not show, the options among it. */
export interface Registration {
  readonly type: string;
  readonly name: string;
  readonly parent: string;
  readonly provider: string;
  /** Inputs as they go over the wire: secrets and unknowns still wrapped. */
  readonly wire: Record<string, unknown>;
  /** Inputs with secrets unwrapped. */
  readonly inputs: Record<string, unknown>;
  readonly ignoreChanges: readonly string[];
  readonly replaceOnChanges: readonly string[];
  readonly dependencies: readonly string[];
  readonly retainOnDelete: boolean;
  readonly deleteBeforeReplace: boolean;
  readonly protect: boolean;
  readonly createTimeout: string;
}

/** Marks a secret on the wire. */
export const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

export const mockPassword = "mock-generated-password";

/** Runs a program against a monitor that records, as `up` or as `preview`, and waits until it has ended. */
export async function registrations(program: () => void, preview = false): Promise<Registration[]> {
  const found: Registration[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => ({
        id: `${name}-id`,
        state: {
          ...inputs,
          ...(type === "random:index/randomPassword:RandomPassword" && !preview ? { result: mockPassword } : {}),
          ...(inputs.metadata
            ? {
                metadata: {
                  ...inputs.metadata,
                  name: inputs.metadata.name ?? (preview ? undefined : `${name}-1a2b3c4d`),
                  uid: preview ? undefined : `uid-of-${name}`,
                },
              }
            : {}),
        },
      }),
      call: ({ token }) => {
        throw new Error(`the component must not call ${token}: previews have to work without a cluster`);
      },
    },
    "project",
    "stack",
    preview,
  );
  const monitor = settings.getMonitor() as unknown as Monitor;
  const registerResource = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, callback) => {
    found.push(registration(request));
    return registerResource(request, callback);
  };
  program();
  await waitForRPCs();
  return found;
}

/** The only registration of that type whose logical name ends so. */
export function only(found: readonly Registration[], type: string, name?: string): Registration {
  const [first, ...rest] = found.filter((one) => one.type === type && (name === undefined || one.name === name));
  if (first === undefined || rest.length > 0) {
    throw new Error(`expected one ${type}, found ${found.map((one) => `${one.type} ${one.name}`).join(", ")}`);
  }
  return first;
}

/** The part of the gRPC request that is read here; the SDK ships no types for it. */
interface Request {
  getType(): string;
  getName(): string;
  getParent(): string;
  getProvider(): string;
  getObject(): { toJavaScript(): Record<string, unknown> } | undefined;
  getIgnorechangesList(): string[];
  getReplaceonchangesList(): string[];
  getDependenciesList(): string[];
  getRetainondelete(): boolean;
  getDeletebeforereplace(): boolean;
  getProtect(): boolean;
  getCustomtimeouts(): { getCreate(): string } | undefined;
}

interface Monitor {
  registerResource(request: Request, callback: unknown): unknown;
}

function registration(request: Request): Registration {
  const wire = request.getObject()?.toJavaScript() ?? {};
  return {
    type: request.getType(),
    name: request.getName(),
    parent: request.getParent(),
    provider: request.getProvider(),
    wire,
    inputs: unwrapped(wire) as Record<string, unknown>,
    ignoreChanges: request.getIgnorechangesList(),
    replaceOnChanges: request.getReplaceonchangesList(),
    dependencies: request.getDependenciesList(),
    retainOnDelete: request.getRetainondelete(),
    deleteBeforeReplace: request.getDeletebeforereplace(),
    protect: request.getProtect(),
    createTimeout: request.getCustomtimeouts()?.getCreate() ?? "",
  };
}

function unwrapped(node: unknown): unknown {
  if (Array.isArray(node)) {
    return node.map(unwrapped);
  }
  if (typeof node !== "object" || node === null) {
    return node;
  }
  if (Object.values(node).includes(secretSignature)) {
    return unwrapped((node as { value: unknown }).value);
  }
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, unwrapped(value)]));
}
