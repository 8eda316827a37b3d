import type { Fault } from "./fault";
export const r: readonly Fault[] = [];
