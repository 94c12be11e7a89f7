// What changed, when and why; goes on by itself.
import {html, nothing} from './lit-html.js';
import {ask} from './api.js';
import {options, problem, routeLink, table} from './parts.js';
import {changed, currentSites, listen} from './store.js';
import {counted, link, name, plain, visible, when} from './text.js';

const PAGE = 100;
const MOST = 1000;
const KINDS = [
  ['', 'everything'],
  ['route-added,route-changed,route-removed', 'routes'],
  ['site-changed,site-converged,site-diverged,alarm-raised,alarm-ended,guard-engaged,guard-released', 'sites and alarms'],
  ['feed-changed,sibling-stands-in,sibling-gone,restored', 'feed and siblings'],
  ['override-added,override-replaced,override-removed,override-expired', 'orders'],
];
const TONES = {
  'route-added': ['good', '+'], 'route-removed': ['bad', '−'], 'alarm-raised': ['bad', '✕'], 'alarm-ended': ['good', '✓'],
  'site-diverged': ['warn', '≠'], 'site-converged': ['good', '='], 'guard-engaged': ['warn', '▲'], 'guard-released': ['good', '✓'],
};

let query = {};
let changes = [];
let next = null;
let error = null;
let paused = false;
let waiting = 0;
let asked = 0;
let typing = 0;
let stop = () => {};

async function load(before = null) {
  const mine = ++asked;
  try {
    const answer = await ask('v1/journal', {query: {host: query.host.trim(), site: query.site, kind: query.kind, limit: PAGE, before}});
    if (mine !== asked) return;
    changes = (before === null ? answer.changes : [...changes, ...answer.changes]).slice(0, MOST);
    next = changes.length < MOST ? answer.next : null;
    error = null;
    if (before === null) waiting = 0;
  } catch (e) {
    if (mine !== asked) return;
    error = e;
  }
  changed();
}

function fits(change) {
  return (!query.host.trim() || (change.route ?? '').split('/', 1)[0].includes(query.host.trim().toLowerCase()))
    && (!query.site || change.site === query.site)
    && (!query.kind || query.kind.split(',').includes(change.what));
}

function onEvent(kind, data) {
  if ((kind === 'reconnected' || kind === 'lost') && !paused) load();
  if (kind !== 'journal' || !fits(data)) return;
  if (paused) waiting++;
  else if (!changes.some((each) => each.id === data.id)) changes = [data, ...changes].slice(0, MOST);
}

function set(change) {
  query = {...query, ...change};
  history.replaceState(null, '', link('journal', query));
  clearTimeout(typing);
  typing = setTimeout(() => load(), 150);
  changed();
}

function details(each) {
  const parts = [];
  const figure = (key, label) => each[key] !== undefined && parts.push(`${label} ${plain(each[key])}`);
  if (each.from !== undefined || each.to !== undefined) parts.push(`${plain(each.from ?? '')} → ${plain(each.to ?? each.instances ?? '')}`);
  else figure('instances', 'instances');
  figure('endpoints', 'endpoints');
  figure('routes', 'routes');
  figure('announcedRoutes', 'announced');
  figure('learned', 'learned');
  figure('kind', '');
  figure('who', 'by');
  figure('why', 'because');
  if (each.by) parts.push('by ' + plain(each.by));
  return parts.join(', ');
}

function row(each) {
  const [tone, sign] = TONES[each.what] ?? ['', '·'];
  return html`<tr><td class="num nowrap">${when(each.time)}</td><td class="nowrap"><span class="sign ${tone}" aria-hidden="true">${sign}</span> ${visible(each.what)}</td><td>${each.site}</td>
    <td>${each.route ? routeLink(each.route) : nothing}</td><td>${details(each)}</td><td>${name(each.reason)}</td><td class="soft">${visible(each.source)}</td></tr>`;
}

export default {
  title: () => 'Journal',
  enter(path, given) {
    query = {host: given.get('host') ?? '', site: given.get('site') ?? '', kind: given.get('kind') ?? ''};
    changes = [];
    next = null;
    paused = false;
    stop = listen(onEvent);
    load();
  },
  leave() {
    asked++;
    stop();
    clearTimeout(typing);
  },
  view() {
    return html`<h1 tabindex="-1">Journal</h1>
      <form class="filters" role="search" @submit=${(e) => { e.preventDefault(); load(); }}>
        <label class="grow"><span>Host contains</span><input type="search" autocomplete="off" spellcheck="false" .value=${query.host} @input=${(e) => set({host: e.target.value})}></label>
        <label><span>Site</span><select @change=${(e) => set({site: e.target.value})}>${options(query.site, [['', 'any site'], ...currentSites().map((each) => [each.site, each.site])])}</select></label>
        <label><span>Kind</span><select @change=${(e) => set({kind: e.target.value})}>${options(query.kind, KINDS)}</select></label>
        <button type="button" aria-pressed=${paused} @click=${() => { paused = !paused; if (!paused) load(); changed(); }}>${paused ? 'Go on' : 'Hold'}</button>
      </form>
      ${problem(error)}
      <p class="status" role="status">${paused ? `Held; ${counted(waiting, 'change')} since then.` : ''}</p>
      ${table('Changes, newest first', ['Time', 'What', 'Site', 'Route', 'Details', 'Reason', 'Source'], changes.map(row), 'No change fits.')}
      ${next !== null ? html`<p><button type="button" @click=${() => load(next)}>Show older</button></p>` : nothing}`;
  },
};
