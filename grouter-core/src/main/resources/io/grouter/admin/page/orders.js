// Drains and forced routes: what is in effect, and the dialog that gives or takes back an order after a dry run.
import {html, nothing} from './lit-html.js';
import {ask} from './api.js';
import {options, problem, routeLink, table} from './parts.js';
import {changed, currentSites, listen, ownSite, store} from './store.js';
import {count, counted, name, plain, rate, until, visible, when} from './text.js';

const WHO = 'grouter.who';
const TITLES = {
  'drain-site': 'Drain this site', 'drain-route': 'Drain a route', 'force-route': 'Force a route to a site', undo: 'Take the order back',
};
const VERBS = {'drain-site': 'Drain the site', 'drain-route': 'Drain the route', 'force-route': 'Force the route', undo: 'Take it back'};
const LENGTHS = [['10m', '10 minutes'], ['30m', '30 minutes'], ['1h', '1 hour'], ['2h', '2 hours'], ['8h', '8 hours'], ['1d', '1 day'], ['7d', '7 days']];

let error = null;
let order = null;
let after = () => {};
let stop = () => {};

function remembered() {
  try {
    return sessionStorage.getItem(WHO) ?? '';
  } catch {
    return '';
  }
}

/** Reads what is in effect; also what the alarms know of it. */
export async function loadOrders() {
  try {
    store.overrides = (await ask('v1/overrides')).overrides;
    error = null;
  } catch (e) {
    error = e;
  }
  changed();
}

/** Opens the dialog for an order of a kind, with what is known of it; `done` is called after it was given. */
export function openOrder(given, done = () => {}) {
  order = {route: '', site: '', why: '', for: given.kind === 'drain-site' ? '8h' : '1h', who: remembered(), ...given,
    whoGave: given.who, force: false, dry: null, problem: null, busy: false};
  if (given.kind === 'undo') order.who = remembered();
  after = done;
  changed();
}

function edit(change) {
  const harmless = Object.keys(change).every((key) => key === 'who' || key === 'why' || key === 'force');
  order = {...order, ...change, ...(harmless ? {} : {dry: null}), problem: null};
  changed();
}

function request(dryRun) {
  const query = dryRun ? {dryRun: true} : {};
  if (order.kind === 'undo') {
    return [order.was === 'force-route' ? 'v1/force' : 'v1/drain', {method: 'DELETE', query: {...query, route: order.route, who: order.who}}];
  }
  const body = {who: order.who, why: order.why, for: order.for};
  if (order.kind !== 'drain-site') body.route = order.route;
  if (order.kind === 'force-route') body.site = order.site;
  if (order.force) body.force = true;
  return [order.kind === 'force-route' ? 'v1/force' : 'v1/drain', {method: 'POST', query, body}];
}

async function send(dryRun) {
  const mine = {...order, busy: true, problem: null};
  order = mine;
  changed();
  try {
    sessionStorage.setItem(WHO, mine.who);
  } catch {
    // Then the name is typed again next time.
  }
  try {
    const [path, how] = request(dryRun);
    const answer = await ask(path, how);
    if (order !== mine) return;
    if (dryRun) {
      order = {...mine, busy: false, dry: answer};
    } else {
      close();
      after();
      loadOrders();
    }
  } catch (e) {
    const refused = e.type?.endsWith(':refused');
    if (order === mine) order = {...mine, busy: false, problem: e, dry: refused ? null : mine.dry};
  }
  changed();
}

function close() {
  document.getElementById('order')?.close();
  order = null;
  changed();
}

const place = (site) => (site === null || site === undefined ? html`<span class="bad">nowhere: refused</span>` : site);

function outcome(dry) {
  return html`<section class="dry" aria-labelledby="dry-title">
    <h3 id="dry-title">What would happen</h3>
    ${dry.refused ? html`<p class="notice warn"><strong>It would be refused:</strong> ${visible(dry.refused)}</p>` : nothing}
    <ul class="tally">
      <li><strong>${count(dry.moved)}</strong> of ${counted(dry.considered, 'route')} would move</li>
      <li><strong>${count(dry.stay)}</strong> would stay</li>
      <li class=${dry.withoutSite ? 'bad' : ''}><strong>${count(dry.withoutSite)}</strong> would have no other site</li></ul>
    ${dry.moves.length ? html`<ul class="moves">${dry.moves.map((each) => html`<li>${place(each.from)} <span aria-hidden="true">→</span><span class="sr">to</span> ${place(each.to)}
      <span class="soft">${each.how}</span> <span class="num right">${counted(each.routes, 'route')}</span></li>`)}</ul>` : nothing}
    ${dry.routes.length ? html`<details ?open=${dry.routes.length <= 5}><summary>${dry.routes.length < dry.moved + dry.withoutSite ? `The first ${dry.routes.length} of them` : 'Which'}</summary>
      <ul class="which">${dry.routes.map((each) => html`<li>${name(each.route)} <span class="soft">${place(each.from)} → ${place(each.to)}, ${visible(each.reason)}</span>${
        each.withoutSite ? html` <span class="badge bad">✕ no other site</span>` : nothing}</li>`)}</ul></details>` : nothing}
  </section>`;
}

