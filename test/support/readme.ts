import { readFileSync } from "node:fs";
import { join } from "node:path";

export const root = join(__dirname, "..", "..");

/** Blocks of code of the README in one language, each with the heading that it stands under. */
export function readmeBlocks(language: string): { heading: string; code: string }[] {
  const blocks: { heading: string; code: string }[] = [];
  let heading = "";
  let code: string[] | undefined;
  for (const line of readFileSync(join(root, "README.md"), "utf8").split("\n")) {
    if (code !== undefined && line === "```") {
      blocks.push({ heading, code: code.join("\n") });
      code = undefined;
    } else if (code !== undefined) {
      code.push(line);
    } else if (line === `\`\`\`${language}`) {
      code = [];
    } else if (line.startsWith("#")) {
      heading = line.replace(/^#+ /, "");
    }
  }
  return blocks;
}
