/** Draws in the next frame; asked twice before it, draws once. */
export type Frames = (draw: () => void) => void

// A hidden tab gets no frames, yet what is announced and shown there must not stand still.
const hiddenMs = 500

export function createFrames(): Frames {
  const waiting = new Set<() => void>()
  let [frame, timer] = [0, 0]

  function flush(): void {
    cancelAnimationFrame(frame)
    clearTimeout(timer)
    const all = [...waiting]
    waiting.clear()
    for (const draw of all) draw()
  }

  return (draw) => {
    if (waiting.size === 0) {
      frame = requestAnimationFrame(flush)
      timer = window.setTimeout(flush, hiddenMs)
    }
    waiting.add(draw)
  }
}
