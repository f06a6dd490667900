// Bundles what the pages run in the browser into ../static/vendor, or into the folder that is named,
// with the licences of all that is in it. The same package-lock.json gives the same bytes.
import { build } from "esbuild";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const folder = process.argv[2] ?? join(here, "..", "static", "vendor");

// CodeMirror puts its styles in a <style>, which the policy of our pages blocks, though browsers
// take the same rules as a constructed style sheet: it is told to use that way always.
const constructedStyles = {
  name: "constructed-styles",
  setup(bundler) {
    bundler.onLoad({ filter: /style-mod\.js$/ }, ({ path }) => {
      const source = readFileSync(path, "utf8");
      const contents = source.replace("if (!root.head && root.adoptedStyleSheets", "if (root.adoptedStyleSheets");
      if (contents === source) throw new Error(`${path} has changed: its styles would be blocked`);
      return { contents, loader: "js" };
    });
  },
};

const notice = "/* Licences of what is in here: THIRD_PARTY.txt */";
const { metafile } = await build({
  absWorkingDir: here,
  entryPoints: { "sparql-editor": "editor.js", map: "map.js", leaflet: "leaflet.css" },
  outdir: folder,
  bundle: true,
  minify: true,
  format: "esm",
  target: ["es2022"],
  charset: "utf8",
  legalComments: "none",
  loader: { ".png": "empty" }, // the map has buttons and marks of its own
  banner: { js: notice, css: notice },
  metafile: true,
  plugins: [constructedStyles],
});

const packages = new Set();
for (const input of Object.keys(metafile.inputs)) {
  const found = input.match(/^node_modules\/((?:@[^/]+\/)?[^/]+)\//);
  if (found) packages.add(found[1]);
}
const parts = [...packages].sort().map((name) => {
  const at = join(here, "node_modules", name);
  const { version, license } = JSON.parse(readFileSync(join(at, "package.json"), "utf8"));
  const file = readdirSync(at).find((each) => /^licen[cs]e/i.test(each));
  if (!file) throw new Error(`${name} comes without its licence`);
  return `${name} ${version} (${license})\n\n${readFileSync(join(at, file), "utf8").trim()}\n`;
});
mkdirSync(folder, { recursive: true });
const line = `\n${"-".repeat(72)}\n\n`;
const intro = "What stands in this folder is made of the packages below; registry/web/frontend builds it.\n";
writeFileSync(join(folder, "THIRD_PARTY.txt"), [intro, ...parts].join(line));
