import type { Fault } from "./fault";
export const t: readonly Fault[] = [];
