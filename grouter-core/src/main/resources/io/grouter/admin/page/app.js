// The frame around the views: where one is, whether what is shown is live, and who draws.
import {html, nothing, render} from './lit-html.js';
import {news} from './alarms.js';
import {ask, hasToken, useToken} from './api.js';
import explain from './explain.js';
import journal from './journal.js';
import {follow, reconnect} from './live.js';
import orders, {loadOrders, orderDialog} from './orders.js';
import overview from './overview.js';
import {options} from './parts.js';
import route from './route.js';
import routes from './routes.js';
import {changed, drawWith, isOld, listen, ownSite, silence, store, takeSites} from './store.js';
import surroundings, {confirmDialog} from './surroundings.js';
import {age} from './text.js';

const SITES_EVERY = 5000;
const ORDERS_EVERY = 20_000;
const PAGES = [
  ['', 'Overview', overview],
  ['routes', 'Routes', routes],
  ['explain', 'Explain', explain],
  ['journal', 'Journal', journal],
  ['surroundings', 'Feed and gossip', surroundings],
  ['orders', 'Drains', orders],
];

let current = null;
let section = '';
let spoken = '';
let tokenProblem = '';

function parsed() {
  const [path, query = ''] = location.hash.replace(/^#\/?/, '').split('?', 2);
  const parts = path.split('/').map((each) => {
    try {
      return decodeURIComponent(each);
    } catch {
      return each;
    }
  });
  return [parts, new URLSearchParams(query)];
}

function go() {
  const [parts, query] = parsed();
  const first = current === null;
  current?.leave?.();
  section = PAGES.some(([key]) => key === parts[0]) ? parts[0] : '';
  current = section === 'routes' && parts.length > 1 ? route : PAGES.find(([key]) => key === section)[2];
  current.enter?.(parts, query);
  paint();
  if (!first) {
    scrollTo(0, 0);
    document.querySelector('main h1')?.focus();
  }
}

// ---- the frame

function liveness() {
  const quiet = silence();
  const {state, problem} = store.live;
  if (state === 'connecting') return html`<span class="soft">connecting…</span>`;
  const old = `as of ${age(quiet / 1000)} ago`;
  if (state === 'live' && !isOld()) return html`<span class="good" aria-hidden="true">●</span> live`;
  if (state === 'live') return html`<span class="warn"><span aria-hidden="true">◐</span> quiet, ${old}</span>`;
  return html`<span class="bad"><span aria-hidden="true">✕</span> connection lost, ${old}</span>${problem ? html` <span class="soft">${problem}</span>` : nothing}
    <button type="button" class="link" @click=${reconnect}>try now</button>`;
}

function theme() {
  return document.documentElement.dataset.theme ?? '';
}

function chooseTheme(e) {
  const chosen = e.target.value;
  if (chosen) document.documentElement.dataset.theme = chosen;
  else delete document.documentElement.dataset.theme;
  try {
    if (chosen) localStorage.setItem('grouter.theme', chosen);
    else localStorage.removeItem('grouter.theme');
  } catch {
    // Then it holds for as long as the page is open.
  }
  changed();
}

function skip(e) {
  e.preventDefault();
  document.getElementById('main').focus();
}

function tokenDialog() {
  if (!store.needsToken) return nothing;
  return html`<dialog id="token" class="modal" aria-labelledby="token-title" @cancel=${(e) => e.preventDefault()}>
    <form method="dialog" @submit=${enterToken}><h2 id="token-title">This node asks for a token</h2>
      <p class="soft">It is kept in this tab alone, until the tab is closed.</p>
      <label><span>Token</span><input name="token" type="password" autocomplete="off" spellcheck="false" required></label>
      ${tokenProblem ? html`<p class="notice bad" role="alert">It was refused: ${tokenProblem}</p>` : nothing}
      <p class="buttons end"><button type="submit" class="main">Use it</button></p></form></dialog>`;
}

/** Tries a token once before everything else uses it: a node counts wrong ones. */
async function enterToken(e) {
  e.preventDefault();
  const text = new FormData(e.target).get('token').trim();
  if (!text) return;
  useToken(text);
  const refused = await refresh();
  if (refused?.status === 401 || refused?.status === 429) {
    useToken('');
    store.needsToken = true;
    tokenProblem = refused.message;
    changed();
  } else {
    tokenProblem = '';
    reconnect();
    go();
  }
}

function frame() {
  const own = ownSite();
  return html`<a class="skip" href="#main" @click=${skip}>Skip to the content</a>
    <header class="top">
      <a class="brand" href="#/"><img src="assets/icon.svg" alt="" width="24" height="24"> Grouter${own ? html` <span class="site">${own.site}</span>` : nothing}</a>
      <nav aria-label="Views"><ul>${PAGES.map(([key, label]) => html`<li><a href=${'#/' + key} aria-current=${key === section ? 'page' : 'false'}>${label}</a></li>`)}</ul></nav>
      <div class="tools"><p class="live" data-state=${store.live.state}>${liveness()}</p>
        <label><span class="sr">Colours</span><select id="theme" @change=${chooseTheme}>${options(theme(), [['', 'System'], ['light', 'Light'], ['dark', 'Dark']])}</select></label>
        ${hasToken() ? html`<button type="button" class="link" @click=${() => { useToken(''); location.reload(); }}>Forget token</button>` : nothing}</div>
    </header>
    <main id="main" tabindex="-1" class=${isOld() ? 'aged' : ''}>${current.view()}</main>
    <div id="said" class="sr" role="status">${spoken}</div>
    ${orderDialog()}${confirmDialog()}${tokenDialog()}`;
}

function paint() {
  if (!current) return;
  spoken = news() || spoken;
  render(frame(), document.getElementById('app'));
  current.drawn?.();
  for (const dialog of document.querySelectorAll('dialog:not([open])')) dialog.showModal();
  const title = `${current.title()} · ${ownSite()?.site ?? 'Grouter'}`;
  if (document.title !== title) document.title = title;
}

// ---- what goes on by itself

/** Asks for the sites; returns what went wrong, if anything did. */
async function refresh() {
  try {
    takeSites((await ask('v1/sites')).sites);
    return null;
  } catch (e) {
    changed();
    return e;
  }
}

function every(millis, task) {
  task();
  setInterval(() => document.hidden || store.needsToken || task(), millis);
}

function sayConnection() {
  let before = 'connecting';
  return () => {
    const state = store.live.state;
    if (state !== before && before !== 'connecting') spoken = state === 'live' ? 'Live again' : 'Connection lost';
    before = state;
  };
}

function onKey(e) {
  const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(e.target.tagName) || document.querySelector('dialog[open]');
  if (e.key !== '/' || typing || e.ctrlKey || e.metaKey || e.altKey) return;
  e.preventDefault();
  if (current !== routes) location.hash = '#/routes';
  requestAnimationFrame(() => requestAnimationFrame(() => document.getElementById('search')?.focus()));
}

drawWith(paint);
addEventListener('hashchange', go);
addEventListener('keydown', onKey);
listen((kind, data) => kind === 'journal' && data.what.startsWith('override-') && loadOrders());
const say = sayConnection();
setInterval(() => {
  say();
  changed();
}, 1000);
go();
every(SITES_EVERY, refresh);
every(ORDERS_EVERY, loadOrders);
follow();
