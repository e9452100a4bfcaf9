import type { Page } from '@playwright/test'

/** What Chromium tells of things that moved; TypeScript's DOM library does not know it. */
interface LayoutShift extends PerformanceEntry {
  readonly value: number
  readonly sources: readonly { readonly node: Node | null }[]
}

/**
 * Watches from the next load on what moves on a page and in its frames, also after a click. Gives back what tells: each shift as its value and
 * what moved. Two things do not count: figures that stand at the right and get a digit more, and less than a thousandth, as
 * when a word in the middle of a button becomes another (Web Vitals call a hundred of these good).
 */
export async function watchLayout(page: Page): Promise<() => Promise<readonly string[]>> {
  await page.addInitScript(() => {
    const elementOf = (node: Node | null): Element | null =>
      node instanceof Element ? node : (node?.parentElement ?? null)
    const seen: string[] = []
    const note = (entries: readonly PerformanceEntry[]): void => {
      for (const { value, sources } of entries as readonly LayoutShift[]) {
        const moved = sources
          .map(({ node }) => elementOf(node))
          .filter((element) => !element?.closest('.amount, .percent'))
        if (value >= 0.001 && moved.length > 0)
          seen.push([value, ...moved.map((element) => element?.className)].join(' '))
      }
    }
    const observer = new PerformanceObserver((list) => note(list.getEntries()))
    observer.observe({ type: 'layout-shift', buffered: true })
    Object.assign(window, {
      whatMoved: () => {
        note(observer.takeRecords())
        return seen
      },
    })
  })
  return async () => {
    const look = (): readonly string[] => (window as unknown as { whatMoved(): string[] }).whatMoved()
    return (await Promise.all(page.frames().map((frame) => frame.evaluate(look)))).flat()
  }
}
