'use strict';
(() => {
  const byId = (id) => document.getElementById(id);
  const lines = byId('data').textContent.trim().split('\n');
  const head = JSON.parse(lines[0]);
  const rows = lines.slice(1).map((line) => JSON.parse(line));

  const packages = new Map();
  const findings = [];
  let summary = {};
  for (const row of rows) {
    if (row.kind === 'package') {
      packages.set(row.attr, { ...row, findings: [] });
    } else if (row.kind === 'finding') {
      findings.push(row);
      const owner = packages.get(row.attr);
      if (owner) owner.findings.push(row);
    } else if (row.kind === 'summary') {
      summary = row;
    }
  }
  const RANK = { error: 3, warning: 2, note: 1 };
  const counts = findings.filter((one) => one.state === 'new');
  for (const one of packages.values()) {
    one.declaredText = one.declared.expression || { absent: 'NONE' }[one.declared.status] || '(' + one.declared.status + ')';
    one.concludedText = one.concluded ? one.concluded.expression : '';
    one.state = one.verdict || (one.outcome === 'audited' ? 'not-judged' : one.outcome);
    one.freedom = { true: 'free', false: 'unfree' }[one.declared.free] || 'not known';
    one.worst = Math.max(0, ...one.findings.filter((f) => f.state === 'new').map((f) => RANK[f.severity]));
    one.haystack = [one.attr, one.pname, one.file, one.declaredText, one.concludedText, 'is:' + one.freedom, ...(one.maintainers || [])].join(' ').toLowerCase();
  }
  const all = [...packages.values()];

  // Markup is only made here, and every text is set as text.
  const make = (name, attributes = {}, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (value !== undefined && value !== null && value !== false) element.setAttribute(key, value);
    }
    for (const child of children.flat()) {
      if (child !== undefined && child !== null) element.append(child);
    }
    return element;
  };
  const link = (path, text, attributes = {}) => make('a', { href: '#/' + path, ...attributes }, text);
  const packageLink = (attr) => link('package/' + encodeURIComponent(attr), attr);
  const tally = (items, key) => {
    const map = new Map();
    for (const item of items) for (const name of [key(item)].flat()) map.set(name, (map.get(name) || 0) + 1);
    return [...map].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  };
  const COLOR = { agrees: 'good', drifts: 'bad', error: 'bad', warning: 'warn', failed: 'bad', 'cannot-tell': 'warn' };
  const WORDS = { 'cannot-tell': 'cannot tell', 'not-judged': 'metadata only' };
  const word = (name) => WORDS[name] || name;

  const counted = (count, noun) => count + ' ' + noun + (count === 1 ? '' : 's');

  // A chart of nothing is none.
  const bars = (title, pairs, path, most = 12) => {
    if (!pairs.length) return null;
    const top = Math.max(1, ...pairs.map((pair) => pair[1]));
    const shown = pairs.slice(0, most).map(([name, count]) => {
      const fill = make('div', { class: 'fill ' + (COLOR[name] || '') });
      fill.style.width = (100 * count) / top + '%';
      return make('div', { class: 'bar' }, link(path(name), word(name)), make('div', { class: 'track', 'aria-hidden': 'true' }, fill), make('span', {}, String(count)));
    });
    const more = pairs.length > most ? make('p', {}, pairs.length - most + ' more') : null;
    return make('div', { class: 'card' }, make('h2', {}, title), shown, more);
  };
  // Declared licenses in rows, concluded ones in columns; the rarer ones together.
  const matrix = (items, most = 7) => {
    if (!items.length) return null;
    const names = (key) => {
      const all = tally(items, key).map((pair) => pair[0]);
      return all.length > most + 1 ? [...all.slice(0, most), null] : all;
    };
    const [rows, columns] = [names((one) => one.declaredText), names((one) => one.concludedText)];
    const find = (list, name) => (list.includes(name) ? name : null);
    const cells = new Map(tally(items, (one) => JSON.stringify([find(rows, one.declaredText), find(columns, one.concludedText)])));
    const bad = new Set(items.filter((one) => one.state === 'drifts').map((one) => JSON.stringify([find(rows, one.declaredText), find(columns, one.concludedText)])));
    const named = (name) => name === null ? 'others' : name;
    const cell = (row, column) => {
      const key = JSON.stringify([row, column]);
      const count = cells.get(key);
      return make('td', { class: 'number ' + (!count ? '' : bad.has(key) ? 'bad' : 'good') }, count ? String(count) : '\u00b7');
    };
    return make('div', { class: 'card matrix' }, make('h2', {}, 'Declared against concluded'),
      make('div', { class: 'wide', tabindex: '0', role: 'region', 'aria-label': 'Declared against concluded' }, make('table', {},
        make('thead', {}, make('tr', {}, make('th', { scope: 'col' }, 'declared \u2193 concluded \u2192'), columns.map((name) => make('th', { scope: 'col', class: 'number' }, named(name))))),
        make('tbody', {}, rows.map((row) => make('tr', {}, make('th', { scope: 'row' }, row === null ? 'others' : link(query({ q: row }), row)), columns.map((column) => cell(row, column))))))),
      make('p', { class: 'soft' }, 'Packages. Red: some of them drift.'));
  };
  const query = (filter) => 'packages?' + new URLSearchParams(filter);

  const overview = () => {
    const section = byId('overview');
    const judged = all.filter((one) => one.verdict);
    const drifting = judged.filter((one) => one.state === 'drifts' && one.concludedText);
    const pairs = tally(drifting, (one) => one.declaredText + ' \u2192 ' + one.concludedText);
    const grave = all.filter((one) => one.worst > 1);
    const sets = tally(grave, (one) => (one.attr.includes('.') ? one.attr.split('.')[0] : '(top level)'));
    const maintainers = tally(grave, (one) => one.maintainers || []);
    const freeness = tally(all, (one) => one.freedom);
    const states = judged.length ? bars('Verdicts', tally(all, (one) => one.state), (name) => query({ verdict: name }))
      : bars('Declarations', tally(all, (one) => one.declared.status), (name) => query({ q: { resolved: '', absent: 'NONE' }[name] ?? name }));
    const checks = tally(counts, (one) => one.check + ' ' + one.name);
    const verdicts = tally(judged, (one) => one.state).map(([name, count]) => count + ' ' + (count === 1 ? word(name) : { agrees: 'agree', drifts: 'drift' }[name] || word(name)));
    const severities = tally(counts, (one) => one.severity).sort((a, b) => RANK[b[0]] - RANK[a[0]]).map(([name, count]) => counted(count, name));
    const sum = counted(all.length, 'package') + (verdicts.length ? ': ' + verdicts.join(', ') : '') + '. '
      + (severities.length ? 'Findings: ' + severities.join(', ') + '.' : 'No findings.');
    section.replaceChildren(make('p', {}, sum),
      judged.length || !all.length ? '' : make('p', {}, 'Sources were not looked at: nothing is concluded and nothing compared.'),
      make('div', { class: 'cards' },
      states,
      bars('Severity', tally(counts, (one) => one.severity), (name) => 'findings?' + new URLSearchParams({ severity: name })),
      bars('Checks', checks, (name) => 'findings?' + new URLSearchParams({ check: name.split(' ')[0] })),
      bars('Free and unfree, as declared', freeness, (name) => query({ q: 'is:' + name })),
      bars('Drifts', pairs, (name) => query({ q: name.split(' \u2192 ')[0], verdict: 'drifts' })),
      bars('Sets with errors or warnings', sets, (name) => query({ q: name === '(top level)' ? '' : name + '.' })),
      bars('Maintainers with errors or warnings', maintainers, (name) => query({ q: name })),
      bars('Declared licenses', tally(all, (one) => one.declaredText), (name) => query({ q: name }))), matrix(judged.filter((one) => one.concludedText)) || '');
  };

  // Only the rows in sight are in the document.
  const scroll = byId('scroll');
  const body = byId('rows');
  let listed = [];
  let height = 52;
  const draw = () => {
    const first = Math.max(0, Math.floor(scroll.scrollTop / height) - 5);
    const last = Math.min(listed.length, Math.ceil((scroll.scrollTop + scroll.clientHeight) / height) + 5);
    body.replaceChildren(...listed.slice(first, last).map((one, index) => {
      const row = one.kind === 'finding' ? findingRow(one) : packageRow(one);
      row.style.top = (first + index) * height + 'px';
      row.setAttribute('aria-setsize', listed.length);
      row.setAttribute('aria-posinset', first + index + 1);
      return row;
    }));
  };
  const packageRow = (one) => make('div', { class: 'row', role: 'listitem' },
    packageLink(one.attr), make('span', { class: COLOR[one.state] || 'none' }, word(one.state)),
    make('small', {}, one.file ? one.file + ':' + one.line : ''),
    make('small', {}, one.declaredText + (one.concludedText && one.concludedText !== one.declaredText ? ' \u2192 ' + one.concludedText : '')));
  const findingRow = (one) => make('div', { class: 'row', role: 'listitem' },
    packages.has(one.attr) ? packageLink(one.attr) : make('span', {}, one.attr),
    make('span', { class: COLOR[one.severity] || 'none' }, one.severity + ' ' + one.check + ' ' + one.name),
    make('small', {}, one.file ? one.file + ':' + one.line : ''), make('small', {}, one.message + (one.unverified ? ' (unverified)' : '')));

  const options = (id, names) => byId(id).replaceChildren(make('option', { value: '' }, 'all'), ...names.map((name) => make('option', { value: name }, word(name))));
  options('verdict', tally(all, (one) => one.state).map((pair) => pair[0]).sort());
  options('check', tally(counts, (one) => one.check).map((pair) => pair[0]).sort());
  options('severity', ['error', 'warning', 'note']);

  let view = 'packages';
  const filter = () => {
    const [q, verdict, check, severity] = ['query', 'verdict', 'check', 'severity'].map((id) => byId(id).value);
    const needle = q.trim().toLowerCase();
    const fits = (finding) => (!check || finding.check === check) && (!severity || finding.severity === severity);
    if (view === 'findings') {
      listed = counts.filter((one) => fits(one) && (!needle || (one.attr + ' ' + one.message + ' ' + one.file).toLowerCase().includes(needle))
        && (!verdict || (packages.get(one.attr) || {}).state === verdict));
      listed.sort((a, b) => RANK[b.severity] - RANK[a.severity]);
    } else {
      const any = !check && !severity;
      listed = all.filter((one) => (!needle || one.haystack.includes(needle)) && (!verdict || one.state === verdict)
        && (any || one.findings.some((finding) => finding.state === 'new' && fits(finding))));
      listed.sort((a, b) => b.worst - a.worst);
    }
    const noun = view === 'findings' ? 'findings' : 'packages';
    byId('count').textContent = listed.length + ' of ' + (view === 'findings' ? counts.length : all.length) + ' ' + noun;
    resize();
    scroll.scrollTop = 0;
    draw();
  };
  scroll.addEventListener('scroll', () => requestAnimationFrame(draw));
  // Rows have one height, which the style sheet chooses by the width of the window.
  const resize = () => {
    const style = getComputedStyle(document.documentElement);
    height = parseFloat(style.fontSize) * parseFloat(style.getPropertyValue('--row'));
    body.style.height = listed.length * height + 'px';
  };
  addEventListener('resize', () => { resize(); draw(); });
  byId('filters').addEventListener('submit', (event) => event.preventDefault());
  byId('filters').addEventListener('input', filter);

  const copy = (text, label) => {
    const button = make('button', { type: 'button' }, label);
    button.addEventListener('click', async () => {
      try {
        await navigator.clipboard.writeText(text);
        button.textContent = 'Copied';
      } catch {
        getSelection().selectAllChildren(button.previousElementSibling);
        button.textContent = 'Selected: press Ctrl-C';
      }
    });
    return button;
  };
  const quoted = (text) => JSON.stringify(text);
  const suppression = (one) => ['[[suppress]]', 'attr = ' + quoted(one.attr), 'check = ' + quoted(one.check), 'evidence = ' + quoted(one.pin), 'reason = ""'].join('\n');
  const witnesses = (title, list) => list && list.length ? [
    make('h3', {}, title),
    make('div', { class: 'wide' }, make('table', {}, make('thead', {}, make('tr', {}, ['File', 'License', 'Kind', 'Files'].map((name) => make('th', { scope: 'col', class: name === 'Files' ? 'number' : null }, name)))),
      make('tbody', {}, list.map((one) => make('tr', {},
        make('td', {}, one.file + ':' + one.first_line + (one.last_line !== one.first_line ? '-' + one.last_line : '')),
        make('td', {}, one.expression, one.quote ? make('div', {}, make('q', {}, one.quote)) : null),
        make('td', {}, one.class), make('td', { class: 'number' }, String(one.files)))))))] : [];

  const findingBlock = (one) => {
    const written = one.help.map((line) => /`(license = [^`]*)`/.exec(line)).find((match) => match);
    const patch = written ? written[1] : null;
    return make('div', { class: 'finding ' + one.severity },
      make('h3', {}, one.severity + ' ' + one.check + ' ' + one.name + (one.state === 'new' ? '' : ' (' + one.state + ')')),
      make('p', {}, one.message), (one.unverified ? [one.unverified] : []).map((it) => make('p', {}, 'unverified: ' + it.why)), one.help.map((line) => make('p', {}, 'help: ' + line)),
      make('p', {}, 'confidence: ' + one.confidence + (one.remedy ? '; fix: ' + one.remedy.safety : '')),
      patch ? [make('pre', { tabindex: '0' }, patch), copy(patch, 'Copy the license')] : null,
      make('details', {}, make('summary', {}, 'Accept this finding'), make('pre', { tabindex: '0' }, suppression(one)), copy(suppression(one), 'Copy the suppression')));
  };
  const packagePage = (attr) => {
    const one = packages.get(attr);
    const section = byId('package');
    if (!one) {
      section.replaceChildren(make('h2', { id: 'package-title' }, 'No package ' + attr));
      return;
    }
    const facts = [['Verdict', word(one.state)], ['Declared', one.declaredText], ['Concluded', one.verdict ? one.concludedText || '(nothing)' : null],
      ['Confidence', one.concluded && one.concluded.confidence], ['Reason', one.why || (one.verdict || one.outcome !== 'audited' ? null : 'only the metadata was asked for')], ['Maintainers', (one.maintainers || []).join(', ')], ['Version', one.version],
      ['Defined in', one.file ? one.file + ':' + one.line : null], ['Source', one.source.flatMap((s) => s.urls).join(' ')]];
    const parts = one.concluded ? one.concluded.parts : [];
    section.replaceChildren(
      make('h2', { id: 'package-title' }, one.attr),
      make('dl', {}, facts.filter((fact) => fact[1]).flatMap(([name, value]) => [make('dt', {}, name), make('dd', { class: name === 'Verdict' ? COLOR[one.state] : null }, value)])),
      ...one.findings.map(findingBlock),
      ...(one.concluded ? [...witnesses('Evidence for', one.concluded.basis), ...witnesses('Evidence against', one.concluded.against)] : []),
      ...(parts.length ? [make('h3', {}, 'Other licenses in the source'), make('div', { class: 'wide' }, make('table', {},
        make('thead', {}, make('tr', {}, ['Folder', 'Role', 'License', 'Files'].map((name) => make('th', { scope: 'col', class: name === 'Files' ? 'number' : null }, name)))),
        make('tbody', {}, parts.map((part) => make('tr', {}, make('td', {}, part.path || '(root)'), make('td', {}, part.role), make('td', {}, part.expression), make('td', { class: 'number' }, String(part.files)))))))] : []),
      ...(one.concluded && one.concluded.reasons.length ? [make('h3', {}, 'Why the confidence is what it is'), make('ul', {}, one.concluded.reasons.map((reason) => make('li', {}, reason)))] : []));
  };

  const show = (id) => ['overview', 'list', 'package'].forEach((name) => { byId(name).hidden = name !== id; });
  const route = () => {
    const [path, search] = location.hash.replace(/^#\/?/, '').split('?');
    const wanted = new URLSearchParams(search || '');
    const current = path.startsWith('package/') || path === 'packages' ? 'packages' : path === 'findings' ? 'findings' : 'overview';
    document.querySelectorAll('nav a').forEach((a) => { a.dataset.view === current ? a.setAttribute('aria-current', 'page') : a.removeAttribute('aria-current'); });
    if (path.startsWith('package/')) {
      show('package');
      packagePage(decodeURIComponent(path.slice('package/'.length)));
    } else if (current === 'overview') {
      show('overview');
      overview();
    } else {
      view = current;
      byId('list-title').textContent = view === 'findings' ? 'Findings' : 'Packages';
      byId('query').value = wanted.get('q') || '';
      ['verdict', 'check', 'severity'].forEach((id) => { byId(id).value = wanted.get(id) || ''; });
      show('list');
      filter();
    }
    document.title = 'Licenses of ' + head.tree + (path ? ': ' + decodeURIComponent(path) : '');
  };
  addEventListener('hashchange', () => { route(); byId('content').focus(); });
  byId('version').textContent = head.version;
  byId('closing').textContent = [summary.partial ? 'The run was ended early.' : '', summary.incomplete || '', (summary.config || []).length ? 'Configuration: ' + summary.config.join(', ') : '', ...(summary.silenced || []).map((one) => one.what)].filter(Boolean).join(' ');
  byId('loading').remove();
  route();
})();
