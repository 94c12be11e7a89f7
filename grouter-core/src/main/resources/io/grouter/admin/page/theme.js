'use strict';
// Before the first paint: the colours chosen here win over those of the system.
try {
  const chosen = localStorage.getItem('grouter.theme');
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen;
} catch {
  // Storage can be forbidden; then the system's colours hold.
}
