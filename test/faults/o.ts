import type { Fault } from "./fault";
export const o: readonly Fault[] = [];
