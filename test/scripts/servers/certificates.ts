import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";

export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** An authority of the tests, which nobody else trusts. */
export interface Authority extends Certificate {
  issue(name: string, alternativeNames: string, days?: number): Promise<Certificate>;
}

export async function makeAuthority(folder: string, name: string): Promise<Authority> {
  const openssl = (...args: string[]) => execa("openssl", args, { cwd: folder });
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const [cert, key] = [join(folder, `${name}.crt`), join(folder, `${name}.key`)];
  const basic = ["-addext", "basicConstraints=critical,CA:TRUE", "-days", "30"];
  await openssl("req", "-x509", ...newKey, "-subj", `/CN=${name}`, "-keyout", key, "-out", cert, ...basic);
  return {
    cert,
    key,
    issue: async (leaf, alternativeNames, days = 30) => {
      const issued = { cert: join(folder, `${leaf}.crt`), key: join(folder, `${leaf}.key`) };
      const [request, extensions] = [join(folder, `${leaf}.csr`), join(folder, `${leaf}.ext`)];
      await writeFile(extensions, `subjectAltName=${alternativeNames}\n`);
      await openssl("req", ...newKey, "-subj", `/CN=${leaf}`, "-keyout", issued.key, "-out", request);
      // `x509` takes no time in the past for its end but as a negative number of days.
      const sign = ["-CA", cert, "-CAkey", key, "-CAcreateserial", "-days", String(days), "-extfile", extensions];
      await openssl("x509", "-req", "-in", request, ...sign, "-out", issued.cert);
      return issued;
    },
  };
}
