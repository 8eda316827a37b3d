import type { Fault } from "./fault";
export const c: readonly Fault[] = [];
