// A new tab for each document, opened, filled, printed and closed through puppeteer: the way Gotenberg and most
// home-made services work. Several tabs at once in one browser; scripts off, as for everybody here.
//
//   node puppeteer.mjs PAGES.jsonl FOLDER PROGRAM CONCURRENCY [shell]
//
// Prints {"seconds": …} from the first document to the last file, the browser warm.

import { mkdirSync, readFileSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import puppeteer from 'puppeteer-core';

const [pages, folder, program, concurrency, kind] = process.argv.slice(2);
const documents = readFileSync(pages, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line));
mkdirSync(folder, { recursive: true });

const args = ['--disable-dev-shm-usage', '--disable-gpu', '--font-render-hinting=none'];
if (process.getuid() === 0) args.push('--no-sandbox');
const browser = await puppeteer.launch({
  executablePath: program,
  headless: kind === 'shell' ? 'shell' : true,
  pipe: true,
  args,
});

async function print(html, path) {
  const tab = await browser.newPage();
  try {
    await tab.setJavaScriptEnabled(false);
    await tab.setContent(html, { waitUntil: 'load' });
    await tab.pdf({ path, preferCSSPageSize: true, printBackground: true, tagged: false, outline: false, waitForFonts: false });
  } finally {
    await tab.close();
  }
}

await print(documents[0].html, join(folder, 'warm.pdf'));

let next = 0;
async function lane() {
  while (next < documents.length) {
    const { number, html } = documents[next++];
    await print(html, join(folder, `${String(number).padStart(7, '0')}.pdf`));
  }
}

const start = process.hrtime.bigint();
await Promise.all(Array.from({ length: Number(concurrency) }, lane));
const seconds = Number(process.hrtime.bigint() - start) / 1e9;
const version = await browser.version();
await browser.close();
unlinkSync(join(folder, 'warm.pdf'));
console.log(JSON.stringify({ seconds, version }));
