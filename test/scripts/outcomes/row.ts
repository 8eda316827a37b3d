import type { Authority } from "../servers/certificates";

/** One thing that can be wrong, and how to bring it about. */
export interface Row {
  readonly backend: string;
  readonly wrong: string;
  readonly env: Readonly<Record<string, string>>;
  /** Seconds that one look at the repository may take. */
  readonly limit?: number;
  /** All that is stored on the server, or that it was asked to store. */
  readonly stored: () => Promise<readonly string[]>;
}

/** What the rows of all backends share. */
export interface Scene {
  /** A folder that goes with the test. */
  folder(name: string): Promise<string>;
  /** An authority that restic does not trust unless it is told to. */
  readonly authority: Authority;
  /** Something to end when the test does. */
  onEnd(end: () => unknown): void;
  readonly closedPort: number;
}

export const nothing = async (): Promise<readonly string[]> => [];