function field(label, input) {
  return html`<label><span>${label}</span>${input}</label>`;
}

function fields() {
  const undo = order.kind === 'undo';
  const text = (key, required, hint = '') => html`<input name=${key} type="text" autocomplete="off" spellcheck="false" .value=${order[key]} ?required=${required}
    placeholder=${hint} @input=${(e) => edit({[key]: e.target.value})}>`;
  const sites = currentSites().map((each) => each.site);
  return html`
    ${order.kind === 'drain-route' || order.kind === 'force-route' ? field('Route', text('route', true, 'host or host/path')) : nothing}
    ${undo ? html`<p>${order.was === 'drain-site' ? 'The drain of this site' : html`${order.was === 'force-route' ? html`Forced to ${order.site}: ` : 'Drained: '}${name(order.route)}`}
      <span class="soft">by ${name(order.whoGave)}: ${name(order.why)}</span></p>` : nothing}
    ${order.kind === 'force-route' ? field('To site', html`<select name="site" required @change=${(e) => edit({site: e.target.value})}>${
      options(order.site, [['', 'choose'], ...sites.map((each) => [each, each])])}</select>`) : nothing}
    ${field(undo ? 'Who takes it back' : 'Who', text('who', true, 'your name'))}
    ${undo ? nothing : field('Why', text('why', true, 'what the others should know'))}
    ${undo ? nothing : field('For', html`<select name="for" @change=${(e) => edit({for: e.target.value})}>${options(order.for, LENGTHS)}</select>`)}`;
}

/** The dialog, while there is one. */
export function orderDialog() {
  if (!order) return nothing;
  const dry = order.dry;
  const refused = Boolean(dry?.refused);
  const ready = dry && order.who.trim() && (order.kind === 'undo' || order.why.trim()) && (!refused || order.force);
  return html`<dialog id="order" class="modal" aria-labelledby="order-title" @close=${close} @cancel=${close}>
    <form method="dialog" @submit=${(e) => { e.preventDefault(); if (!order.busy) send(!ready); }}>
      <h2 id="order-title">${TITLES[order.kind]}${order.kind === 'drain-site' ? html` <span class="aside">${ownSite()?.site}</span>` : nothing}</h2>
      ${fields()}
      ${problem(order.problem)}
      <div aria-live="polite">${dry ? outcome(dry) : html`<p class="soft">Nothing is changed before you have seen what would happen.</p>`}</div>
      ${refused && order.kind !== 'undo' ? html`<label class="check"><input type="checkbox" name="force" .checked=${order.force} @change=${(e) => edit({force: e.target.checked})}>
        <span>Do it all the same</span></label>` : nothing}
      <p class="buttons end">
        <button type="button" @click=${close}>Cancel</button>
        ${ready ? html`<button id="give" type="submit" class="act" ?disabled=${order.busy}>${VERBS[order.kind]}</button>`
          : html`<button id="dry" type="submit" class="main" ?disabled=${order.busy || refused}>Show what would happen</button>`}</p>
    </form></dialog>`;
}

function row(each) {
  const what = {'drain-site': 'site drained', 'drain-route': 'route drained', 'force-route': 'route forced'}[each.kind] ?? plain(each.kind);
  return html`<tr><th scope="row">${what}</th>
    <td>${each.route ? routeLink(each.route) : html`<span class="soft">all routes</span>`}${each.kind === 'force-route' ? html` <span class="soft">to</span> <strong>${each.site}</strong>` : nothing}</td>
    <td>${name(each.who)}</td><td>${name(each.why)}</td><td>${when(each.since)}</td>
    <td>${when(each.until)} <span class="soft">in ${until(each.until)}</span></td>
    <td class="n">${each.arrivals ? html`${rate(each.arrivals.last10s)} /s` : '–'}</td>
    <td><button type="button" @click=${() => openOrder({...each, kind: 'undo', was: each.kind, route: each.route ?? ''})}>Undo<span class="sr"> ${plain(each.route ?? 'the drain of the site')}</span></button></td></tr>`;
}

export default {
  title: () => 'Drains',
  enter() {
    stop = listen((kind) => kind === 'reconnected' && loadOrders());
    loadOrders();
  },
  leave: () => stop(),
  view() {
    return html`<h1 tabindex="-1">Drains and forced routes <span class="aside">orders for ${ownSite()?.site ?? 'this site'}, on all its nodes</span></h1>
      <p class="buttons">
        <button type="button" id="drain-site" @click=${() => openOrder({kind: 'drain-site'})}>Drain this site…</button>
        <button type="button" id="drain-route" @click=${() => openOrder({kind: 'drain-route'})}>Drain a route…</button>
        <button type="button" id="force-route" @click=${() => openOrder({kind: 'force-route'})}>Force a route…</button></p>
      ${problem(error)}
      ${table('Orders in effect', ['Order', 'Route', 'Who', 'Why', 'Since', 'Until', '#Still arrives here', 'Undo'], store.overrides.map(row), 'No orders are in effect.')}`;
  },
};
