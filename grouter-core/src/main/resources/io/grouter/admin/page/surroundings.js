// The feed, the nodes, how far the other sites' tables held here are behind, and the GoRouters.
import {html, nothing} from './lit-html.js';
import {ask} from './api.js';
import {facts, feedState, flag, freshness, goRouterState, headroom, problem, table} from './parts.js';
import {changed, currentSites, listen} from './store.js';
import {age, count, counted, visible} from './text.js';

const EVERY = 5000;

let feed = null;
let nodes = [];
let goRouters = [];
let error = null;
let timer = 0;
let stop = () => {};
let confirming = null;

async function load() {
  const answers = await Promise.allSettled([ask('v1/feed'), ask('v1/nodes'), ask('v1/gorouters')]);
  const [a, b, c] = answers.map((each) => each.value);
  feed = a?.feed ?? feed;
  nodes = b?.nodes ?? nodes;
  goRouters = c?.gorouters ?? goRouters;
  error = answers.find((each) => each.status === 'rejected')?.reason ?? null;
  changed();
}

/** Asks before something is done that cannot be undone. */
function confirm(title, text, verb, path, query) {
  confirming = {title, text, verb, path, query, problem: null, busy: false};
  changed();
}

async function act() {
  const mine = {...confirming, busy: true};
  confirming = mine;
  changed();
  try {
    await ask(mine.path, {method: 'POST', query: mine.query});
    close();
    load();
  } catch (e) {
    confirming = {...mine, busy: false, problem: e};
  }
  changed();
}

function close() {
  document.getElementById('confirm')?.close();
  confirming = null;
  changed();
}

export function confirmDialog() {
  if (!confirming) return nothing;
  return html`<dialog id="confirm" class="modal" aria-labelledby="confirm-title" @close=${close} @cancel=${close}>
    <form method="dialog" @submit=${(e) => { e.preventDefault(); act(); }}><h2 id="confirm-title">${confirming.title}</h2><p>${confirming.text}</p>${problem(confirming.problem)}
      <p class="buttons end"><button type="button" @click=${close}>Cancel</button><button type="submit" class="act" ?disabled=${confirming.busy}>${confirming.verb}</button></p></form></dialog>`;
}

const release = (site, number, own) => html`<button type="button" @click=${() => confirm(`Let go what is held back of ${site}`,
  own ? `${counted(number, 'endpoint')} that nobody registers any more will expire.` : `${counted(number, 'withdrawal')} of ${site} will be believed.`,
  'Let go', 'v1/guard/release', own ? {} : {site})}>Release…</button>`;

function feedPart() {
  if (!feed) return nothing;
  return html`<section class="card" aria-labelledby="feed-title"><h2 id="feed-title">NATS feed ${feedState(feed.state)}</h2>
    <p class="soft">${visible(feed.why)}</p>
    ${facts([
      ['Server', html`<span class="mono">${visible(feed.connected ? feed.server : 'not connected')}</span> <span class="soft">of ${feed.servers.length}, connected ${counted(feed.connects, 'time')}</span>`],
      ['Last message', feed.heardSecondsAgo === null ? 'none yet' : age(feed.heardSecondsAgo) + ' ago'],
      ['Table', feed.complete ? 'complete' : 'not complete: requests for what is not in it are forwarded'],
      ['Routes, endpoints', `${count(feed.routes)}, ${count(feed.endpoints)}`],
      ['Waiting', `${counted(feed.pendingMessages, 'message')}, ${count(feed.pendingBytes)} bytes`],
      ['Dropped', html`<span class=${feed.droppedMessages ? 'bad' : ''}>${counted(feed.droppedMessages, 'message')}</span>`],
      ['By siblings', counted(feed.siblingRoutes, 'route')],
      ['Kept by the guard', html`${counted(feed.guardedEndpoints, 'endpoint')} ${feed.guardedEndpoints ? release('this site', feed.guardedEndpoints, true) : nothing}`],
    ])}</section>`;
}

function siteRow(each) {
  return html`<tr><th scope="row">${each.site}</th><td>${freshness(each.freshness)} ${each.fit || each.freshness !== 'FRESH' ? nothing : flag('bad', '✕ not fit')}${each.conflict ? flag('bad', '✕ conflict') : nothing}${
      each.unheard ? flag('warn', '◐ unheard by others, too') : nothing}${each.configured || each.freshness === 'FRESH' ? nothing : html`
      <button type="button" @click=${() => confirm(`Forget ${each.site}`, `${each.site} is forgotten with all its routes.`, 'Forget', `v1/sites/${each.site}/forget`, {})}>Forget…</button>`}</td>
    <td class="n">${age(each.heardSecondsAgo)}</td><td class="n">${age(each.equalSecondsAgo)}</td><td>${each.heardThrough ?? 'straight'}</td>
    <td class="n">${each.rttMillis === null ? '–' : each.rttMillis.toFixed(1) + ' ms'}</td>
    <td class="n">${each.incarnation} / ${each.sequence}</td><td class="n">${each.sequenceGap ? html`<span class="warn">${count(each.sequenceGap)}</span>` : each.converged ? 'equal' : html`<span class="warn">differs</span>`}</td>
    <td class="n">${count(each.routes)} / ${count(each.announcedRoutes)}</td>
    <td class="n">${count(each.heldWithdrawals)} ${each.heldWithdrawals ? release(each.site, each.heldWithdrawals, false) : nothing}</td>
    <td class="nowrap">${headroom(each.headroom)}</td><td>${visible(each.version ?? '–')}</td></tr>`;
}

const nodeRow = (each) => html`<tr><th scope="row">${visible(each.name)}${each.own ? html` ${flag('plain', 'this node')}` : nothing}</th><td>${each.site}</td>
  <td>${each.speaker ? 'speaks for its site' : each.sibling ? 'sibling' : 'stands by'}</td><td class="mono">${visible(each.address ?? '–')}</td><td>${visible(each.version ?? '–')}</td></tr>`;
const goRouterRow = (each) => html`<tr><th scope="row" class="mono">${visible(each.address)}</th><td>${goRouterState(each.health)}</td>
  <td class="n">${count(each.inFlight)}</td><td class="n">${count(each.limit)}</td><td class="mono soft">${visible(each.status)}</td></tr>`;

export default {
  title: () => 'Feed and gossip',
  enter() {
    error = null;
    stop = listen((kind, data) => (kind === 'reconnected' || (kind === 'journal' && /^(feed|guard|sibling)/.test(data.what))) && load());
    load();
    timer = setInterval(() => document.hidden || load(), EVERY);
  },
  leave() {
    stop();
    clearInterval(timer);
    confirming = null;
  },
  view() {
    const others = currentSites().filter((each) => !each.own);
    return html`<h1 tabindex="-1">Feed and gossip</h1>${problem(error)}${feedPart()}
      <h2>Other sites <span class="aside">what they say, and how far the tables held here are</span></h2>
      ${table('Other sites', ['Site', 'State', '#Heard ago', '#Equal ago', 'Through', '#Round trip', '#Incarnation / sequence', '#Behind', '#Routes held / announced', '#Held back', 'Headroom', 'Version'],
        others.map(siteRow), 'No other site is known.')}
      <h2>Nodes <span class="aside">${count(nodes.length)} in sight</span></h2>
      ${table('Nodes', ['Node', 'Site', 'Part', 'Address', 'Version'], nodes.map(nodeRow))}
      <h2>GoRouters <span class="aside">of this site</span></h2>
      ${table('GoRouters', ['Address', 'Health', '#In flight', '#Limit', 'Probed at'], goRouters.map(goRouterRow))}`;
  },
};
