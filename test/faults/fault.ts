import type { Scene } from "./scene";

export type Storage = "local" | "REST" | "S3";

/** One row of the matrix: something bad that is done to a backup, and what must come of it. */
export interface Fault {
  readonly id: string;
  readonly storage: Storage;
  readonly injection: string;
  readonly expected: string;
  /** Does it, and says what was seen; throws when that is not what is expected. */
  readonly inject: (scene: Scene) => Promise<string>;
  /** Why the row is known to fail, where that is not in our power; then it is a failure if it does not. */
  readonly limit?: string;
  /** Begins without a repository. */
  readonly empty?: boolean;
  /**
   * Seconds that it may take.
   *
   * @default 600
   */
  readonly within?: number;
}

/** For what this machine has no means; it stands in the table. */
export class CouldNotRun extends Error {}

export const everyStorage: readonly Storage[] = ["local", "REST", "S3"];

/** The same row for each of these storages. */
export function onEach(storages: readonly Storage[], row: Omit<Fault, "storage">): Fault[] {
  return storages.map((storage) => ({ ...row, storage }));
}
