import type { Fault } from "./fault";
export const n: readonly Fault[] = [];
