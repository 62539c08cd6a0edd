// Keeps addresses out of package-lock.json: npm writes a "funding" link for some packages even when
// registry addresses are omitted (.npmrc). Run through `npm run lock` after changing a version.
import { readFileSync, writeFileSync } from "node:fs";

const file = new URL("package-lock.json", import.meta.url);
const lock = JSON.parse(readFileSync(file, "utf8"));
for (const entry of Object.values(lock.packages)) delete entry.funding;
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
