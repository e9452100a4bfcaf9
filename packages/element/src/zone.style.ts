// Font and colour are the page's, the others follow its `color-scheme` and give way to custom properties; all directions are
// logical. Not of the host, whose rules are the page's: there `--chunkwise-accent: var(--accent)` would be a circle.

/** The style of what is there before there is an upload. */
export const zoneStyle: string = `
:host {
  display: block;
  container-type: inline-size;
}
:host([hidden]), [hidden] { display: none !important }
* { box-sizing: border-box; margin: 0 }
fieldset {
  --accent: var(--chunkwise-accent, light-dark(#2b4fd8, #8ea6ff));
  --on-accent: var(--chunkwise-on-accent, light-dark(#fff, #0d1230));
  --bad: var(--chunkwise-bad, light-dark(#bd2c2c, #ff8a80));
  --muted: var(--chunkwise-muted, color-mix(in srgb, currentcolor 72%, #0000));
  --line: var(--chunkwise-line, color-mix(in srgb, currentcolor 24%, #0000));
  --radius: var(--chunkwise-radius, 12px);
  min-inline-size: 0;
  padding: 0;
  border: 0;
}
:focus-visible, .choose:has(:focus-visible) { outline: 2px solid var(--accent); outline-offset: 2px }
.zone {
  display: flex;
  flex-wrap: wrap;
  gap: 0.75rem 1rem;
  align-items: center;
  justify-content: center;
  padding: 1.75rem 1rem;
  border: 1.5px dashed var(--line);
  border-radius: var(--radius);
  color: var(--muted);
  text-align: center;
}
.zone[data-over] { border-color: var(--accent); background: color-mix(in srgb, var(--accent) 8%, #0000) }
button, .choose {
  position: relative;
  min-height: 2.25rem;
  padding: 0.375rem 0.75rem;
  border: 1px solid var(--line);
  border-radius: 8px;
  background: none;
  color: inherit;
  font: inherit;
  cursor: pointer;
}
.choose { border-color: var(--accent); background: var(--accent); color: var(--on-accent) }
button:hover, .choose:hover { border-color: currentcolor }
button:disabled, fieldset:disabled .choose { opacity: 0.55; cursor: default }
input { position: absolute; inset: 0; width: 100%; opacity: 0; font-size: 0; cursor: inherit }
.message { padding: 0.75rem 1rem; color: var(--bad); overflow-wrap: anywhere }
`
