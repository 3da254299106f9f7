// @sparticuz/chromium ships its headless shell compressed, and unpacks it into /tmp at its first use: here it lies
// beside its archive, where the bench finds it.
import { chmodSync, createReadStream, createWriteStream, existsSync, renameSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress } from "node:zlib";

const folder = new URL("node_modules/@sparticuz/chromium/bin/", import.meta.url);
const [packed, shell, part] = ["chromium.br", "headless_shell", "headless_shell.part"].map((name) => new URL(name, folder));

if (existsSync(packed) && !existsSync(shell)) {
  await pipeline(createReadStream(packed), createBrotliDecompress(), createWriteStream(part));
  chmodSync(part, 0o755);
  renameSync(part, shell);
}
