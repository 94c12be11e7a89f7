// Search in all routes, as one types.
import {html, nothing} from './lit-html.js';
import {ask} from './api.js';
import {flag, options, problem, routeLink, siteList} from './parts.js';
import {changed, currentSites, listen} from './store.js';
import {count, counted, link, name, visible} from './text.js';

const PAGE = 50;
const MOST = 1000;
const PAUSE = 150;
const STATES = [['', 'any state'], ['local', 'here'], ['remote', 'only elsewhere'], ['everywhere', 'everywhere'], ['empty', 'left everywhere'],
  ['stale', 'a site not fresh'], ['conflict', 'in conflict'], ['drained', 'drained']];
const SORTS = [['', 'order of the table'], ['route', 'by name'], ['instances', 'most instances'], ['sites', 'fewest sites']];
const WORDS = {local: 'here', remote: 'elsewhere', everywhere: 'everywhere', empty: 'left everywhere'};

let query = {search: '', state: '', site: '', sort: ''};
let routes = [];
let next = null;
let total = null;
let error = null;
let busy = false;
let stale = false;
let fresh = new Set();
let asked = 0;
let running = null;
let typing = 0;
let again = 0;
let stop = () => {};

/** What is typed is a part of a host; from the first slash on it is the beginning of a path. */
function parameters() {
  const slash = query.search.indexOf('/');
  return {
    host: (slash < 0 ? query.search : query.search.slice(0, slash)).trim(),
    path: slash < 0 ? '' : query.search.slice(slash).trim(),
    state: query.state, site: query.site, sort: query.sort, limit: PAGE,
  };
}

/** Asks for the first page, or for one more; an answer that a later question overtook is dropped. */
async function load(after = null, mark = false) {
  const mine = ++asked;
  running?.abort();
  running = new AbortController();
  busy = true;
  changed();
  try {
    const answer = await ask('v1/routes', {query: {...parameters(), after}, signal: running.signal});
    if (mine !== asked) return;
    const known = new Set(routes.map((each) => each.route));
    fresh = new Set(mark ? answer.routes.map((each) => each.route).filter((each) => !known.has(each)) : []);
    routes = after ? [...routes, ...answer.routes].slice(0, MOST) : answer.routes;
    next = routes.length < MOST ? answer.next : null;
    total = answer.total ?? (after || answer.next ? null : answer.routes.length);
    error = null;
    stale = false;
  } catch (e) {
    if (mine !== asked || e.name === 'AbortError') return;
    error = e;
  }
  busy = false;
  changed();
}

function typed(change) {
  query = {...query, ...change};
  history.replaceState(null, '', link('routes', {q: query.search, state: query.state, site: query.site, sort: query.sort}));
  clearTimeout(typing);
  typing = setTimeout(() => load(), PAUSE);
  changed();
}

function onEvent(kind, data) {
  if (kind === 'reconnected' || kind === 'lost') return load();
  if (kind !== 'journal' || !data.what.startsWith('route-')) return;
  const {host, path} = parameters();
  const [itsHost] = data.route.split('/', 1);
  if (!itsHost.includes(host.toLowerCase()) || !data.route.slice(itsHost.length).startsWith(path)) return;
  if (routes.length > PAGE) {
    stale = true;
    changed();
  } else if (!again) {
    again = setTimeout(() => {
      again = 0;
      load(null, true);
    }, 500);
  }
}

function row(each) {
  return html`<tr class=${fresh.has(each.route) ? 'new' : ''}>
    <td>${routeLink(each.route)}</td>
    <td>${WORDS[each.state] ?? visible(each.state)} ${each.drained ? flag('warn', '○ drained') : nothing}${each.stale ? flag('warn', '◐ stale') : nothing}${
      each.conflict ? flag('bad', '✕ conflict') : nothing}${each.regions ? flag('plain', html`pinned: ${each.regions.map((r, i) => html`${i ? ', ' : ''}${visible(r)}`)}`) : nothing}</td>
    <td>${each.sites.length ? siteList(each.sites) : html`<span class="soft">nobody</span>`}</td>
    <td class="wide mono soft">${visible(each.app)}</td></tr>`;
}

function summary() {
  if (busy && !routes.length) return 'Searching…';
  if (error) return '';
  if (!routes.length) return 'No route fits.';
  if (total !== null) return routes.length < total ? `${count(routes.length)} of ${counted(total, 'route')}` : counted(total, 'route');
  return next ? `the first ${count(routes.length)}, and there are more` : counted(routes.length, 'route');
}

export default {
  title: () => 'Routes',
  enter(path, given) {
    query = {search: given.get('q') ?? '', state: given.get('state') ?? '', site: given.get('site') ?? '', sort: given.get('sort') ?? ''};
    routes = [];
    stop = listen(onEvent);
    load();
  },
  leave() {
    stop();
    running?.abort();
    clearTimeout(typing);
    clearTimeout(again);
    again = 0;
  },
  view() {
    return html`<h1 tabindex="-1">Routes</h1>
      <form class="filters" role="search" @submit=${(e) => { e.preventDefault(); load(); }}>
        <label class="grow"><span>Host or host/path contains</span>
          <input id="search" type="search" autocomplete="off" autocapitalize="off" spellcheck="false" .value=${query.search} placeholder="press / to search"
            @input=${(e) => typed({search: e.target.value})}></label>
        <label><span>State</span><select @change=${(e) => typed({state: e.target.value})}>${options(query.state, STATES)}</select></label>
        <label><span>Site</span><select @change=${(e) => typed({site: e.target.value})}>${
          options(query.site, [['', 'any site'], ...currentSites().map((each) => [each.site, each.site])])}</select></label>
        <label><span>Order</span><select @change=${(e) => typed({sort: e.target.value})}>${options(query.sort, SORTS)}</select></label>
      </form>
      ${problem(error)}
      <p class="status" role="status">${summary()}${stale ? html` · <button type="button" class="link" @click=${() => load()}>changed meanwhile: show again</button>` : nothing}</p>
      <table id="routes" class="card" aria-busy=${busy}><caption class="sr">Routes</caption>
        <thead><tr><th scope="col">Route</th><th scope="col">State</th><th scope="col">Sites and instances</th><th scope="col" class="wide">App</th></tr></thead>
        <tbody>${routes.map(row)}</tbody></table>
      ${next ? html`<p><button type="button" ?disabled=${busy} @click=${() => load(next)}>Show more</button></p>` : nothing}
      ${!next && routes.length >= MOST ? html`<p class="soft">No more than ${count(MOST)} are shown here; search for less.</p>` : nothing}`;
  },
};
