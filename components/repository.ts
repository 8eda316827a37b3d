import type { z } from "zod";
import { backends, type Kind, kinds } from "./backends";
import type { Connection } from "./backends/backend";
import { type Given, givenGroup, group } from "./group";
import { only, type Problem } from "./problems";

type Schemas = { [K in Kind]: z.ZodOptional<(typeof backends)[K]["schema"]> };
type Repository = { [K in Kind]?: z.infer<(typeof backends)[K]["schema"]> };

/** One optional member for each storage. */
export const repositorySchema = group(
  "say where the snapshots are stored, as in { local: { size: 10Gi } }",
  Object.fromEntries(kinds.map((kind) => [kind, backends[kind].schema.optional()])) as Schemas,
);

/** What is wrong between the properties of a repository. */
export function repositoryProblems(repository: Given | undefined): Problem[] {
  if (repository === undefined) {
    return [];
  }
  const set = kinds.filter((kind) => repository[kind] !== undefined);
  return [
    ...only(set.length === 0, "repository", `names no storage: set one of ${kinds.join(", ")}`),
    ...only(
      set.length > 1,
      "repository",
      `names ${set.join(" and ")}, but snapshots go to one place: keep one of them`,
    ),
    ...set.flatMap((kind) => {
      const given = givenGroup(repository[kind]);
      return given === undefined ? [] : backends[kind].problems(given, `repository.${kind}`);
    }),
  ];
}

/** How the pods reach the repository that the settings name. */
export function connectionOf(repository: Repository): Connection {
  const kind = kindOf(repository);
  return connected(kind, repository);
}

/** The storage that the settings name. */
export function kindOf(repository: Repository): Kind {
  const [kind, ...others] = kinds.filter((one) => repository[one] !== undefined);
  if (kind === undefined || others.length > 0) {
    throw new Error("settings are checked before they come here, and name exactly one storage");
  }
  return kind;
}

function connected<K extends Kind>(kind: K, repository: Repository): Connection {
  const { connect } = backends[kind] as { connect(settings: Repository[K]): Connection };
  return connect(repository[kind]);
}
