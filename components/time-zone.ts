/**
 * Why Kubernetes would refuse this time zone; `undefined` when it is good.
 *
 * The API server loads zones by Go's `time.LoadLocation`, which is case-sensitive and knows no offsets; `Intl` forgives
 * both, so its answer is compared letter by letter.
 */
export function timeZoneProblem(zone: string): string | undefined {
  const remedy = "use a name of the IANA database, such as Europe/Berlin or Etc/UTC";
  if (zone === "Local") {
    return `means a different time on every machine: ${remedy}`;
  }
  if (!/^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*$/.test(zone)) {
    return `is not the name of a time zone: ${remedy}`;
  }
  const canonical = canonicalName(zone);
  if (canonical === undefined) {
    return `no such time zone: ${remedy}`;
  }
  const known = canonical.toLowerCase() === zone.toLowerCase() ? canonical : undefined;
  return known !== undefined && known !== zone ? `upper and lower case matter: write ${known}` : undefined;
}

function canonicalName(zone: string): string | undefined {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}
