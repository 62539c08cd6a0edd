// Builds static/dist: one style sheet, one script for every page, one for uploads, one for drafts, and the pictures, with a hash of the content in each name,
// manifest.json (logical name -> hashed name) and .br and .gz beside every file that may be served.
// The result depends on nothing but the sources and the pinned packages: no dates, no paths.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "esbuild";
import { bundle, Features } from "lightningcss";

const root = fileURLToPath(new URL(".", import.meta.url));
const dist = join(root, "dist");

// What Designsystemet has and no page uses; taken out of the style sheet.
const unused = [
  "ds-checkbox--checked",
  "ds-floating",
  "ds-focus",
  "ds-focus--inset",
  "ds-focus--middle",
  "ds-focus--visible",
  "ds-focus--visible--inset",
  "ds-focus--visible--middle",
  "ds-icon",
  "ds-list--unstyled",
  "ds-print-preserve",
  "ds-readonly-icon",
  "ds-skiplink",
  "ds-fade-in",
];

function style() {
  const { code, warnings } = bundle({
    filename: join(root, "css/insyn.css"),
    minify: true,
    unusedSymbols: unused,
    // Old phones: width ranges in media queries are written the old way.
    include: Features.MediaQueries,
  });
  for (const warning of warnings) console.warn(warning.message);
  return Buffer.from(withoutDataAddresses(code.toString()));
}

// Designsystemet draws a few icons as data: addresses. The portal's Content-Security-Policy allows pictures from
// itself only, so each becomes a file, fetched when a page shows it.
function withoutDataAddresses(css) {
  let count = 0;
  const made = new Map();
  return css.replace(/url\("?data:image\/svg\+xml[^,]*,([^")]+)"?\)/g, (_, picture) => {
    if (!made.has(picture)) {
      count += 1;
      made.set(picture, put(`mask-${count}.svg`, Buffer.from(decodeURIComponent(picture))));
    }
    return `url(${made.get(picture)})`;
  });
}

// `banner` is put before it as it is.
async function script(entry, banner = "") {
  const result = await build({
    absWorkingDir: root,
    entryPoints: [`js/${entry}`],
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    target: "es2020",
    charset: "utf8",
    legalComments: "none",
    logLevel: "warning",
    banner: { js: banner },
  });
  return Buffer.from(result.outputFiles[0].contents);
}

const manifest = {};

function put(name, bytes) {
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 12);
  const extension = extname(name);
  const hashed = `${name.slice(0, -extension.length)}.${hash}${extension}`;
  const brotli = { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } };
  writeFileSync(join(dist, hashed), bytes);
  writeFileSync(join(dist, `${hashed}.br`), brotliCompressSync(bytes, brotli));
  writeFileSync(join(dist, `${hashed}.gz`), gzipSync(bytes, { level: 9 }));
  manifest[name] = hashed;
  return hashed;
}

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist);
put("insyn.css", style());
// htmx as its authors minified it: a second pass makes it larger.
put("insyn.js", await script("insyn.js", readFileSync(join(root, "node_modules/htmx.org/dist/htmx.min.js"), "utf8")));
// Only the pages where files are chosen ask for it.
put("upload.js", await script("upload.js"));
// Only the parts of an application ask for it.
put("draft.js", await script("draft.js"));
for (const picture of readdirSync(join(root, "img")).filter((name) => name.endsWith(".svg")).sort()) put(picture, readFileSync(join(root, "img", picture)));
writeFileSync(join(dist, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
