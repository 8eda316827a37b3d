import { clocks } from "./clocks";
import { corruption } from "./corruption";
import { disks } from "./disks";
import type { Fault } from "./fault";
import { fieldAttributes } from "./field-attributes";
import { fieldNights } from "./field-nights";
import { fieldRepositories } from "./field-repositories";
import { fieldRestores } from "./field-restores";
import { fieldRetention } from "./field-retention";
import { fieldSettings } from "./field-settings";
import { fieldUploads } from "./field-uploads";
import { initialization } from "./initialization";
import { killed } from "./killed";
import { memory } from "./memory";
import { network } from "./network";
import { rights } from "./rights";
import { sources } from "./sources";

/** All rows: those of each kind of fault, and those that stand for what people of the field have met. */
export const faults: readonly Fault[] = [
  ...killed,
  ...initialization,
  ...disks,
  ...network,
  ...corruption,
  ...clocks,
  ...rights,
  ...sources,
  ...memory,
  ...fieldRepositories,
  ...fieldUploads,
  ...fieldNights,
  ...fieldRetention,
  ...fieldRestores,
  ...fieldAttributes,
  ...fieldSettings,
];
