// Opens a report in a real browser: node browser.mjs CHROMIUM PAGE [SCREENSHOTS]
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const require = createRequire(process.env.CLARITY_NODE ? pathToFileURL(process.env.CLARITY_NODE + '/') : import.meta.url);
const puppeteer = require('puppeteer-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const [chromium, file, shots] = process.argv.slice(2);
const problems = [];
const expect = (holds, what) => { if (!holds) problems.push(what); };

const browser = await puppeteer.launch({ executablePath: chromium, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
const page = await browser.newPage();
page.on('console', (message) => { if (message.type() === 'error') problems.push('console: ' + message.text()); });
page.on('pageerror', (error) => problems.push('error: ' + error.message));
page.on('dialog', (dialog) => { problems.push('dialog: ' + dialog.message()); dialog.dismiss(); });
page.on('request', (request) => { if (!request.url().startsWith('file:')) problems.push('request: ' + request.url()); });

const url = pathToFileURL(file).href;
const accessible = async (name) => {
  // The page's own policy forbids scripts from elsewhere; the debugger is not bound by it.
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => axe.run());
  violations.forEach((one) => problems.push(name + ': ' + one.id + ': ' + one.nodes.map((node) => node.html).slice(0, 2).join(' ')));
};
const shot = async (name) => { if (shots) await page.screenshot({ path: shots + '/' + name + '.png' }); };

for (const [width, height] of [[1280, 900], [390, 844]]) {
  for (const scheme of ['light', 'dark']) {
    await page.setViewport({ width, height });
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    for (const [name, hash] of [['overview', '#/'], ['packages', '#/packages'], ['findings', '#/findings']]) {
      await page.goto(url + hash);
      await page.reload();
      expect(await page.$eval('#loading', () => true).catch(() => false) === false, name + ': still loading');
      const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
      expect(!wide, name + ' at ' + width + ': scrolls sideways');
      await accessible(name + ' ' + scheme + ' ' + width);
      await shot(name + '-' + scheme + '-' + width);
    }
  }
}

await page.goto(url + '#/packages');
await page.reload();
const total = await page.$eval('#count', (count) => count.textContent);
const attr = await page.$eval('#rows a', (first) => first.textContent);
await page.type('#query', attr);
const filtered = await page.$eval('#count', (count) => count.textContent);
expect(parseInt(filtered) >= 1 && parseInt(filtered) <= parseInt(total), 'filter: ' + total + ' became ' + filtered);
await page.click('#rows a');
await page.waitForFunction(() => !document.getElementById('package').hidden);
expect(await page.$eval('#package-title', (title) => title.textContent) === attr, 'the page of ' + attr);
await accessible('package');
await shot('package');
const link = page.url();
await page.goto('about:blank');
await page.goto(link);
expect(await page.$eval('#package-title', (title) => title.textContent) === attr, 'the permalink of ' + attr);
const inDocument = await page.evaluate(() => document.querySelectorAll('.row').length);
expect(inDocument < 200, inDocument + ' rows in the document');
const paint = await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0);
await browser.close();
console.log('first paint after ' + Math.round(paint) + ' ms; ' + total);
console.log(problems.join('\n'));
process.exit(problems.length ? 1 : 0);
