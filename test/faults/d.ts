import type { Fault } from "./fault";
export const d: readonly Fault[] = [];
