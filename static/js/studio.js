// What a browser adds to pages that work without it.
(() => {
  'use strict';
  const $ = (selector, within = document) => within.querySelector(selector);
  const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];
  const on = (name, act, options) => document.addEventListener(name, act, options);
  const say = (text) => {
    const live = $('#live');
    if (live && text && live.textContent !== text) live.textContent = text;
  };

  // Theme: the cookie is read by the server, so the next page comes in it.
  on('click', (event) => {
    const button = event.target.closest('[data-theme-to]');
    if (!button) return;
    event.preventDefault();
    const theme = button.dataset.themeTo;
    document.documentElement.dataset.theme = theme;
    const secure = location.protocol === 'https:' ? ';secure' : '';
    document.cookie = `zanith_theme=${theme};path=/;max-age=31536000;samesite=lax${secure}`;
    $$('[data-theme-to]').forEach((b) => b.setAttribute('aria-pressed', b.dataset.themeTo === theme));
  });

  // Copying
  on('click', async (event) => {
    const button = event.target.closest('[data-copy]');
    if (!button) return;
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.classList.add('done');
      say('Copied');
      setTimeout(() => button.classList.remove('done'), 1500);
    } catch {
      say('Not copied: the browser refused.');
    }
  });

  // Relative times, worded as the server words them
  const UNITS = [['day', 86400], ['h', 3600], ['min', 60], ['s', 1]];
  const freshen = () => $$('time[data-ago]').forEach((time) => {
    const gap = (Date.now() - Date.parse(time.dateTime)) / 1000;
    const size = Math.floor(Math.abs(gap));
    if (size > 60 * 86400) return;
    const [unit, length] = UNITS.find(([, l]) => size >= l) || [];
    const number = Math.floor(size / length);
    const name = unit === 'day' && number > 1 ? 'days' : unit;
    const text = !unit ? 'now' : gap > 0 ? `${number} ${name} ago` : `in ${number} ${name}`;
    if (time.textContent !== text) time.textContent = text;
  });
  setInterval(freshen, 5000);

  // Dialogs and popovers
  on('click', (event) => {
    const opener = event.target.closest('[data-open]');
    if (opener) show(document.getElementById(opener.dataset.open));
    const summary = event.target.closest('.ask > summary');
    if (summary) {
      event.preventDefault();
      const ask = summary.parentElement;
      ask.open = true; // a closed <details> would not draw its dialog
      show($('dialog', ask));
    }
    if (event.target instanceof HTMLDialogElement) event.target.close(); // its backdrop
    popped().forEach((d) => { if (!d.contains(event.target)) d.open = false; });
  });
  const popped = () => $$('details.pop[open], details.chip[open]');
  const show = (dialog) => {
    if (!dialog || dialog.open) return;
    dialog.showModal();
    // Never on the button that acts.
    ($('input:not([type=hidden]), textarea, select', dialog) || $('.h', dialog))?.focus();
  };
  on('close', (event) => {
    const ask = event.target.closest('.ask');
    if (ask) { ask.open = false; $('summary', ask).focus(); }
    if (late.size) catchUp();
  }, true);
  on('toggle', (event) => {
    const details = event.target;
    if (details.matches('.pop[open][data-tier]')) $('.confirm > .h', details)?.focus();
    else if (late.size) catchUp();
  }, true);
  on('click', (event) => {
    const back = event.target.closest('.pop [data-close]');
    if (back) { event.preventDefault(); back.closest('details').open = false; }
  });

  // A form is sent once; coming back to the page frees it again.
  on('submit', (event) => {
    const form = event.target;
    if (form.method !== 'post' || event.submitter?.formMethod === 'dialog') return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = '1';
    event.submitter?.setAttribute('aria-busy', 'true');
  });
  const free = (form) => {
    delete form.dataset.sent;
    $$('[aria-busy]', form).forEach((b) => b.removeAttribute('aria-busy'));
  };
  addEventListener('pageshow', () => $$('form[data-sent]').forEach(free));
  on('htmx:afterRequest', (event) => { if (event.target.dataset?.sent) free(event.target); });

  // Keys
  const single = () => localStorage.getItem('zanith-keys') !== 'off';
  const box = $('#single-keys');
  if (box) {
    box.checked = single();
    box.addEventListener('change', () => localStorage.setItem('zanith-keys', box.checked ? 'on' : 'off'));
  }
  let going = 0;
  const here = () => $('[data-row].at');
  const move = (by) => {
    const all = $$('[data-row]').filter((row) => row.offsetParent);
    if (!all.length) return;
    const at = all.indexOf(here());
    const next = all[at < 0 ? 0 : Math.min(Math.max(at + by, 0), all.length - 1)];
    here()?.classList.remove('at');
    next.classList.add('at');
    const focus = next.matches('details') ? $('summary', next) : next;
    if (focus === next) next.tabIndex = -1;
    focus.focus({ preventScroll: true });
    next.scrollIntoView({ block: 'nearest' });
  };
  const KEYS = {
    '?': () => show($('#keys')),
    g: () => { going = Date.now(); },
    j: () => move(1),
    k: () => move(-1),
    e: () => {
      const row = here();
      const details = row?.matches('details') ? row : row && ($('.more', row) || $('details', row));
      if (details) details.open = !details.open;
    },
    Enter: () => document.activeElement === here() && $('a[href]', here())?.click(),
  };
  on('keydown', (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
      event.preventDefault();
      const field = $('form.search input');
      if (field?.offsetParent) field.focus(); else show($('#palette'));
      return;
    }
    const target = event.target;
    if (event.key === 'Escape') popped().forEach((d) => {
      d.open = false;
      if (d.contains(target)) $('summary', d).focus();
    });
    if (event.key === 'Enter' && target.matches('.pop[data-tier="1"] .h')) {
      event.preventDefault();
      const form = target.closest('form');
      form.requestSubmit($('button', form));
      return;
    }
    const typing = target.matches('input, textarea, select, [contenteditable]');
    if (typing || event.ctrlKey || event.metaKey || event.altKey || $('dialog[open]') || !single()) return;
    const went = Date.now() - going < 1500;
    going = 0;
    const name = CSS.escape(event.key);
    const place = went && $(`[data-go="${name}"]`);
    const bound = place || $(`[data-key="${name}"]`);
    if (bound) { event.preventDefault(); bound.click(); } else if (!went) KEYS[event.key]?.();
  });
  on('input', (event) => {
    const { value, dataset } = event.target;
    if (dataset.filter) $$(`${dataset.filter} > li`).forEach((item) => {
      item.hidden = !item.textContent.toLowerCase().includes(value.toLowerCase());
    });
  });
  on('keydown', (event) => {
    if (event.key !== 'Enter' || !event.target.dataset?.filter) return;
    $(`${event.target.dataset.filter} li:not([hidden]) a`)?.click();
  });

  // Live fragments
  const busy = (target) => {
    const focus = document.activeElement;
    const held = target.contains(focus) && focus.matches('input, textarea, select, button, summary');
    return held || $('dialog[open], details.pop[open], details.ask[open], details.chip[open]', target);
  };
  const late = new Set();
  const polls = new Map();
  const reload = (element) => {
    if (!element.isConnected || !window.htmx) return;
    if (busy(element)) { late.add(element); return; }
    late.delete(element);
    htmx.ajax('GET', element.dataset.reload, { target: element, swap: element.getAttribute('hx-swap') || 'innerHTML' });
  };
  const catchUp = () => setTimeout(() => [...late].forEach(reload), 0);
  on('focusout', () => { if (late.size) catchUp(); });
  const hold = (event, stop) => {
    const target = event.detail.target || event.target;
    if (!(target instanceof Element) || !busy(target)) return;
    const source = target.closest('[data-reload]');
    if (!source) return; // nothing could fetch it later
    stop();
    late.add(source);
  };
  on('htmx:beforeSwap', (event) => {
    const asked = event.detail.requestConfig?.triggeringEvent?.type;
    if (/^(submit|click|change|input)$/.test(asked)) return; // the reader's own act is not put off
    hold(event, () => { event.detail.shouldSwap = false; });
  });
  on('htmx:sseBeforeMessage', (event) => hold(event, () => event.preventDefault()));
  on('htmx:oobBeforeSwap', (event) => hold(event, () => { event.detail.shouldSwap = false; }));
  on('htmx:sseError', (event) => {
    const element = event.target.closest('[data-reload]');
    if (!element || polls.has(element)) return;
    reload(element);
    polls.set(element, setInterval(() => (element.isConnected ? reload(element) : stop(element)), 2000));
  });
  const stop = (element) => { clearInterval(polls.get(element)); polls.delete(element); };
  ['htmx:sseOpen', 'htmx:sseClose'].forEach((name) => on(name, (event) => {
    const element = event.target.closest('[data-reload]');
    if (element) stop(element);
  }));

  const places = new Map();
  on('htmx:beforeSwap', () => $$('[data-keep-scroll]').forEach((b) => places.set(b.id, b.scrollTop)));
  const settle = () => {
    $$('[data-keep-scroll]').forEach((b) => { if (places.has(b.id)) b.scrollTop = places.get(b.id); });
    $$('[data-follow]').forEach((b) => { b.scrollTop = b.scrollHeight; });
    const title = $('[data-doc-title]');
    if (title) document.title = title.dataset.docTitle;
    const icon = $('#favicon');
    const state = $('[data-doc-state]')?.dataset.docState;
    if (icon?.dataset[state] && !icon.href.endsWith(icon.dataset[state])) icon.href = icon.dataset[state];
    freshen();
  };
  const news = () => { settle(); say($('[data-announce]')?.dataset.announce); };
  on('htmx:afterSettle', news);
  on('htmx:sseMessage', news);
  settle();
})();
