import type { Fault } from "./fault";
export const s: readonly Fault[] = [];
