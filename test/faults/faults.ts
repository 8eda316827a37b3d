import { c } from "./c";
import { d } from "./d";
import type { Fault } from "./fault";
import { i } from "./i";
import { k } from "./k";
import { n } from "./n";
import { o } from "./o";
import { r } from "./r";
import { s } from "./s";
import { t } from "./t";

/** All rows, one file for each letter: killed, init, disk, network, corruption, time, rights, source, out of memory. */
export const faults: readonly Fault[] = [...k, ...i, ...d, ...n, ...c, ...t, ...r, ...s, ...o];
