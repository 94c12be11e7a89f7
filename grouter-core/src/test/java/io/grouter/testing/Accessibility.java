package io.grouter.testing;

import java.util.List;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;

/** Looks through a page for what keeps people with a keyboard, a screen reader or a narrow window out. */
public final class Accessibility {
    private static final String CHECK = """
            (() => {
              const found = [];
              const seen = (e) => e.checkVisibility({visibilityProperty: true});
              const show = (e) => e.outerHTML.slice(0, 120);
              const text = (e) => (e.textContent ?? '').trim();
              const named = (e) => {
                const ids = e.getAttribute('aria-labelledby');
                if (ids) return ids.split(' ').some((id) => text(document.getElementById(id) ?? {}));
                return e.getAttribute('aria-label') || [...(e.labels ?? [])].some(text)
                  || (/^(A|BUTTON|SUMMARY)$/.test(e.tagName) && text(e));
              };
              document.querySelectorAll('a, button, input, select, textarea, summary, dialog, nav, [role=region], section').forEach((e) => {
                if (seen(e) && !named(e)) found.push('no name: ' + show(e));
              });
              document.querySelectorAll('img:not([alt])').forEach((e) => found.push('no alt: ' + show(e)));
              document.querySelectorAll('svg:not([aria-hidden=true])').forEach((e) => found.push('picture without a word: ' + show(e)));
              document.querySelectorAll('[tabindex]').forEach((e) => e.tabIndex > 0 && found.push('order of its own: ' + show(e)));
              const ids = [...document.querySelectorAll('[id]')].map((e) => e.id);
              ids.filter((id, i) => ids.indexOf(id) !== i).forEach((id) => found.push('twice: #' + id));
              document.querySelectorAll('[aria-labelledby]').forEach((e) => document.getElementById(e.getAttribute('aria-labelledby')) || found.push('label is not there: ' + show(e)));
              document.querySelectorAll('table').forEach((e) => {
                if (!e.caption) found.push('table without caption: ' + show(e));
                e.querySelectorAll('th').forEach((th) => th.scope || found.push('th without scope: ' + show(th)));
              });
              if (document.querySelectorAll('h1').length !== 1) found.push('not one h1');
              let level = 1;
              document.querySelectorAll('main h1, main h2, main h3, main h4').forEach((e) => {
                const own = Number(e.tagName[1]);
                if (own > level + 1) found.push('heading skips a level: ' + show(e));
                level = own;
              });
              ['header', 'nav', 'main'].forEach((tag) => document.querySelectorAll('body ' + tag + ':not(section header)').length === 1 || found.push('landmark: ' + tag));
              if (!document.documentElement.lang) found.push('no language');
              if (!document.title.trim()) found.push('no title');
              if (document.documentElement.scrollWidth > innerWidth) {
                const wide = [...document.querySelectorAll('main *')].find((e) => e.getBoundingClientRect().right > innerWidth && !e.closest('.scroll'));
                found.push('wider than the window: ' + (wide ? show(wide) : document.documentElement.scrollWidth));
              }
              return found;
            })()""";

    private Accessibility() {}

    /** Returns what is wrong with what is shown now; empty when nothing was found. */
    public static List<String> complaints(BrowserPage page) {
        return StreamSupport.stream(page.value(CHECK).spliterator(), false)
                .map(JsonNode::asString)
                .toList();
    }
}
