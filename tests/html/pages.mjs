// Opens pages that have no script in a real browser: node pages.mjs CHROMIUM PAGE.. [--shots DIR]
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const require = createRequire(process.env.CLARITY_NODE ? pathToFileURL(process.env.CLARITY_NODE + '/') : import.meta.url);
const puppeteer = require('puppeteer-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const [chromium, ...rest] = process.argv.slice(2);
const at = rest.indexOf('--shots');
const [files, shots] = at < 0 ? [rest, null] : [rest.slice(0, at), rest[at + 1]];
const problems = [];

const browser = await puppeteer.launch({ executablePath: chromium, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
for (const [number, file] of files.entries()) {
  const page = await browser.newPage();
  const add = (what) => problems.push(file + ': ' + what);
  page.on('console', (message) => { if (message.type() === 'error') add('console: ' + message.text()); });
  page.on('pageerror', (error) => add('error: ' + error.message));
  page.on('dialog', (dialog) => { add('dialog: ' + dialog.message()); dialog.dismiss(); });
  page.on('request', (request) => { if (!request.url().startsWith('file:')) add('request: ' + request.url()); });
  for (const [width, height] of [[1280, 900], [390, 844]]) {
    for (const scheme of ['light', 'dark']) {
      await page.setViewport({ width, height });
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
      await page.goto(pathToFileURL(file).href);
      // Folded parts are looked at, too.
      await page.evaluate(() => document.querySelectorAll('details').forEach((one) => { one.open = true; }));
      const name = scheme + ' ' + width;
      if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)) add(name + ': scrolls sideways');
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => axe.run());
      violations.forEach((one) => add(name + ': ' + one.id + ': ' + one.nodes.map((node) => node.html).slice(0, 2).join(' ')));
      if (shots) await page.screenshot({ path: shots + '/' + number + '-' + scheme + '-' + width + '.png' });
    }
  }
  const strange = await page.evaluate(() => {
    const own = 'html head meta title style body header main footer section h1 h2 h3 p dl dt dd ul li q div pre details summary'.split(' ');
    const found = [];
    for (const one of document.querySelectorAll('*')) {
      if (!own.includes(one.localName)) found.push('element ' + one.localName);
      for (const { name } of one.attributes) if (name.startsWith('on') || name === 'href' || name === 'src') found.push(one.localName + ' ' + name);
    }
    // Names keep to their line and their direction.
    if (/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/.test(document.body.innerText)) found.push('an unprintable character');
    return found;
  });
  strange.forEach(add);
  await page.close();
}
await browser.close();
console.log(problems.join('\n'));
process.exit(problems.length ? 1 : 0);
