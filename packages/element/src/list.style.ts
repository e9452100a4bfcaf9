/** The style of the list. */
export const listStyle: string = `
fieldset {
  --track: var(--chunkwise-track, color-mix(in srgb, currentcolor 14%, #0000));
  --good: var(--chunkwise-good, light-dark(#0b7a53, #53c79a));
  --hold: var(--chunkwise-hold, light-dark(#94560a, #e2a95a));
  --to: right;
}
fieldset:dir(rtl) { --to: left }
[data-action=resume], [data-action=retry] { color: var(--accent) }
[data-action=cancel], [data-action=remove] { border-color: #0000; color: var(--muted) }
[data-action=chooseAgain], [data-action=start] { border-color: var(--accent); background: var(--accent); color: var(--on-accent) }
.said { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
ul { padding: 0; list-style: none }
li {
  --tone: var(--accent);
  display: grid;
  grid-template-columns: minmax(0, 1fr) auto;
  gap: 0.125rem 1rem;
  align-items: center;
  padding: 0.875rem 0.25rem;
  border-block-end: 1px solid var(--line);
  content-visibility: auto;
  contain-intrinsic-size: auto 6.5rem;
}
li:last-child { border: 0 }
[data-tone=quiet] { --tone: var(--muted) }
[data-tone=hold] { --tone: var(--hold) }
[data-tone=good] { --tone: var(--good) }
[data-tone=bad] { --tone: var(--bad) }
.name { overflow: hidden; font-weight: 600; text-overflow: ellipsis; white-space: nowrap }
.actions { display: flex; grid-row: span 2; gap: 0.25rem; justify-content: end }
.progress { display: grid; grid-column: 1 / -1; grid-template-columns: minmax(0, 1fr) 12rem; gap: 1rem; align-items: center }
.status, .amount, details { color: var(--muted); font-size: 0.875em }
.status { overflow-wrap: anywhere }
b { color: var(--tone) }
.amount { text-align: end; font-variant-numeric: tabular-nums }
.bar { position: relative; overflow: hidden; height: 8px; border-radius: 4px; background: var(--track) }
.bar i {
  position: absolute;
  inset: 0;
  background: var(--tone);
  transform: scaleX(0);
  transform-origin: left;
  transition: transform 0.15s linear;
}
.bar i:dir(rtl) { transform-origin: right }
.bar :first-child { opacity: 0.4 }
details { grid-column: 1 / -1 }
summary { width: fit-content; padding-block: 0.25rem; border-radius: 4px; cursor: pointer }
.map i {
  display: block;
  height: 10px;
  margin-block: 3px;
  background: linear-gradient(
    to var(--to),
    color-mix(in srgb, var(--tone) 70%, currentcolor) var(--earlier),
    var(--tone) 0 var(--offset),
    color-mix(in srgb, var(--tone) 40%, var(--track)) 0 var(--sent),
    var(--track) 0
  );
  mask: repeating-linear-gradient(to var(--to), #000 0 10px, #0000 0 13px);
}
@container (width < 32rem) {
  li { grid-template-columns: minmax(0, 1fr) }
  .actions { grid-row: auto; order: 1; justify-content: start; margin-block-start: 0.5rem }
  .progress { grid-template-columns: minmax(0, 1fr); gap: 0.25rem }
  details { order: 2 }
  .amount { text-align: start }
  button { min-height: 2.75rem }
}
@media (prefers-reduced-motion: reduce) { .bar i { transition: none } }
@media (forced-colors: active) { .bar, .bar i, .map i { forced-color-adjust: none } }
`
