/** Collects what is to be drawn and draws it once per frame. */
export interface Frames {
  /** Draws in the next frame; asked twice before it, draws once. */
  request(draw: () => void): void
}

// A hidden tab gets no frames, yet its title, its announcements and its rows must not stand still.
const hiddenMs = 500

export function createFrames(): Frames {
  const waiting = new Set<() => void>()
  let frame = 0
  let timer = 0

  function flush(): void {
    cancelAnimationFrame(frame)
    clearTimeout(timer)
    const all = [...waiting]
    waiting.clear()
    for (const draw of all) draw()
  }

  return {
    request(draw) {
      if (waiting.size === 0) {
        frame = requestAnimationFrame(flush)
        timer = window.setTimeout(flush, hiddenMs)
      }
      waiting.add(draw)
    },
  }
}
