// What would happen to a request or a DNS query, with every rule that was considered.
import {html, nothing} from './lit-html.js';
import {ask} from './api.js';
import {decision, facts, problem, routeLink, table} from './parts.js';
import {changed, listen} from './store.js';
import {link, visible} from './text.js';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

let form = {};
let answer = null;
let error = null;
let asked = 0;
let stop = () => {};

const isDns = () => form.kind === 'dns';

function parameters() {
  return isDns()
    ? {name: form.name.trim(), type: form.type, client: form.client.trim()}
    : {url: form.url.trim(), method: form.method, client: form.client.trim(), session: form.session.trim(), credentials: form.credentials, relayed: form.relayed};
}

async function load() {
  const mine = ++asked;
  try {
    const given = await ask('v1/explain', {query: parameters()});
    if (mine !== asked) return;
    answer = given.explain;
    error = null;
  } catch (e) {
    if (mine !== asked) return;
    error = e;
    answer = null;
  }
  changed();
}

function submit(e) {
  e.preventDefault();
  history.replaceState(null, '', link('explain', parameters()));
  load();
}

function set(change) {
  form = {...form, ...change};
  changed();
}

const input = (key, label, hint, more = '') => html`<label class=${more}><span>${label}</span><input name=${key} type="text" autocomplete="off" autocapitalize="off"
  spellcheck="false" placeholder=${hint} .value=${form[key]} @input=${(e) => set({[key]: e.target.value})}></label>`;
const check = (key, label) => html`<label class="check"><input type="checkbox" name=${key} .checked=${form[key]} @change=${(e) => set({[key]: e.target.checked})}><span>${label}</span></label>`;
const choice = (key, label, values) => html`<label><span>${label}</span><select name=${key} @change=${(e) => set({[key]: e.target.value})}>${
  values.map((each) => html`<option ?selected=${each === form[key]}>${each}</option>`)}</select></label>`;
const kind = (value, label) => html`<label class="check"><input type="radio" name="kind" value=${value} .checked=${form.kind === value} @change=${() => set({kind: value})}><span>${label}</span></label>`;

function rule(each) {
  return html`<tr class=${each.decided ? 'winner' : ''}>
    <th scope="row">${each.decided ? html`<span class="good" aria-hidden="true">▸ </span>` : nothing}<span class="mono">${visible(each.rule)}</span>${
      each.decided ? html` <span class="badge good">decided</span>` : nothing}</th>
    <td>${each.says ? decision(each.says, each.site) : html`<span class="soft">does not apply</span>`}</td></tr>`;
}

function result() {
  const dns = 'rcode' in answer;
  return html`<div class="answer"><section class="card verdict" aria-labelledby="verdict"><h2 id="verdict">Decision</h2>
    <p class="big">${decision(answer.decision, dns ? answer.sites.join(', ') : answer.site)} <span class="badge plain">${visible(answer.reason)}</span></p>
    ${dns ? facts([['Result', answer.rcode], ['Zone', html`${visible(answer.zone ?? 'none of ours')}`],
        ['Addresses', answer.answers.length ? answer.answers.map((each, i) => html`${i ? ', ' : ''}<span class="mono">${visible(each.address)}</span> (${each.ttl} s)`) : 'none']])
      : facts([['Route', answer.route ? routeLink(answer.route) : 'no route fits'],
        answer.location ? ['Location', html`<span class="mono long">${visible(answer.location)}</span>`] : null,
        answer.host ? ['Asked for as', html`<span class="mono">${visible(answer.host)}</span>`] : null,
        answer.status ? ['Answer', html`${answer.status} ${visible(answer.text)}`] : null])}
    <h3>Steps</h3><ol class="steps">${answer.steps.map((each) => html`<li>${visible(each)}</li>`)}</ol></section>
    <div class="dense"><h2>Rules <span class="aside">in order; the first that says something decides</span></h2>
    ${table('Rules considered', ['Rule', 'Says'], answer.rules.map(rule))}</div></div>`;
}

export default {
  title: () => 'Explain',
  enter(path, given) {
    form = {kind: given.has('name') ? 'dns' : 'http', url: given.get('url') ?? '', name: given.get('name') ?? '', type: given.get('type') ?? 'A',
      method: given.get('method') ?? 'GET', client: given.get('client') ?? '', session: given.get('session') ?? '',
      credentials: given.get('credentials') === 'true', relayed: given.get('relayed') === 'true'};
    answer = null;
    error = null;
    stop = listen((event, data) => {
      if (answer && event === 'journal' && data.route && data.route === answer.route) load();
    });
    if (form.url || form.name) load();
  },
  leave() {
    asked++;
    stop();
  },
  view() {
    return html`<h1 tabindex="-1">Explain <span class="aside">where a request would go, and why</span></h1>
      <form id="explain" class="card form" @submit=${submit}>
        <fieldset class="row"><legend class="sr">What is asked</legend>${kind('http', 'HTTP request')}${kind('dns', 'DNS query')}</fieldset>
        ${isDns() ? html`<div class="filters">${input('name', 'Name', 'shop.apps.example.com', 'grow')}${choice('type', 'Type', ['A', 'AAAA'])}${input('client', 'Client address', '127.0.0.1')}</div>`
          : html`<div class="filters">${input('url', 'URL', 'http://shop.apps.example.com/', 'grow')}${choice('method', 'Method', METHODS)}</div>
            <details ?open=${Boolean(form.client || form.session || form.credentials || form.relayed)}><summary>More about the request</summary>
            <div class="filters">${input('client', 'Client address', '127.0.0.1')}${input('session', 'Session (__VCAP_ID__)', 'none')}
              ${check('credentials', 'has a cookie or Authorization')}${check('relayed', "comes from another site's Grouter")}</div></details>`}
        <p class="buttons"><button type="submit" class="main">Explain</button></p>
      </form>
      <div aria-live="polite">${problem(error)}${answer ? result() : nothing}</div>`;
  },
};
