// One route: who has it, how old that is, where a request would go and why.
import {html, nothing} from './lit-html.js';
import {ask} from './api.js';
import {openOrder} from './orders.js';
import {decision, facts, flag, freshness, problem, table} from './parts.js';
import {changed, currentSites, listen, now} from './store.js';
import {age, escaped, link, name, plain, visible, when} from './text.js';

const EVERY = 5000;

let wanted = '';
let route = null;
let error = null;
let readAt = 0;
let timer = 0;
let again = 0;
let asked = 0;
let stop = () => {};

async function load() {
  const mine = ++asked;
  try {
    const answer = await ask('v1/routes/' + escaped(wanted));
    if (mine !== asked) return;
    route = answer.route;
    error = null;
    readAt = now();
  } catch (e) {
    if (mine !== asked) return;
    error = e;
    if (e.status === 404) route = null;
  }
  changed();
}

function onEvent(kind, data) {
  const concerns = kind === 'reconnected' || kind === 'lost' || kind === 'site' || (kind === 'journal' && data.route === wanted);
  if (concerns && !again) {
    again = setTimeout(() => {
      again = 0;
      load();
    }, 200);
  }
}

const since = (seconds) => (seconds === null ? '–' : age(seconds + (now() - readAt) / 1000));

function offer(each) {
  return html`<tr class=${each.winner ? 'winner' : ''}>
    <th scope="row">${each.winner ? html`<span class="good" aria-hidden="true">▸ </span>` : nothing}${each.site}${each.winner ? html` <span class="badge good">winner</span>` : nothing}</th>
    <td>${freshness(each.freshness)} ${each.fit ? nothing : flag('bad', '✕ not fit')}${each.draining ? flag('warn', '○ draining') : nothing}${
      each.withdrawalHeld ? flag('warn', 'withdrawal held') : nothing}</td>
    <td class="n">${each.instances}</td>
    <td class="n">${since(each.ageSeconds)}</td>
    <td class="n">${each.own ? '–' : since(each.equalSecondsAgo)}</td>
    <td>${each.origin}${each.via ? html` via ${each.via}` : nothing}</td>
    <td class="n">${each.own ? '–' : `${each.incarnation} / ${each.sequence}`}</td>
    <td>${each.regions.length ? html`only ${each.regions.map((r, i) => html`${i ? ', ' : ''}${visible(r)}`)}` : 'any region'}${each.redirect ? `, redirect: ${plain(each.redirect)}` : ''}</td>
    <td class="mono soft">${visible(each.app)}</td></tr>`;
}

function endpoint(each) {
  const tags = Object.entries(each.tags);
  return html`<tr><th scope="row" class="mono">${visible(each.address)}${each.tls ? html` ${flag('plain', 'TLS')}` : nothing}</th>
    <td class="n">${visible(each.instanceIndex)}</td><td class="mono soft">${visible(each.instanceId)}</td>
    <td class="n">${since(each.ageSeconds)}</td><td class="n">${each.staleThresholdSeconds ? each.staleThresholdSeconds + ' s' : '–'}</td>
    <td>${visible(each.availabilityZone)}</td><td>${visible(each.isolationSegment)}</td>
    <td class="soft">${tags.map(([key, value], i) => html`${i ? ', ' : ''}${visible(key)}=${visible(value)}`)}</td></tr>`;
}

function body() {
  const order = (kind) => () => openOrder({kind, route: wanted}, load);
  const ordered = route.override;
  return html`
    <section class="card verdict" aria-labelledby="verdict"><h2 id="verdict">A plain GET now</h2>
      <p class="big">${decision(route.winner.decision, route.winner.site)} <span class="badge plain">${visible(route.winner.reason)}</span></p>
      <p class="soft">${visible(route.winner.text)}</p>
      ${ordered ? html`<p class="notice warn">${ordered.kind === 'force-route' ? html`Forced to ${ordered.site}` : 'Drained'} by ${name(ordered.who)} until ${when(ordered.until)}: ${name(ordered.why)}
        <button type="button" @click=${() => openOrder({...ordered, kind: 'undo', was: ordered.kind, route: wanted}, load)}>Undo</button></p>` : nothing}
      <p class="buttons">
        <button type="button" @click=${order('drain-route')}>Drain…</button>
        <button type="button" ?disabled=${currentSites().length < 1} @click=${order('force-route')}>Force to a site…</button>
        <a class="button" href=${link('explain', {url: 'http://' + wanted + (wanted.includes('/') ? '' : '/')})}>Explain</a>
        <a class="button" href=${link('journal', {host: wanted.split('/', 1)[0]})}>Journal</a></p>
    </section>
    ${facts([['State', route.state], ['App', html`<span class="mono">${visible(route.app || '–')}</span>`],
      route.knownEmpty ? ['Known empty', 'its last site withdrew it'] : null,
      route.stale ? ['Stale', 'a site that offers it is not fresh'] : null, route.conflict ? ['Conflict', 'two rivals speak for a site that offers it'] : null])}
    <h2>Offers</h2>
    ${table('Offers of the sites', ['Site', 'State', '#Instances', '#Heard ago', '#Equal ago', 'From', '#Incarnation / sequence', 'Where', 'App'], route.offers.map(offer), 'Nobody offers it.')}
    <h2>Endpoints <span class="aside">instances in this site</span></h2>
    ${table('Endpoints in this site', ['Address', '#Index', 'Instance', '#Heard ago', '#Kept for', 'Zone', 'Segment', 'Tags'], route.endpoints.map(endpoint), 'None in this site.')}`;
}

export default {
  title: () => plain(wanted),
  enter(path) {
    wanted = path.slice(1).join('/');
    route = null;
    error = null;
    stop = listen(onEvent);
    load();
    timer = setInterval(() => document.hidden || load(), EVERY);
  },
  leave() {
    asked++;
    stop();
    clearInterval(timer);
    clearTimeout(again);
    again = 0;
  },
  view() {
    return html`<p class="crumb"><a href="#/routes">Routes</a></p><h1 tabindex="-1" class="long">${name(wanted)}</h1>${problem(error)}${route ? body() : nothing}${
      !route && !error ? html`<p class="soft">Asking…</p>` : nothing}`;
  },
};
